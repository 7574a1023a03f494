"""From the codes of a scored pair to its reasons: each criterion met, not met or unknown, with its points."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
Found = Mapping[str, Any]
#: How near two texts must be (share of the points) to say so as met, and below what they are said to be far apart.
_NEAR, _FAR = 0.5, 0.25
#: What a company's own open requests tell, those without its name too.
_OF_OWN_REQUESTS = {"own_request", "same_side"}
#: A penalty smaller than this is not worth a line.
_WORTH_SAYING = 0.02


@dataclass(frozen=True)
class Reason:
    """One criterion: ``met``, ``not_met`` or ``unknown``, its points, and codes that say what was compared.

    ``outside``: the same as others than the company may know it, where its own requests have a part in it.
    """

    criterion: str
    outcome: str
    points: float = 0.0
    detail: dict[str, Any] | None = None
    outside: "Reason | None" = None

    def as_json(self) -> dict[str, Any]:
        made = {
            "criterion": self.criterion,
            "outcome": self.outcome,
            "points": round(self.points, 3),
            "detail": self.detail or {},
        }
        return made if self.outside is None else {**made, "outside": self.outside.as_json()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Reason":
        return cls(kept["criterion"], kept["outcome"], kept["points"], kept["detail"])


#: What others know of a company that has only requests without its name; and where a worker of an earlier version,
#: at work beside us, has stored nothing for others.
_UNSAID = Reason("complement", UNKNOWN)


def reasons_of(found: Found) -> list[Reason]:
    """The reasons of a pair, from a row of the scoring statement; their points sum to its score before it is cut."""
    made = [
        _meaning(found),
        _sector(found),
        _hs(found),
        _complement(found),
        _economy(found),
        _language(found),
        *_conditions(found),
        *_of_texts(found),
        *_of_trade(found),
    ]
    return [replace(one, points=float(one.points or 0)) for one in made]


def shown_score(score: float, reasons: Iterable[Reason]) -> float:
    """The score as others than the company may know it: without what its requests without a name have a part in."""
    told_less = sum(one.outside.points - one.points for one in reasons if one.outside is not None)
    return min(1.0, max(0.0, round(score + told_less, 4)))


def shown(reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reasons of a stored match as others than the company may know them; their points sum to ``shown_score``."""
    return [_shown(reason) for reason in reasons]


def _shown(reason: dict[str, Any]) -> dict[str, Any]:
    is_own = reason["criterion"] == "complement" and reason["detail"].get("how") in _OF_OWN_REQUESTS
    return reason.get("outside", _UNSAID.as_json()) if is_own else reason


def _meaning(found: Found) -> Reason:
    points = found["meaning_points"] + found["words_points"]
    if found["whole"] is None:
        return Reason("meaning", UNKNOWN, points)
    share = found["n_meaning"]
    outcome = MET if share >= _NEAR else NOT_MET if share < _FAR else UNKNOWN
    return Reason(
        "meaning", outcome, points, {"how": "near" if outcome == MET else "far" if outcome == NOT_MET else "some"}
    )


def _sector(found: Found) -> Reason:
    if found["sector"] is None:
        return Reason("sector", UNKNOWN)
    if found["same_sectors"]:
        return Reason("sector", MET, found["sector_points"], {"how": "same", "sectors": found["same_sectors"]})
    if found["sector"]:
        return Reason("sector", MET, found["sector_points"], {"how": "near", "sectors": found["near_sectors"]})
    return Reason("sector", NOT_MET, detail={"sectors": found["wanted_sectors"]})


def _hs(found: Found) -> Reason:
    if found["hs"] is None:
        return Reason("hs", UNKNOWN)
    if found["headings"]:
        return Reason("hs", MET, found["hs_points"], {"how": "heading", "codes": found["headings"]})
    if found["chapters"]:
        return Reason("hs", MET, found["hs_points"], {"how": "chapter", "codes": found["chapters"]})
    return Reason("hs", NOT_MET, detail={"codes": found["wanted_chapters"]})


def _complement(found: Found) -> Reason:
    """Do the two want opposite things? The company's own open requests say it best, then its own word."""
    how = found["complement"]
    reason = _answering(found, how, found["answering_types"])
    if how not in _OF_OWN_REQUESTS:
        return reason
    return replace(reason, outside=_answering(found, found["shown_complement"], found["shown_answering_types"]))


def _answering(found: Found, how: str | None, types: list[str]) -> Reason:
    kind, points = found["request_type"], found["complement_worth"]
    if how == "own_request":
        return Reason("complement", MET, points, {"how": how, "types": types})
    if how == "wanted":
        return Reason("complement", MET, points, {"how": how, "types": [kind]})
    if how == "others_wanted":
        return Reason("complement", NOT_MET, 0.0, {"how": "wanted", "types": [kind]})
    if how == "same_side":
        return Reason("complement", NOT_MET, 0.0, {"how": how, "types": [kind]})
    return Reason("complement", UNKNOWN)


def _economy(found: Found) -> Reason:
    points = found["economy_points"] + found["back_points"]
    if found["economy"] is None:
        return Reason("economy", UNKNOWN, points)
    if found["economy"] == 1:
        return Reason("economy", MET, points, {"how": "based", "economies": [found["company_home"]]})
    if found["economy"]:
        return Reason("economy", MET, points, {"how": "serves", "economies": found["served_targets"]})
    return Reason("economy", NOT_MET, points, {"economies": sorted(found["targets"])})


def _language(found: Found) -> Reason:
    if found["common_tongues"]:
        return Reason("language", MET, found["language_points"], {"languages": found["common_tongues"]})
    if found["language"] is None:
        return Reason("language", UNKNOWN)
    return Reason("language", NOT_MET, detail={"languages": found["request_tongues"]})


def _conditions(found: Found) -> Iterator[Reason]:
    for one in found["all_of_them"]:
        detail = {"value": one["value"], "required": one["required"], "confirmed": one["confirmed"]}
        if one["amount"] is not None:
            detail["amount"] = float(one["amount"])
        yield Reason(f"condition_{one['kind']}", one["outcome"], float(one["points"]), detail)


def _of_texts(found: Found) -> Iterator[Reason]:
    """What one side seeks and the other offers; and the wrong side of the deal."""
    if found["n_deal"] is not None:
        share = found["n_deal"]
        outcome = MET if share >= _NEAR else NOT_MET if share < _FAR else UNKNOWN
        yield Reason("deal", outcome, found["deal_points"])
    if found["wrong_side_points"] < -_WORTH_SAYING:
        both = "offer" if (found["both_offer"] or 0) >= (found["both_seek"] or 0) else "seek"
        yield Reason("wrong_side", NOT_MET, found["wrong_side_points"], {"how": both})
    elif found["wrong_side_points"]:
        yield Reason("wrong_side", UNKNOWN, found["wrong_side_points"])
    if found["denied_points"]:
        yield Reason("denied", NOT_MET, found["denied_points"])


def _of_trade(found: Found) -> Iterator[Reason]:
    if found["role"] == 1:
        yield Reason("role", MET, found["role_points"], {"roles": found["fitting_roles"]})
    elif found["role"] == 0:
        yield Reason("role", NOT_MET, found["role_points"], {"roles": found["wants"]})
    if found["refused"]:
        yield Reason("refused", NOT_MET, found["refused_points"], {"economies": [found["request_home"]]})
    if found["tired"]:
        yield Reason("tired", NOT_MET, found["tired_points"], {"how": found["tired"]})
    if found["deadline"] is not None:
        outcome = MET if found["deadline"] else NOT_MET
        yield Reason("deadline", outcome, found["deadline_points"], {"day": found["closes_on"].isoformat()})
