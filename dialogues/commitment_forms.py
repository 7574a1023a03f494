"""What the people who keep a commitment fill in."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models import Commitment
from portal.languages import NAMES, Language, current


class PersonField(forms.ModelChoiceField):
    """One of several people, by name."""

    def label_from_instance(self, obj):
        return obj.get_full_name() or obj.email


class ProgressForm(forms.Form):
    """How it goes: a note, another state, or both."""

    to = forms.ChoiceField(label=_("State"), required=False, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("How it goes"),
        help_text=_("Everybody may read it, in the language in which you write it."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=3000,
        required=False,
    )
    language = forms.ChoiceField(label=_("You write in"), choices=[(code, NAMES[code]) for code in Language])
    evidence_url = forms.URLField(
        label=_("Address of a page that shows it"),
        max_length=500,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
    )

    def __init__(self, *args, commitment, **kwargs):
        super().__init__(*args, **kwargs)
        may = commitment.MOVES[commitment.status] - {Commitment.Status.DROPPED}
        labels = {
            Commitment.Status.IN_PROGRESS: pgettext_lazy("commitment", "Work on it has begun"),
            Commitment.Status.DONE: pgettext_lazy("commitment", "It is done"),
        }
        stays = pgettext_lazy("commitment", "As it is: %(state)s") % {"state": commitment.get_status_display()}
        self.fields["to"].choices = [("", stays), *((s.value, labels[s]) for s in Commitment.Status if s in may)]
        if not may:
            del self.fields["to"]
        self.initial.setdefault("language", current())

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("evidence_url") and not cleaned.get("text"):
            self.add_error("text", ValidationError(_("Say what the page shows."), code="required"))
        elif not self.errors and not cleaned.get("text") and not cleaned.get("to"):
            raise ValidationError(_("Write how it goes, or choose another state."), code="required")
        return cleaned


class DueForm(forms.Form):
    """Another day, and why."""

    due_on = forms.DateField(label=_("New day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody may read it, beside the day that was promised first."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    seen_due_on = forms.DateField(widget=forms.HiddenInput, required=False)


class LeadForm(forms.Form):
    """Who sees to it."""

    lead = PersonField(None, label=_("Who sees to it"), required=False, empty_label=_("All people of the organization"))

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["lead"].queryset = people
