"""What people say when they register for a session or answer an invitation."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dialogues import questions
from dialogues.inviting import validate_name
from dialogues.models import Question
from portal.accounts.models import Organization
from portal.languages import NAMES, Language

YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class PlaceForm(forms.Form):
    """What the secretariat should know of somebody who takes part: interpretation, needs, its own questions."""

    interpretation = forms.ChoiceField(
        label=_("Language you listen in"),
        help_text=_("So that interpretation is there for you."),
        required=False,
    )
    access_needs = forms.CharField(
        label=_("What you need to take part"),
        help_text=_("A wheelchair place, captions, a diet … Read by the secretariat alone."),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=1000,
    )

    def __init__(self, *args, session, registration=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.session = session
        spoken = [Language(code) for code in session.working_languages] or list(Language)
        self.fields["interpretation"].choices = [("", _("No preference")), *((code, NAMES[code]) for code in spoken)]
        self.replies = {}
        if registration is not None:
            self.initial.setdefault("interpretation", registration.interpretation)
            self.initial.setdefault("access_needs", registration.access_needs)
            self.replies = {reply.question_id: reply.value for reply in registration.replies.all()}
        for question in self.asked:
            self.fields[questions.field_name(question)] = _field(question)
            self.initial.setdefault(questions.field_name(question), self.replies.get(question.pk, ""))

    @cached_property
    def asked(self):
        return list(self.session.questions.all())

    @property
    def answers(self):
        """What she answered, by question id."""
        return {question.pk: self.cleaned_data.get(questions.field_name(question), "") for question in self.asked}

    @property
    def details(self):
        return {name: self.cleaned_data[name] for name in ("interpretation", "access_needs")}

    def refuse(self, refusal: ValidationError) -> None:
        """Show why the verb said no: at its field where it named one that is here, else on top."""
        for field, errors in _by_field(refusal).items():
            self.add_error(field if field in self.fields else None, errors)


class RegistrationForm(PlaceForm):
    """The same, and for whom she comes."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), label=_("I take part for"), required=False, empty_label=_("Myself")
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        mine = [membership.organization_id for membership in user.active_memberships]
        self.fields["organization"].queryset = Organization.objects.filter(pk__in=mine).order_by("name", "pk")
        self.initial.setdefault("organization", mine[0] if mine else None)
        self.order_fields(["organization"])

    @property
    def details(self):
        return {**super().details, "organization": self.cleaned_data["organization"]}


class PassOnForm(forms.Form):
    """Who comes instead."""

    name = forms.CharField(label=_("Your colleague's name"), max_length=150, validators=[validate_name])
    address = forms.EmailField(label=_("Your colleague's e-mail address"))


def _field(question: Question) -> forms.Field:
    named = {"label": question.label, "required": question.is_required}
    if question.kind == Question.Kind.TEXT:
        widget = forms.Textarea(attrs={"rows": 2})
        return forms.CharField(max_length=questions.LONGEST_ANSWER, widget=widget, **named)
    choices = list(enumerate(questions.lines(question.choices))) if question.kind == Question.Kind.CHOICE else YES_NO
    field = forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **named)
    if not question.is_required:
        field.choices = [("", _("No answer")), *choices]
    return field


def _by_field(refusal: ValidationError) -> dict:
    return refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
