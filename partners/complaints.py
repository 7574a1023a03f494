"""What is wrong with a row of a chamber's file: kept as a code, said in the reader's language."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from resources.unpacking import UNSTORABLE

#: Of a wrong value this much is repeated.
MAX_REPEATED = 200
#: Whatever a rule of the portal says itself, in the language of who uploaded the file.
SAID = "said"

SENTENCES = {
    "more_cells": _("This row has more cells than there are columns."),
    "unstorable": _("This has characters that cannot be stored."),
    "needed": _("This is needed."),
    "unknown": _("This is not known here."),
    "number": _("A whole number is expected here."),
    "day": _("A day is expected here, as in 2027-05-14."),
    "yes_no": _("Write “yes” or “no”."),
    "twice": _("An earlier row of the file is about the same."),
    "both": _("A condition is either required or preferred."),
    "not_a_member": _("No member firm of your chamber has this name or short name."),
    "ambiguous": _("Several have this name. Use the short name (slug)."),
    "already_here": _(
        "A company of this name is on the portal. Ask it to let your chamber write for it, or, if yours is another "
        "one, write “yes” in the column “is_another”."
    ),
    "own_profile": _("This company keeps its own profile; only its own people change it."),
    "no_request": _("Your chamber has no request of this short name."),
    "other_company": _("A request stays with its company."),
    "not_a_draft": _("Only a draft that your chamber wrote can be changed."),
    "changed_meanwhile": _("Somebody changed this after the file was looked through. Upload the file again."),
    "attempts": _("It could not be finished in three attempts, so it was given up. Nothing was changed."),
    "rights": _("Who uploaded it does not act for the chamber any more, so it was given up. Nothing was changed."),
}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. ``row`` counts as spreadsheets do: the header is row 1; 0 is the file as a whole."""

    row: int
    field: str
    code: str
    params: dict[str, str] = dataclasses.field(default_factory=dict)

    def as_json(self) -> list[Any]:
        params = {name: _storable(text) for name, text in self.params.items()}
        return [self.row, _storable(self.field), self.code, params]


class Refused(Exception):  # noqa: N818 -- it is the row that erred
    """A row cannot be brought in, for these reasons."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(len(problems))
        self.problems = list(problems)


def refuse(row: int, name: str, code: str, value: str = "") -> Refused:
    return Refused(Problem(row, name, code, {"value": value}))


def from_rule(row: int, error: ValidationError, values: dict[str, str]) -> Refused:
    """What the portal's own rules say to a row."""
    fields = error.error_dict if hasattr(error, "error_dict") else {"": error.error_list}
    problems = []
    for name, errors in fields.items():
        shown = "" if name == "__all__" else name
        for one in errors:
            params = {"value": values.get(shown, ""), "message": " ".join(one.messages)}
            problems.append(Problem(row, shown, SAID, params))
    return Refused(*problems)


def sentence(code: str, params: dict[str, str]) -> str:
    """What is wrong, in the reader's language as far as the portal still knows how it was meant."""
    return params.get("message", "") if code == SAID else str(SENTENCES[code])


def _storable(text: str) -> str:
    # It is stored as JSON, where PostgreSQL knows no NUL and UTF-8 no half characters.
    whole = UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    return f"{whole[:MAX_REPEATED]}…" if len(whole) > MAX_REPEATED else whole
