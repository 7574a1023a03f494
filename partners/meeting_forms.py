"""What two introduced firms fill in: times, a place, what came of it, and the story they tell of it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from partners import meeting, outcomes
from partners.models import OutcomeReport, Stage, SuccessStory
from portal.accounts import zones
from portal.languages import Language, current
from portal.walltime import WallTimeField

_PLACE = _("An address, or the link of a call. Both sides see it, also in their calendars.")


def _lengths() -> list[tuple[int, Any]]:
    return [
        (minutes, ngettext_lazy("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
        for minutes in meeting.LENGTHS
    ]


class SlotsForm(forms.Form):
    """Up to three times by the clocks of one zone; ``starts`` has them as moments."""

    first = WallTimeField(label=_("First time"))
    second = WallTimeField(label=_("Second time"), required=False)
    third = WallTimeField(label=_("Third time"), required=False)
    minutes = forms.TypedChoiceField(label=_("How long"), choices=_lengths, coerce=int, initial=30)
    zone = forms.ChoiceField(
        label=_("Times by the clock of"), help_text=_("The other side sees them by its own clock as well.")
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones.choices_with(zone)
        self.fields["zone"].initial = zone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.starts: list[datetime] = []
        for name in ("first", "second", "third"):
            if data.get(name) and data.get("zone"):
                try:
                    self.starts.append(zones.moment(data[name], data["zone"]))
                except ValidationError as refusal:
                    self.add_error(name, refusal)
        return data


class PlaceForm(forms.Form):
    place = forms.CharField(label=_("Where"), max_length=500, help_text=_PLACE)


class AcceptForm(PlaceForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].required = False


class CancelForm(forms.Form):
    note = forms.CharField(
        label=_("A word to the other side"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )


class OutcomeForm(forms.Form):
    stage = forms.ChoiceField(label=_("How far did it come?"), choices=Stage.choices, widget=forms.RadioSelect)
    value = forms.ChoiceField(
        label=_("What is it worth, roughly?"),
        choices=[("", _("Not said")), *OutcomeReport.Value.choices],
        required=False,
        help_text=_("Only for an agreement or an alliance. Both sides and their chambers see the range."),
    )
    note = forms.CharField(
        label=_("A note for your side"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Your side and its chamber read it; the other side does not."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("value") and data.get("stage") not in outcomes.DEALS:
            self.add_error("value", _("Only an agreement or an alliance has a value."))
        return data


class StageForm(forms.Form):
    """On the board: one choice and a button, no dragging."""

    stage = forms.ChoiceField(label=_("How far it came"), choices=Stage.choices)


class StoryForm(forms.ModelForm):
    class Meta:
        model = SuccessStory
        fields = ["language", "title", "text"]
        widgets = {"text": forms.Textarea({"rows": 12})}
        help_texts = {
            "text": _("What each side brought, how you found each other, what came of it. At most 5,000 characters.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = Language.choices
        self.fields["language"].initial = current()
