"""Real dialogues, their past sessions and the figures about them, from ``dialogues.json`` and ``indicators.json``."""

from pathlib import Path
from types import NoneType
from typing import Any

from django.utils.text import slugify

from dialogues.models import (
    AgendaItem,
    Dialogue,
    Indicator,
    IndicatorValue,
    Initiative,
    Reliability,
    Session,
    SuccessCase,
)
from dialogues.models.vocabulary import SEED_PREFIX
from portal.accounts.models import Organization
from portal.activity.log import touched
from portal.activity.models import Activity
from portal.languages import column
from portal.reference.loading import BROKEN, UNCHANGED, Problems, Report, Row, known, progress, rows, upsert
from portal.reference.models import Agreement, Economy, Topic
from resources.models import Resource

#: The file names a series in English alone; these are our addresses and translations for them.
SERIES: dict[str, dict[str, Any]] = {
    "USMCA/CUSMA/T-MEC SME Dialogue": {
        "slug": "usmca-sme-dialogue",
        "code": "TMEC",
        # Who hosted the first three sessions, in that order.
        "host_rotation": ["US", "MX", "CA"],
        "title": {
            "en": "USMCA/CUSMA/T-MEC SME Dialogue",
            "es": "Diálogo PyME del T-MEC",
            "fr": "Dialogue sur les PME de l'ACEUM",
            "zh-hant": "美墨加協定中小企業對話",
        },
        "description": {
            "en": "Officials of the three Parties meet small firms, chambers and other stakeholders, hosted in turn "
            "(article 25.5).",
            "es": "Funcionarios de las tres Partes se reúnen con pymes, cámaras y otros interesados; cada Parte es "
            "anfitriona por turno (artículo 25.5).",
            "fr": "Les fonctionnaires des trois Parties rencontrent des PME, des chambres et d'autres intervenants; "
            "chaque Partie accueille à son tour (article 25.5).",
            "zh-hant": "三方官員與中小企業、商會及其他利害關係人會面，由各方輪流主辦（第25.5條）。",
        },
    },
    "Taiwan-U.S. SME events": {
        "slug": "us-taiwan-sme-events",
        "code": "USTW",
        "title": {
            "en": "Taiwan–U.S. SME events",
            "es": "Encuentros de pymes Taiwán–Estados Unidos",
            "fr": "Rencontres de PME Taïwan–États-Unis",
            "zh-hant": "臺美中小企業活動",
        },
        "description": {
            "en": "Forums at which small firms of both sides meet public bodies, accelerators and each other.",
            "es": "Foros en los que pymes de ambas partes se encuentran entre sí y con organismos públicos y "
            "aceleradoras.",
            "fr": "Forums où des PME des deux parties rencontrent des organismes publics, des accélérateurs et "
            "d'autres PME.",
            "zh-hant": "雙方中小企業與公部門、加速器及彼此交流的論壇。",
        },
    },
    "APEC SME symposia": {
        "slug": "apec-sme-symposia",
        "code": "APEC",
        "title": {
            "en": "APEC SME symposia",
            "es": "Simposios de APEC para pymes",
            "fr": "Symposiums de l'APEC sur les PME",
            "zh-hant": "APEC中小企業研討會",
        },
        "description": {
            "en": "Symposia of APEC economies on what helps small and medium-sized enterprises.",
            "es": "Simposios de las economías de APEC sobre lo que ayuda a las pymes.",
            "fr": "Symposiums des économies de l'APEC sur ce qui aide les PME.",
            "zh-hant": "APEC各經濟體就如何協助中小企業舉辦的研討會。",
        },
    },
}

#: How the files say it → how we do.
RELIABILITY = {
    "official": Reliability.OFFICIAL,
    "press citing official": Reliability.PRESS_CITING_OFFICIAL,
    "press": Reliability.PRESS,
    "unverified": Reliability.UNVERIFIED,
    "low": Reliability.UNVERIFIED,
}


def load(data_dir: Path, problems: Problems, report: Report) -> None:
    """Load dialogues with their sessions, then indicators. Needs the vocabulary and the organizations."""
    sessions = load_sessions(data_dir, problems, report)
    load_indicators(data_dir, problems, report, sessions)


def load_sessions(data_dir: Path, problems: Problems, report: Report) -> dict[str, Session | None]:
    """Load every session with its dialogue, topics and initiatives; return the sessions by their slugs.

    A session that somebody has gone on with in the portal is left as it is.
    """
    found = rows(data_dir / "dialogues.json", problems=problems, unique="slug")
    agreements, economies = known(Agreement), known(Economy, "code")
    topics, organizations = known(Topic), known(Organization)
    sessions: dict[str, Session | None] = dict(known(Session))
    dialogues: dict[str, Dialogue | None] = {}
    led = touched(Session)
    for row in progress("Dialogues", found):
        before = sessions.get(row.get("slug"))
        if before is not None and before.pk in led:
            report.count("sessions that officials went on with, kept as they are", UNCHANGED)
            continue
        sessions[row.get("slug")] = None
        if not problems.check(
            row, slug=str, series=str, agreement=str, title=dict, agenda_topics=list, outcomes=list, venue=dict,
            participation=list, sources=list, starts=(str, NoneType), ends=(str, NoneType),
        ):  # fmt: skip
            continue
        if row["series"] not in dialogues:
            dialogues[row["series"]] = _load_dialogue(row, found, agreements, problems, report)
        dialogue = dialogues[row["series"]]
        if dialogue is None:
            continue
        bodies = problems.look_up(row, "convening_bodies", organizations)
        bodies += problems.look_up(row, "participating_bodies", organizations)
        many = {"convening_bodies": bodies, "topics": problems.look_up(row, "agenda_topic_slugs", topics)}
        session = _load_session(row, dialogue, economies=economies, many=many, problems=problems, report=report)
        if session is None:
            continue
        sessions[row["slug"]] = session
        _load_agenda(row, session, problems, report)
        _load_initiatives(row, session, problems, report)
        _name_cases(row, dialogue, problems)
    return sessions


def _name_cases(row: Row, dialogue: Dialogue, problems: Problems) -> None:
    """Success cases that came from the dialogue. One that an official took off stays off."""
    if not row.get("success_cases"):
        return
    stories = {story.slug: story for story in Resource.objects.filter(kind=Resource.Kind.SUCCESS_CASE)}
    log = Activity.objects.filter(verb="case_taken_off", actor__isnull=False)
    for story in problems.look_up(row, "success_cases", stories):
        if not log.filter(data__resource=story.pk).exists():
            SuccessCase.objects.get_or_create(resource=story, defaults={"dialogue": dialogue})


def _load_dialogue(
    row: Row, found: list[Row], agreements: dict[str, Any], problems: Problems, report: Report
) -> Dialogue | None:
    agreement = next(iter(problems.look_up(row, "agreement", agreements)), None)
    if agreement is None:
        return None
    names = list(dict.fromkeys(other.get("series") for other in found))
    series = SERIES.get(row["series"]) or _unnamed(row["series"])
    texts = Row(row.file, row.number, series)
    languages = [code for other in found if other.get("series") == row["series"] for code in other["working_languages"]]
    dialogue, outcome = upsert(
        Dialogue,
        by={"slug": series["slug"]},
        values={
            "agreement": agreement,
            "code": series["code"],
            **problems.texts(texts, "title"),
            **problems.texts(texts, "description"),
            "working_languages": list(dict.fromkeys(languages)),
            "order": names.index(row["series"]) + 1,
        },
        if_new={"host_rotation": series.get("host_rotation", [])},
        many={"parties": agreement.parties.all()},
        row=row,
        problems=problems,
    )
    report.count(Dialogue, outcome)
    return None if outcome == BROKEN else dialogue


def _unnamed(series: str) -> dict[str, Any]:
    """Address and code of a series that is not in :data:`SERIES`."""
    slug = slugify(series)
    return {"slug": slug, "code": slug.upper()[:12].strip("-"), "title": {"en": series}}


def _load_session(
    row: Row,
    dialogue: Dialogue,
    *,
    economies: dict[str, Any],
    many: dict[str, Any],
    problems: Problems,
    report: Report,
) -> Session | None:
    session, outcome = upsert(
        Session,
        by={"slug": row["slug"]},
        values={
            "dialogue": dialogue,
            "number": row.get("number"),
            **problems.texts(row, "title"),
            "status": row.get("status"),
            "format": row.get("format"),
            "host": next(iter(problems.look_up(row, "host_economy", economies)), None),
            "host_is_inferred": row.get("host_economy_certainty") == "inferred",
            "zone": row.get("time_zone") or "",
            "date_precision": row.get("date_precision"),
            "starts_on": row["starts"],
            "ends_on": row["ends"],
            "venue": _venue(row),
            "working_languages": row.get("working_languages"),
            "local_hosts": row.get("local_hosts", []),
            "source_url": row.get("source_url") or "",
            "sources": row["sources"],
            "reliability": _reliability(row),
            "notes": row.get("notes") or "",
            "participation": row["participation"],
        },
        many=many,
        row=row,
        problems=problems,
        names={"starts_on": "starts", "ends_on": "ends", "zone": "time_zone", "host": "host_economy"},
    )
    report.count(Session, outcome)
    return None if outcome == BROKEN else session


def _venue(row: Row) -> str:
    venue = row["venue"]
    return ", ".join(part for part in (venue.get("place"), venue.get("city")) if part)


def _reliability(row: Row) -> str:
    """What the file says; a session known from collected texts alone is unverified."""
    if stated := row.get("reliability"):
        return RELIABILITY.get(stated, stated)
    sources = [source for source in [row.get("source_url"), *row["sources"]] if source]
    return Reliability.UNVERIFIED if sources and all(map(_is_seed, sources)) else ""


def _is_seed(source: str) -> bool:
    return source.startswith(SEED_PREFIX)


def _load_agenda(row: Row, session: Session, problems: Problems, report: Report) -> None:
    """What was on the agenda, in the words of the sources (English); the treaty's topics stand at the session."""
    for order, title in enumerate(row["agenda_topics"], start=1):
        _item, outcome = upsert(
            AgendaItem,
            by={"session": session, "order": order},
            values={"title_en": title, "kind": ""},
            row=row,
            problems=problems,
            names={"title_en": "agenda_topics"},
        )
        report.count(AgendaItem, outcome)


def _load_initiatives(row: Row, session: Session, problems: Problems, report: Report) -> None:
    """Initiatives, as founded as their own source or else as the session. What officials changed stays as it is."""
    changed = set(session.initiatives.filter(pk__in=touched(Initiative)).values_list("order", flat=True))
    for order, outcome_data in enumerate(row["outcomes"], start=1):
        if order in changed:
            continue
        source = outcome_data.get("source") or ""
        _initiative, outcome = upsert(
            Initiative,
            by={"session": session, "order": order},
            values={
                "name_en": outcome_data.get("initiative"),
                "objective_en": outcome_data.get("objective") or None,
                "expected_outcome_en": outcome_data.get("expected_outcome") or None,
                "next_steps_en": outcome_data.get("next_steps") or None,
                "source": source,
                "reliability": Reliability.UNVERIFIED if _is_seed(source) else session.reliability,
            },
            row=row,
            problems=problems,
            names={"name_en": "outcomes"},
        )
        report.count(Initiative, outcome)


def load_indicators(data_dir: Path, problems: Problems, report: Report, sessions: dict[str, Session | None]) -> None:
    """Load the series and their figures. A figure whose source is a collected text is unverified."""
    economies, agreements = known(Economy, "code"), known(Agreement)
    found = rows(data_dir / "indicators.json", "indicators", problems=problems, unique="metric")
    for order, row in enumerate(progress("Indicators", found), start=1):
        if not problems.check(row, metric=str, label=dict, unit=str, values=list):
            continue
        indicator, outcome = upsert(
            Indicator,
            by={"metric": row["metric"]},
            values={
                **problems.texts(row, "label"),
                "unit": row["unit"],
                "order": order,
                column("caution", "en"): row.get("caution"),
            },
            row=row,
            problems=problems,
        )
        report.count(Indicator, outcome)
        if outcome == BROKEN:
            continue
        for value in row["values"]:
            one = Row(row.file, row.number, value)
            _load_value(
                one,
                indicator,
                economies=economies,
                agreements=agreements,
                sessions=sessions,
                problems=problems,
                report=report,
            )


def _load_value(
    row: Row,
    indicator: Indicator,
    *,
    economies: dict[str, Any],
    agreements: dict[str, Any],
    sessions: dict[str, Session | None],
    problems: Problems,
    report: Report,
) -> None:
    if not problems.check(row, value=(int, float), reliability=str, source=str, year=(int, NoneType)):
        return
    reliability = Reliability.UNVERIFIED if _is_seed(row["source"]) else RELIABILITY.get(row["reliability"])
    _value, outcome = upsert(
        IndicatorValue,
        by={
            "indicator": indicator,
            "year": row["year"],
            "period_label": row.get("period_label") or "",
            "economy": next(iter(problems.look_up(row, "economy", economies)), None),
            "agreement": next(iter(problems.look_up(row, "agreement", agreements)), None),
            "session": next(iter(problems.look_up(row, "dialogue", sessions)), None),
            "source": row["source"],
        },
        values={
            "value": str(row["value"]),
            "qualifier": row.get("qualifier") or "",
            "reliability": reliability or row["reliability"],
        },
        row=row,
        problems=problems,
    )
    report.count(IndicatorValue, outcome)
