from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal import clock
from portal.accounts.models import Organization
from portal.accounts.permissions import delegation
from portal.languages import NAMES, Language, column
from portal.reference.models import Agreement, Economy, Sector, Topic
from portal.templatetags.ui import language_name
from resources import checking, publishing
from resources.filters import sector_choices
from resources.models import PAGE_LANGUAGES, TRANSLATED, Resource, Translation


@dataclass(frozen=True)
class TextSection:
    """The three text fields of one language, as a part of the form."""

    language: str
    name: Any
    fields: list[forms.BoundField]
    is_source: bool
    is_open: bool


class ResourceForm(forms.Form):
    """What officials write. The rules are the verbs'; here are only the shapes of the fields.

    ``version`` and ``seen``, the status, are those the form was opened on: see :func:`resources.publishing.revise`.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=9)
    kind = forms.ChoiceField(label=pgettext_lazy("of a resource", "Kind"), choices=Resource.Kind.choices)
    url = forms.URLField(
        label=_("Address of the source"),
        max_length=500,
        assume_scheme="https",
        help_text=_("The official page that readers open from here."),
    )
    page_languages = forms.MultipleChoiceField(label=_("Languages of the source"), widget=forms.CheckboxSelectMultiple)
    publisher = forms.ModelChoiceField(label=_("Publisher"), queryset=Organization.objects.none())
    scope = forms.ChoiceField(label=_("Holds for"), choices=Resource.Scope.choices)
    economies = forms.ModelMultipleChoiceField(
        label=_("Economies"), queryset=Economy.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    programme = forms.ModelChoiceField(
        label=_("Programme used"),
        queryset=Resource.objects.none(),
        required=False,
        empty_label=_("None in particular"),
        help_text=_("The programme's page lists its success cases."),
    )
    expires_on = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=_(
            "The portal withdraws it after this day, by the clock of the publisher's capital. "
            "Leave it empty for what has no end."
        ),
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"), queryset=Topic.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    sectors = forms.MultipleChoiceField(
        label=_("Sectors"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Choose none if it applies to every sector."),
    )
    audiences = forms.MultipleChoiceField(
        label=_("Useful to"),
        choices=Resource.Audience.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Choose none if it is useful to every firm."),
    )
    agreements = forms.ModelMultipleChoiceField(
        label=_("Agreements"), queryset=Agreement.objects.all(), widget=forms.CheckboxSelectMultiple, required=False
    )
    source_language = forms.ChoiceField(
        label=_("Language of the original text"),
        choices=list(NAMES.items()),
        help_text=_("The other languages are translations of this one."),
    )

    def __init__(self, *args, user, resource=None, **kwargs):
        self.user, self.resource = user, resource
        initial = written(resource) if resource else {"source_language": Language.EN}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["page_languages"].choices = [(code, language_name(code)) for code in PAGE_LANGUAGES]
        self.fields["sectors"].choices = sector_choices()
        self._offer_publishers()
        self._offer_programmes()
        self._offer_economies()
        for code in Language.values:
            for name, field in _text_fields(code).items():
                self.fields[column(name, code)] = field
                field.required = name != "body" and code == self["source_language"].value()

    def _offer_publishers(self):
        offered = publishing.publishers_for(self.user)
        if self.resource:
            offered = offered | Organization.objects.filter(pk=self.resource.publisher_id)
        self.fields["publisher"].queryset = offered.order_by("pk")

    def _offer_programmes(self):
        """Only for a success case; the one it has may stay although it is no longer published."""
        if self["kind"].value() != Resource.Kind.SUCCESS_CASE:
            del self.fields["programme"]
            return
        kept = self.resource.programme_id if self.resource else None
        offered = checking.programmes_for(self.user) | Resource.objects.filter(pk=kept)
        self.fields["programme"].queryset = offered

    def _offer_economies(self):
        hers = delegation(self.user)
        self.fields["economies"].queryset = Economy.objects.filter(pk__in=hers)
        if not self.user.is_staff:
            del self.fields["scope"]
            self.fields["economies"].required = True
        if not self.resource:
            self.initial.setdefault("economies", sorted(hers) if len(hers) == 1 else [])
            self.initial.setdefault("scope", "economy" if hers else "global")

    def values(self) -> dict[str, Any]:
        """What was filled in, as the verbs take it. Economies that are not hers to change stay as they are."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in {"version", "seen"}}
        values.setdefault("programme", None)
        values["sectors"] = Sector.objects.filter(slug__in=values["sectors"])
        others = []
        if self.resource:
            hers = delegation(self.user)
            others = [economy for economy in self.resource.economies.all() if economy.pk not in hers]
        return values | {"economies": [*values["economies"], *others]}

    def text_sections(self) -> list[TextSection]:
        """The source language first; another one is open when it has text or an error."""
        source = self["source_language"].value() or Language.EN
        codes = sorted(Language.values, key=lambda code: code != source)
        return [self._section(code, is_source=code == source) for code in codes]

    def _section(self, code, *, is_source):
        fields = [self[column(name, code)] for name in TRANSLATED]
        is_open = is_source or any(field.value() or field.errors for field in fields)
        return TextSection(code, NAMES[code], fields, is_source, is_open)


def written(resource: Resource) -> dict[str, Any]:
    """What is saved, as the form's initial values."""
    values = {name: getattr(resource, name) for name in (*publishing.PLAIN, *publishing.TEXTS)}
    values |= {name: list(getattr(resource, name).all()) for name in publishing.MANY}
    values["sectors"] = [sector.slug for sector in values["sectors"]]
    values["programme"] = resource.programme_id
    return values | {"publisher": resource.publisher_id, "version": resource.version, "seen": resource.status}


def _text_fields(code: str) -> dict[str, forms.CharField]:
    # The reader's software should speak and hyphenate each field in its own language.
    attrs = {"lang": code}
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        widget=forms.TextInput(attrs),
        error_messages={"required": _("Write a title in this language.")},
    )
    summary = forms.CharField(
        label=_("Summary"),
        max_length=600,
        error_messages={"required": _("Write a summary in this language.")},
        widget=forms.Textarea(attrs | {"rows": 3}),
        help_text=_("What it is and for whom, in two or three sentences."),
    )
    body = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs | {"rows": 10}),
        help_text=_("What to have ready, what to do first. Markdown is understood."),
    )
    return {"title": title, "summary": summary, "body": body}


class ScheduleForm(forms.Form):
    """A moment to publish at, by the clock of the reader's own time zone, which the page names."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    zone = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    publish_at = forms.DateTimeField(
        label=_("Publish on"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    def __init__(self, *args, version, publish_at=None, **kwargs):
        zone = timezone.get_current_timezone_name()
        initial = {"version": version, "zone": zone, "publish_at": publish_at}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["publish_at"].help_text = _("By the clock of %(zone)s.") % {"zone": clock.zone_label(zone)}

    def clean_zone(self):
        """The zone may have been changed in another window since she read its name beside the field."""
        zone = self.cleaned_data["zone"]
        if zone != timezone.get_current_timezone_name():
            self.data = self.data.copy()
            self.data["zone"] = timezone.get_current_timezone_name()  # she is told; the next time it counts
            raise forms.ValidationError(_("Your time zone has changed. Check the time against the clock named now."))
        return zone


class TranslationForm(forms.Form):
    """One language of a resource, beside its source."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    origin = forms.ChoiceField(
        label=_("Whose text is it"), choices=Translation.Origin.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args, resource, language, origin, **kwargs):
        texts = dict(zip(TRANSLATED, resource.text(language), strict=True))
        super().__init__(*args, initial=texts | {"version": resource.version, "origin": origin}, **kwargs)
        for name, field in _text_fields(language).items():
            field.required = name != "body"
            field.help_text = ""
            self.fields[name] = field


class ReasonForm(forms.Form):
    """Why something is sent back or withdrawn; its author reads it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea({"rows": 4}), help_text=_("The author reads this.")
    )
