"""The steps of raising an issue, and saying that one affects a firm too. Ten questions at most, few of them needed."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues import filing
from dialogues.models import Issue
from portal.accounts.permissions import chamber_ids, organization_ids
from portal.languages import Language, current
from portal.reference.models import Sector, Topic
from resources.filters import sector_choices

LONGEST = 5000  # characters of one answer
MOST_CODES = 20
MOST_TOPICS = 5
MOST_SECTORS = 10
_SEPARATORS = re.compile(r"[,;、，；\s]+")
_HS = re.compile(r"[0-9]{2}(?:[0-9]{2}){0,2}")
#: Stands before the chamber's number in the answer to "who may know".
_THROUGH = "chamber-"


class HSCodesField(forms.CharField):
    """HS codes of 2, 4 or 6 digits, in one line; a dot inside a code is dropped (8421.21 is 842121)."""

    def prepare_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value):
        text = unicodedata.normalize("NFKC", super().to_python(value)).replace(".", "")
        codes = list(dict.fromkeys(part for part in _SEPARATORS.split(text) if part))
        if wrong := [code for code in codes if not _HS.fullmatch(code)]:
            raise ValidationError(
                _("“%(code)s” is not an HS code: these have 2, 4 or 6 digits."), params={"code": wrong[0][:20]}
            )
        if len(codes) > MOST_CODES:
            raise ValidationError(_("Name at most %(most)s codes."), params={"most": MOST_CODES})
        return codes

    def run_validators(self, value):
        """Each code was looked at."""


class StepForm(forms.Form):
    """One step. ``answers`` are what ``filing.revise`` keeps."""

    def __init__(self, *args, issue, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.issue, self.user = issue, user

    @property
    def answers(self):
        return dict(self.cleaned_data)


class ProblemForm(StepForm):
    """Asked first, for an issue that is not begun yet too."""

    title = forms.CharField(
        label=_("The problem, in one sentence"),
        max_length=200,
        help_text=_("For example: “Samples without value are taxed like goods for sale.” One problem to one issue."),
    )
    language = forms.ChoiceField(
        label=_("Language you write in"),
        choices=Language.choices,
        help_text=_("Write in the language you know best; officials read all four."),
    )

    def __init__(self, *args, issue=None, voices=(), **kwargs):
        super().__init__(*args, issue=issue, **kwargs)
        self.voices = {voice.key: voice for voice in voices}
        if len(self.voices) > 1:
            self.fields["voice"] = forms.ChoiceField(
                label=_("Whose issue it is"), choices=[(key, _name(voice)) for key, voice in self.voices.items()]
            )
            self.order_fields(["voice", "title", "language"])
        self.initial.setdefault("title", issue.title if issue else "")
        self.initial.setdefault("language", issue.language if issue else current())

    @property
    def voice(self):
        """For whom she speaks; the only one when there was nothing to choose."""
        return self.voices[self.cleaned_data.get("voice") or next(iter(self.voices))]

    @property
    def answers(self):
        return {name: self.cleaned_data[name] for name in ("title", "language")}


def _name(voice):
    if voice.chamber is None:
        return voice.organization.name
    names = {"firm": voice.organization.name, "chamber": voice.chamber.name}
    return _("%(firm)s, a member of %(chamber)s") % names


class StoryForm(StepForm):
    what_happened = forms.CharField(
        label=_("What happened"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST,
        help_text=_("When and where, and what rule or office it was about. Leave out names of persons."),
    )
    effect = forms.CharField(
        label=_("What it costs you or prevents"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST,
        required=False,
        help_text=_("Money, time, orders lost; an estimate is enough."),
    )
    proposal = forms.CharField(
        label=_("What would help"), widget=forms.Textarea(attrs={"rows": 4}), max_length=LONGEST, required=False
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["lang"] = self.issue.language
            self.initial.setdefault(name, getattr(self.issue, name))


class AboutForm(StepForm):
    concerns = forms.ChoiceField(
        label=_("About which Party's rule or practice"),
        required=False,
        help_text=_("Its officials owe you the answer; if it concerns all, those of every Party do."),
    )
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(),
        label=_("Topics"),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Up to five."),
    )
    sectors = forms.ModelMultipleChoiceField(
        Sector.objects.all(),
        label=_("Sectors"),
        required=False,
        to_field_name="slug",
        widget=forms.SelectMultiple({"size": 8}),
        help_text=_("None, if it does not depend on the sector."),
    )
    hs_codes = HSCodesField(
        label=_("HS codes of the goods"),
        required=False,
        max_length=300,
        help_text=_("Separated by commas, if you know them."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        dialogue = self.issue.dialogue
        self.parties = {economy.pk: economy for economy in dialogue.parties.all()}
        self.fields["concerns"].choices = [
            ("", pgettext_lazy("about which Party", "All of them")),
            *((code, dialogue.name_of(economy)) for code, economy in self.parties.items()),
        ]
        self.fields["sectors"].choices = sector_choices()
        self.initial.setdefault("concerns", self.issue.concerns_id or "")
        self.initial.setdefault("hs_codes", self.issue.hs_codes)
        for name in ("topics", "sectors"):
            self.initial.setdefault(name, [row.slug for row in getattr(self.issue, name).all()])

    def clean_topics(self):
        return _at_most(self.cleaned_data["topics"], MOST_TOPICS)

    def clean_sectors(self):
        return _at_most(self.cleaned_data["sectors"], MOST_SECTORS)

    @property
    def answers(self):
        return {**self.cleaned_data, "concerns": self.parties.get(self.cleaned_data["concerns"])}


def _at_most(rows, most):
    if len(rows) > most:
        raise ValidationError(_("Choose at most %(most)s."), params={"most": most})
    return rows


class IdentityForm(StepForm):
    identity = forms.ChoiceField(
        label=_("Who may know that it is yours"),
        widget=forms.RadioSelect,
        help_text=_("What you wrote is never published: officials write a public text of their own."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.chambers = {f"{_THROUGH}{one.pk}": one for one in filing.chambers_for(self.issue)}
        self.fields["identity"].choices = [*_two_plain(), *((key, self._through(one)) for key, one in self._offered())]
        chosen = self.issue.identity
        if chosen == Issue.Identity.CHAMBER:
            chosen = f"{_THROUGH}{self.issue.chamber_id}"
        self.initial.setdefault("identity", chosen)

    @property
    def _is_filed_by_chamber(self):
        """Whether a chamber's people write it, for a firm they are not of."""
        hers = self.issue.chamber_id in chamber_ids(self.user)
        return hers and self.issue.organization_id not in organization_ids(self.user)

    def _offered(self):
        """The chambers to choose from; a chamber that files it can name only itself."""
        return [
            (key, one)
            for key, one in self.chambers.items()
            if not self._is_filed_by_chamber or one.pk == self.issue.chamber_id
        ]

    def _through(self, chamber):
        return _("Through %(chamber)s: officials see the chamber, not the firm") % {"chamber": chamber.name}

    @property
    def answers(self):
        chosen = self.cleaned_data["identity"]
        if chosen in self.chambers:
            return {"identity": Issue.Identity.CHAMBER, "chamber": self.chambers[chosen]}
        if self._is_filed_by_chamber:
            return {"identity": chosen}
        return {"identity": chosen, "chamber": None}


def _two_plain():
    return [(one.value, one.label) for one in (Issue.Identity.PUBLIC, Issue.Identity.OFFICIALS)]


#: Step in the address → its form, in order.
STEPS = {"problem": ProblemForm, "story": StoryForm, "about": AboutForm, "identity": IdentityForm}


class EndorseForm(forms.Form):
    """It affects a firm too."""

    note = forms.CharField(
        label=_("How it affects you"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        required=False,
        help_text=_("Officials of the Parties read this; nobody else does."),
    )

    def __init__(self, *args, voices, **kwargs):
        super().__init__(*args, **kwargs)
        self.organizations = {str(voice.organization.pk): voice.organization for voice in voices}
        if len(self.organizations) > 1:
            choices = [(key, one.name) for key, one in self.organizations.items()]
            self.fields["organization"] = forms.ChoiceField(label=_("Which organization it affects"), choices=choices)
            self.order_fields(["organization", "note"])

    @property
    def organization(self):
        return self.organizations[self.cleaned_data.get("organization") or next(iter(self.organizations))]
