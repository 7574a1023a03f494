"""What the secretariat sets for a session: days and places, questions, and whom it asks."""

from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import registration
from dialogues.forms import LanguageFields, languages_of
from dialogues.inviting import Guest, validate_name
from dialogues.models import Question, Registration
from portal.accounts import zones
from portal.accounts.models import Organization
from portal.languages import NAMES, Language, column, current
from portal.reference.models import Economy
from portal.walltime import WallTimeField

#: A delegate acts for her economy: who is one follows from her agency, not from an invitation.
ROLES = [choice for choice in Registration.Role.choices if choice[0] != Registration.Role.DELEGATE]


class LimitsForm(forms.Form):
    """From when to when people register, and for how many there is room."""

    opens_at = WallTimeField(label=_("Registration opens"), required=False)
    closes_at = WallTimeField(label=_("Registration closes"), required=False)
    capacity = forms.IntegerField(
        label=_("Places in all"),
        help_text=_("Officials and speakers count too. Leave it empty for no limit."),
        required=False,
        min_value=0,
        max_value=registration.MOST_PLACES,
    )

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.zone = session.zone or timezone.get_current_timezone_name()
        for name in ("opens_at", "closes_at"):
            moment = getattr(session, f"registration_{name}")
            local = moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None) if moment else None
            self.initial.setdefault(name, local)
        self.initial.setdefault("capacity", session.capacity)
        quotas = dict(session.quotas.values_list("economy", "places"))
        parties = session.dialogue.party_codes
        self.economies = list(Economy.objects.order_by("order", "pk"))
        for economy in self.economies:
            self.fields[f"quota_{economy.pk}"] = forms.IntegerField(
                label=session.dialogue.name_of(economy), required=False, min_value=0, max_value=registration.MOST_PLACES
            )
            self.initial.setdefault(f"quota_{economy.pk}", quotas.get(economy.pk))
        self.first = [economy.pk for economy in self.economies if economy.pk in parties or economy.pk in quotas]

    def clean(self):
        cleaned = super().clean()
        for name in ("opens_at", "closes_at"):
            if wall := cleaned.get(name):
                try:
                    cleaned[name] = zones.moment(wall, self.zone)
                except ValidationError as wrong:
                    self.add_error(name, wrong)
        return cleaned

    @property
    def main(self):
        return [self[name] for name in ("opens_at", "closes_at", "capacity")]

    @property
    def party_quotas(self):
        """The Parties, and who has a quota already."""
        return [self[f"quota_{code}"] for code in self.first]

    @property
    def other_quotas(self):
        return [self[f"quota_{economy.pk}"] for economy in self.economies if economy.pk not in self.first]

    @property
    def limits(self):
        quotas = {economy.pk: self.cleaned_data[f"quota_{economy.pk}"] for economy in self.economies}
        return {
            **{name: self.cleaned_data[name] for name in ("opens_at", "closes_at", "capacity")},
            "quotas": {code: places for code, places in quotas.items() if places is not None},
        }


class QuestionForm(LanguageFields, forms.Form):
    """One question, in the working languages."""

    kind = forms.ChoiceField(label=_("Kind of answer"), choices=Question.Kind.choices, initial=Question.Kind.TEXT)
    is_required = forms.BooleanField(label=_("It must be answered"), required=False)

    def __init__(self, *args, session, question=None, **kwargs):
        super().__init__(*args, **kwargs)
        languages = languages_of(session.dialogue)
        self.add_language_fields(
            "label",
            languages,
            lambda code: forms.CharField(
                label=_("Question (%(language)s)") % {"language": NAMES[code]}, max_length=200, required=False
            ),
            question,
        )
        self.add_language_fields(
            "choices",
            languages,
            lambda code: forms.CharField(
                label=_("Choices, one a line (%(language)s)") % {"language": NAMES[code]},
                widget=forms.Textarea(attrs={"rows": 4}),
                max_length=4000,
                required=False,
            ),
            question,
        )
        self.fields[column("choices", languages[0])].help_text = _(
            "Only for “one of several”; in each language in the same order."
        )
        if question is not None:
            del self.fields["kind"]
            self.initial.setdefault("is_required", question.is_required)
            if question.kind != Question.Kind.CHOICE:
                for code in languages:
                    del self.fields[column("choices", code)]
        self.order_fields([*(column("label", code) for code in languages), "kind"])

    def clean(self):
        cleaned = super().clean()
        self.require_one("label")
        return cleaned

    @property
    def details(self):
        kind = {"kind": self.cleaned_data["kind"]} if "kind" in self.fields else {}
        return {
            "labels": self.texts("label"),
            "choices": self.texts("choices"),
            "is_required": self.cleaned_data["is_required"],
            **kind,
        }


class InviteForm(forms.Form):
    """A person to ask, by her address: with an account or without."""

    name = forms.CharField(label=_("Name"), max_length=150, validators=[validate_name])
    address = forms.EmailField(label=_("E-mail address"))
    language = forms.ChoiceField(label=_("Language of the mail"), choices=Language.choices)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=Registration.Role.OBSERVER)
    organization = forms.ModelChoiceField(
        Organization.objects.verified().exclude(kind=Organization.Kind.SME),
        label=_("For"),
        required=False,
        empty_label=_("No organization"),
        help_text=_("The place counts in the quota of its economy."),
    )

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.zone = session.zone
        self.initial.setdefault("language", current())
        self.fields["organization"].queryset = self.fields["organization"].queryset.order_by("name", "pk")

    @property
    def guest(self):
        return Guest(time_zone=self.zone, **self.cleaned_data)


class InviteOrganizationForm(forms.Form):
    """An organization to ask, which the page has found."""

    organization = forms.ModelChoiceField(Organization.objects.verified())
    everyone = forms.ChoiceField(choices=[("everyone", _("Everyone in it")), ("contact", _("One contact"))])
    role = forms.ChoiceField(choices=ROLES)
