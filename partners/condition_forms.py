"""The conditions of a request on one page: a section a kind, a row a condition, each with the words it came from."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners import choices, condition_words
from partners.conditions import ANY, Suggested
from partners.models import Condition, Ownership
from partners.reading import certificates
from partners.stating import Stated

Kind = Condition.Kind
Choices = list[tuple[str, Any]]

#: Rows beside those that are there, to fill in.
EMPTY_ROWS = 1
#: As many rows of a kind are read from a form at most.
MOST_ROWS = 12


class ConditionForm(forms.Form):
    """One condition. Without a value it is none; unticked it is dropped."""

    keep = forms.BooleanField(label=_("Ask for it"), required=False)
    strength = forms.ChoiceField(
        label=_("How much it matters"),
        choices=[("required", _("Required")), ("preferred", _("Preferred"))],
        required=False,
    )

    def __init__(self, *args: Any, kind: str, options: Choices, quote: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.quote = kind, quote
        label = Kind(kind).label
        if kind == Kind.CERTIFICATION:
            self.fields["value"] = forms.CharField(label=label, max_length=80, required=False)
        else:
            self.fields["value"] = forms.ChoiceField(label=label, choices=[("", "–"), *options], required=False)
        if kind == Kind.CAPACITY:
            self.fields["amount"] = forms.DecimalField(
                label=_("At least"), min_value=Decimal("0.01"), max_digits=16, decimal_places=2, required=False
            )
        if kind == Kind.EXCLUDED:
            del self.fields["strength"]
        self.order_fields(["keep", "amount", "value", "strength"])

    def clean_value(self) -> str:
        value = self.cleaned_data["value"].strip()
        if self.kind == Kind.CERTIFICATION and value:
            parts = [part.strip() for part in value.replace(ANY.strip(), "/").split(" / ")]
            value = ANY.join(dict.fromkeys(certificates.spelled(part) for part in parts if part))
        return value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        is_asked = self.kind == Kind.CAPACITY and data.get("keep") and data.get("value")
        if is_asked and not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", ValidationError(_("Say how much."), code="required"))
        return data

    def stated(self) -> Stated | None:
        """What it asks; nothing when it is dropped or empty."""
        data = self.cleaned_data
        if not (data["keep"] and data["value"]):
            return None
        required = data.get("strength", "required") != "preferred"
        return Stated(self.kind, data["value"], required, data.get("amount"))


class Section:
    """The rows of one kind."""

    def __init__(self, kind: str, rows: list[ConditionForm]) -> None:
        self.kind, self.rows, self.label = kind, rows, Kind(kind).label


class ConditionsForm:
    """The whole page: ``sections`` to show, :meth:`is_valid`, then :meth:`stated`.

    ``confirmed`` are the stored conditions, ``suggested`` what the text seems to ask besides.
    """

    def __init__(
        self, data: Mapping[str, Any] | None, *, confirmed: list[Condition], suggested: list[Suggested]
    ) -> None:
        self.data = data
        first = [(one.kind, one.value, one.amount, one.is_required, _quote_of(one, suggested)) for one in confirmed] + [
            (one.kind, one.value, one.amount, one.is_required, one.quote) for one in suggested
        ]
        self.sections = [Section(kind, self._rows(kind, [one for one in first if one[0] == kind])) for kind in Kind]

    def _rows(self, kind: str, first: list[tuple]) -> list[ConditionForm]:
        options = _options(kind)
        rows = []
        for index in range(min(MOST_ROWS, max(len(first) + EMPTY_ROWS, self._sent(kind)))):
            values = first[index] if index < len(first) else None
            own = _with_own(kind, options, values[1] if values else "")
            rows.append(
                ConditionForm(
                    self.data,
                    prefix=f"{kind}-{index}",
                    kind=kind,
                    options=own,
                    quote=values[4] if values else "",
                    initial=_initial(kind, values),
                )
            )
        return rows

    def _sent(self, kind: str) -> int:
        """How many rows of a kind came with the form."""
        if not self.data:
            return 0
        return next((i for i in range(MOST_ROWS) if f"{kind}-{i}-value" not in self.data), MOST_ROWS)

    def is_valid(self) -> bool:
        return self.data is not None and all(
            # Each is looked at, so that every complaint is shown at once.
            [row.is_valid() for section in self.sections for row in section.rows]  # noqa: C419
        )

    def stated(self) -> list[Stated]:
        rows = [row.stated() for section in self.sections for row in section.rows]
        return [row for row in rows if row]


def _quote_of(condition: Condition, suggested: list[Suggested]) -> str:
    return next((one.quote for one in suggested if (one.kind, one.value) == (condition.kind, condition.value)), "")


def _initial(kind: str, values: tuple | None) -> dict[str, Any]:
    if values is None:
        return {"keep": True, "strength": "required"}
    _kind, value, amount, is_required, _quote = values
    shown = condition_words.typed(value) if kind == Kind.CERTIFICATION else value
    return {"keep": True, "value": shown, "amount": amount, "strength": "required" if is_required else "preferred"}


def _options(kind: str) -> Choices:
    """What may be chosen for a kind; certificates are typed."""
    if kind == Kind.LANGUAGE:
        return choices.languages()
    if kind == Kind.SIZE:
        return condition_words.sizes()
    if kind == Kind.CAPACITY:
        return condition_words.units()
    if kind == Kind.OWNERSHIP:
        return list(Ownership.choices)
    return choices.markets() if kind in {Kind.MARKET, Kind.EXCLUDED} else []


def _with_own(kind: str, options: Choices, value: str) -> Choices:
    """A row's own value, such as "French or English", can be chosen even where the list has no such line."""
    if not value or any(value == code for code, _label in options):
        return options
    label = value if kind == Kind.CAPACITY else condition_words.said(kind, value)
    return [*options, (value, label)]
