"""What people fill in. Content has one field per working language; times are wall clock and zone."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dialogues import cases
from dialogues.models import Commitment, Session
from portal import clock
from portal.accounts.models import Organization
from portal.languages import NAMES, Language, column
from portal.reference.models import Economy
from portal.walltime import WallTimeField
from resources.models import Resource


def languages_of(dialogue):
    """The languages to write in: the dialogue's, English where it names none."""
    return [Language(code) for code in dialogue.working_languages] or [Language.EN]


class LanguageFields:
    """Adds one field per working language to a form, and reads them back as ``{code: text}``."""

    def add_language_fields(self, name, languages, make_field, obj=None):
        self.languages = languages
        for code in languages:
            key = column(name, code)
            self.fields[key] = make_field(code)
            if name == "title" and len(languages) > 1:
                self.fields[key].help_text = _("One language is enough; readers of the others see it in that one.")
            self.fields[key].widget.attrs["lang"] = code
            if obj is not None:
                self.initial.setdefault(key, getattr(obj, key))

    def texts(self, name):
        return {code: self.cleaned_data.get(column(name, code)) or "" for code in self.languages}

    def require_one(self, name):
        if not self.errors and not any(text.strip() for text in self.texts(name).values()):
            raise ValidationError(_("Write it in at least one language."), code="required")


class SessionForm(LanguageFields, forms.ModelForm):
    """What a session is called, where and how it meets."""

    class Meta:
        model = Session
        fields = ["format", "host", "venue", "join_url", "working_languages", "is_public"]

    def __init__(self, *args, dialogue, **kwargs):
        super().__init__(*args, **kwargs)
        session = self.instance if self.instance.pk else None
        self.add_language_fields(
            "title",
            languages_of(dialogue),
            lambda code: forms.CharField(
                label=_("Title (%(language)s)") % {"language": NAMES[code]}, max_length=200, required=False
            ),
            session,
        )
        self.fields["host"].queryset = Economy.objects.filter(pk__in=dialogue.party_codes)
        self.fields["host"].label_from_instance = dialogue.name_of
        self.fields["host"].empty_label = _("Not decided yet")
        self.fields["working_languages"] = forms.MultipleChoiceField(
            label=_("Working languages"),
            choices=[(code, NAMES[code]) for code in Language],
            widget=forms.CheckboxSelectMultiple,
            initial=dialogue.working_languages,
        )
        self.order_fields([column("title", code) for code in self.languages])

    def clean(self):
        cleaned = super().clean()
        self.require_one("title")
        return cleaned

    def _post_clean(self):
        """The verbs write; a form must not change the session it was given before they lock it."""

    @property
    def details(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ScheduleForm(forms.Form):
    """A time by the clock of one place."""

    zone = forms.ChoiceField(label=_("Time zone of these clocks"))
    starts_local = WallTimeField(label=_("Starts"))
    ends_local = WallTimeField(label=_("Ends"))
    seen_interval = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones_of(session)
        host = session.host.default_time_zone if session.host else ""
        self.initial.setdefault("zone", session.zone or host or timezone.get_current_timezone_name())
        self.initial.setdefault("starts_local", session.starts_local)
        self.initial.setdefault("ends_local", session.ends_local)
        self.initial.setdefault("seen_interval", session.interval)

    @property
    def times(self):
        return {name: self.cleaned_data[name] for name in ("zone", "starts_local", "ends_local")}


def zones_of(session):
    """The zones of the Parties, the host's first, then UTC and the one it has now."""
    parties = sorted(session.dialogue.parties.all(), key=lambda economy: economy.pk != session.host_id)
    groups = [
        (session.dialogue.name_of(economy), [(zone, clock.zone_label(zone)) for zone in economy.time_zones])
        for economy in parties
    ]
    known = {zone for _name, zones in groups for zone, _label in zones}
    others = {"UTC", session.zone, timezone.get_current_timezone_name()} - known - {""}
    return [*groups, (_("Other"), [(zone, clock.zone_label(zone)) for zone in sorted(others)])]


class CaseForm(forms.Form):
    """A success case that came from a dialogue."""

    resource = forms.ModelChoiceField(
        Resource.objects.none(), label=_("A success case that came from this dialogue"), empty_label=_("Choose")
    )

    def __init__(self, *args, dialogue, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["resource"].queryset = cases.candidates(dialogue)


class ReasonForm(forms.Form):
    """Why something is called off; the people concerned read it."""

    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)


class RecordedForm(LanguageFields, forms.Form):
    """A decision, in the working languages, under an agenda item."""

    rows = 3

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_language_fields(
            "text",
            languages_of(session.dialogue),
            lambda code: forms.CharField(
                label=NAMES[code], widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4000
            ),
        )
        self.fields["agenda_item"] = forms.ModelChoiceField(
            session.agenda_items.all(), label=_("Agenda item"), required=False, empty_label=_("None in particular")
        )

    def clean(self):
        cleaned = super().clean()
        self.require_one("text")
        return cleaned


class CommitmentForm(RecordedForm):
    """What an organization undertakes, and by when."""

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, session=session, **kwargs)
        bodies = Organization.objects.verified().exclude(kind=Organization.Kind.SME)
        self.fields["owner"] = forms.ModelChoiceField(
            bodies.order_by("name", "pk"), label=_("Who keeps it"), empty_label=_("Choose")
        )
        self.fields["due_on"] = forms.DateField(
            label=_("Due on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )


class CommitmentStateForm(forms.Form):
    """What became of a commitment."""

    to = forms.ChoiceField(label=_("State"))
    reason = forms.CharField(
        label=_("Reason, if it is dropped"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )

    def __init__(self, *args, commitment, **kwargs):
        super().__init__(*args, **kwargs)
        may = [status for status in Commitment.Status if status in commitment.MOVES[commitment.status]]
        self.fields["to"].choices = [(status.value, status.label) for status in may]
