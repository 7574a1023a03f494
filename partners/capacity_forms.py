"""A company's capacities, and what else its text says, on one page."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners import condition_words, self_describing
from partners.models import CompanyProfile

EMPTY_ROWS = 2
LABELS = {
    "certifications": _("Certifications"),
    "languages": _("Languages you can do business in"),
    "markets": _("Markets you serve"),
    "excluded_economies": _("No partners from"),
}


class CapacityForm(forms.Form):
    """One capacity; without an amount, or unticked, it is none."""

    keep = forms.BooleanField(label=_("Keep it"), required=False)
    amount = forms.DecimalField(
        label=_("Amount"), min_value=Decimal("0.01"), max_digits=16, decimal_places=2, required=False
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, own: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = condition_words.units()
        if own and own not in dict(options):
            options.append((own, own))
        self.fields["unit"].choices = options

    def said(self) -> tuple[str, Decimal] | None:
        data = self.cleaned_data
        return (data["unit"], data["amount"]) if data["keep"] and data["amount"] and data["unit"] else None


class AdditionsForm(forms.Form):
    """What the text says and the profile does not list yet; ticked is added."""

    def __init__(self, *args: Any, found: dict[str, list[str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, values in found.items():
            self.fields[name] = forms.MultipleChoiceField(
                label=LABELS[name],
                choices=[(value, self_describing.named(name, value)) for value in values],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )


class ReadingForm:
    """Both together: ``rows`` of capacities and ``additions``; :meth:`is_valid`, :meth:`capacities`, :meth:`lists`."""

    def __init__(self, data: Mapping[str, Any] | None, *, profile: CompanyProfile) -> None:
        self.data = data
        confirmed = [(one.unit, one.amount) for one in profile.capacities.all() if one.is_confirmed]
        units = {unit for unit, _amount in confirmed}
        read = self_describing.read(profile).capacities
        first = [*confirmed, *((one.unit, one.amount) for one in read if one.unit not in units)]
        first = [*first[: self_describing.MOST], *([None] * EMPTY_ROWS)]
        self.rows = [
            CapacityForm(
                data,
                prefix=f"capacity-{index}",
                own=one[0] if one else "",
                initial={"keep": True, "unit": one[0], "amount": one[1]} if one else {"keep": True},
            )
            for index, one in enumerate(first)
        ]
        self.additions = AdditionsForm(data, found=self_describing.additions(profile))

    def is_valid(self) -> bool:
        if self.data is None:
            return False
        answers = [form.is_valid() for form in (*self.rows, self.additions)]
        return all(answers)

    def capacities(self) -> list[tuple[str, Decimal]]:
        return [said for row in self.rows if (said := row.said())]

    def lists(self) -> dict[str, list[str]]:
        return self.additions.cleaned_data
