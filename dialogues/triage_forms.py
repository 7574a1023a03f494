"""What officials fill in about an issue, and whoever says that an answer does not help."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, IntegerField, When
from django.utils.translation import gettext_lazy as _

from dialogues import public_text, suggesting, threads
from dialogues.forms import LanguageFields, languages_of
from dialogues.models import Issue, Session
from portal.accounts.models import Organization
from portal.languages import NAMES, Language, column
from portal.templatetags.ui import in_brackets

LONGEST = 5000


class WordsForm(LanguageFields, forms.Form):
    """An answer, a refusal or an outcome, in the working languages: one is enough."""

    def __init__(self, *args, issue, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_language_fields(
            "text",
            languages_of(issue.dialogue),
            lambda code: forms.CharField(
                label=NAMES[code], widget=forms.Textarea(attrs={"rows": 6}), required=False, max_length=LONGEST
            ),
        )
        if len(self.languages) > 1:
            self.fields[column("text", self.languages[-1])].help_text = _(
                "One language is enough; readers of the others see it in that one."
            )

    def clean(self):
        cleaned = super().clean()
        self.require_one("text")
        return cleaned


class AgendaForm(forms.Form):
    """Which session talks about it, under which item."""

    place = forms.ChoiceField(label=_("Where on the agenda"))

    def __init__(self, *args, issue, **kwargs):
        super().__init__(*args, **kwargs)
        on_it = Session.objects.filter(agenda_items__issues=issue).values("pk")
        open_ = Session.objects.filter(dialogue=issue.dialogue, status__in=threads.OPEN_SESSIONS).exclude(pk__in=on_it)
        rows = open_.prefetch_related("agenda_items").order_by("starts_at", "number", "pk")
        self.sessions = {session.pk: session for session in rows if not session.is_over}
        self.items = {item.pk: item for session in self.sessions.values() for item in session.agenda_items.all()}
        self.fields["place"].choices = [
            (
                session.title,
                [(f"s{session.pk}", _("As an item of its own, at the end"))]
                + [(f"i{item.pk}", _("Under: %(item)s") % {"item": item.title}) for item in session.agenda_items.all()],
            )
            for session in self.sessions.values()
        ]

    @property
    def chosen(self):
        """The keyword arguments of ``triage.put_on_agenda``."""
        place = self.cleaned_data["place"]
        if place.startswith("s"):
            return {"session": self.sessions[int(place[1:])]}
        item = self.items[int(place[1:])]
        return {"session": self.sessions[item.session_id], "item": item}


class ReferForm(forms.Form):
    """To which agency it is passed."""

    agency = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Agency that knows the matter"), empty_label=_("Choose")
    )
    note = forms.CharField(
        label=_("What it should know"),
        help_text=_("The agency's people read it, not who raised the issue."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=2000,
    )

    def __init__(self, *args, issue, **kwargs):
        super().__init__(*args, **kwargs)
        agencies = Organization.objects.agencies().filter(economy__in=issue.dialogue.party_codes)
        agencies = agencies.exclude(pk=issue.referred_to_id)
        named = suggesting.offices(issue, agencies)
        first = Case(When(pk__in=list(named), then=0), default=1, output_field=IntegerField())
        field = self.fields["agency"]
        field.queryset = agencies.order_by(first, "name", "pk")
        field.label_from_instance = lambda agency: _label(agency, named)
        field.initial = next(iter(named), None)


def _label(agency, named):
    """The agency's name, and for those that the directory of offices names what they answer for."""
    return f"{agency}{in_brackets(_('answers for this topic'))}" if agency.pk in named else str(agency)


class MergeForm(forms.Form):
    """With which issue it goes on, by its number."""

    reference = forms.CharField(
        label=_("Reference number of the other issue"),
        help_text=_("As it stands on its page: %(example)s, say."),
        max_length=30,
    )

    def __init__(self, *args, issue, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.issue, self.user = issue, user
        example = {"example": f"{issue.dialogue.code}-2027-014"}
        self.fields["reference"].help_text = _("As it stands on its page: %(example)s, say.") % example

    def clean_reference(self):
        found = Issue.objects.visible_to(self.user).filed().filter(dialogue=self.issue.dialogue)
        into = found.filter(reference__iexact=self.cleaned_data["reference"].strip()).select_related("dialogue").first()
        if into is None:
            raise ValidationError(_("No issue of this dialogue has this number."), code="unknown")
        return into


class ReopenForm(forms.Form):
    """Why an answer does not help."""

    reason = forms.CharField(
        label=_("Why does the answer not help?"),
        help_text=_("The officials read it, and your own side. It is not made public."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
    )


class NoteForm(forms.Form):
    """A word to the other officials."""

    note = forms.CharField(
        label=_("What must change, or why"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000
    )


class PublicTextForm(forms.Form):
    """Title and text for everybody to read; every working language is needed before it can be approved."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, issue, **kwargs):
        super().__init__(*args, **kwargs)
        needed = languages_of(issue.dialogue)
        self.languages = [*needed, *(code for code in Language if code not in needed)]
        self.needed = needed
        draft = public_text.draft_of(issue)
        for code in self.languages:
            name = {"language": NAMES[code]}
            title = forms.CharField(
                label=_("Title (%(language)s)") % name, max_length=public_text.LONGEST_TITLE, required=False
            )
            text = forms.CharField(
                label=_("Text (%(language)s)") % name,
                widget=forms.Textarea(attrs={"rows": 8}),
                max_length=public_text.LONGEST_TEXT,
                required=False,
            )
            for part, made in (("title", title), ("text", text)):
                made.widget.attrs["lang"] = code
                self.fields[column(part, code)] = made
                self.initial.setdefault(column(part, code), draft[code][part])
        self.initial.setdefault("seen", public_text.version(issue))

    @property
    def sides(self):
        """The needed languages: code, title and text side by side."""
        return [(code, self[column("title", code)], self[column("text", code)]) for code in self.needed]

    @property
    def others(self):
        """The languages that may be added."""
        rest = [code for code in self.languages if code not in self.needed]
        return [(code, self[column("title", code)], self[column("text", code)]) for code in rest]

    @property
    def texts(self):
        return {
            code.value: {part: self.cleaned_data[column(part, code)] for part in ("title", "text")}
            for code in self.languages
        }
