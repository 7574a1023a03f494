"""What officials fill in about initiatives and figures."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues.forms import LanguageFields, languages_of
from dialogues.models import Indicator, Initiative, Qualifier
from dialogues.models.vocabulary import Reliability
from portal.languages import NAMES
from portal.reference.models import Economy

FIRST_YEAR = 1950


class InitiativeForm(LanguageFields, forms.Form):
    """An initiative in the working languages: its name, what it is for, what is expected, what comes next."""

    LABELS = {
        "name": _("Name (%(language)s)"),
        "objective": _("Objective (%(language)s)"),
        "expected_outcome": _("Expected outcome (%(language)s)"),
        "next_steps": _("Next steps (%(language)s)"),
    }

    def __init__(self, *args, dialogue, initiative=None, **kwargs):
        super().__init__(*args, **kwargs)
        for name, label in self.LABELS.items():
            self.add_language_fields(name, languages_of(dialogue), _maker(name, label), initiative)

    def clean(self):
        cleaned = super().clean()
        self.require_one("name")
        return cleaned

    def by_field(self):
        return {name: self.texts(name) for name in self.LABELS}


def _maker(name, label):
    def make(code):
        widget = None if name == "name" else forms.Textarea(attrs={"rows": 3})
        longest = Initiative._meta.get_field("name").max_length if name == "name" else 3000
        return forms.CharField(
            label=label % {"language": NAMES[code]}, max_length=longest, required=False, widget=widget
        )

    return make


class InitiativeStatusForm(forms.Form):
    """How it stands."""

    to = forms.ChoiceField(label=_("State"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason, if it is stopped"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=1000
    )

    def __init__(self, *args, initiative, **kwargs):
        super().__init__(*args, **kwargs)
        may = [status for status in Initiative.Status if status in initiative.MOVES[initiative.status]]
        self.fields["to"].choices = [(status.value, status.label) for status in may]


class FigureForm(forms.Form):
    """A figure with its year, where it comes from and how well it is founded."""

    indicator = forms.ModelChoiceField(Indicator.objects.all(), label=_("Indicator"), empty_label=_("Choose"))
    economy = forms.ModelChoiceField(
        Economy.objects.none(), label=_("Of which Party"), required=False, empty_label=_("All Parties together")
    )
    year = forms.IntegerField(label=_("Year"))
    qualifier = forms.ChoiceField(
        label=_("How exact it is"),
        choices=[("", _("The source names just the figure")), *Qualifier.choices],
        required=False,
    )
    value = forms.DecimalField(label=_("Figure"), max_digits=20, decimal_places=4)
    source = forms.CharField(
        label=_("Source"), max_length=500, help_text=_("The address of a page, or the name of a publication.")
    )
    reliability = forms.ChoiceField(label=_("Verification"), choices=Reliability.choices, widget=forms.RadioSelect)

    def __init__(self, *args, dialogue, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["economy"].queryset = Economy.objects.filter(pk__in=dialogue.party_codes)
        self.fields["economy"].label_from_instance = dialogue.name_of
        self.fields["year"].validators += [
            MinValueValidator(FIRST_YEAR),
            MaxValueValidator(timezone.localdate().year),
        ]

    def take_refusal(self, refusal):
        """What the row says about a field stands beside it, all else above the form."""
        for name, errors in getattr(refusal, "error_dict", {None: [refusal]}).items():
            self.add_error(name if name in self.fields else None, ValidationError(errors))
