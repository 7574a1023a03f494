"""What the people of an office say of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization
from portal.focal.models import FocalPoint
from portal.languages import NAMES, Language, column
from portal.reference.models import Economy, Topic

#: Who speaks of her own office by its name knows this one, and most readers read it.
SHARED = Language.EN


class FocalPointForm(forms.Form):
    """An office's entry. Its name and hours are asked for in the organization's own language and in English."""

    economy = forms.ModelChoiceField(Economy.objects.all(), label=_("Economy it answers for"), empty_label=_("Choose"))
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(),
        label=_("Topics it answers for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none when it answers for every topic."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages it answers in"), choices=list(NAMES.items()), widget=forms.CheckboxSelectMultiple
    )
    email = forms.EmailField(
        label=_("E-mail address of the office"),
        max_length=254,
        required=False,
        help_text=_("Of the office, never of one person: everybody can read it."),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    url = forms.URLField(label=_("Web page"), max_length=500, required=False, assume_scheme="https")

    def __init__(self, *args: Any, organization: Organization, point: FocalPoint | None = None, **kwargs: Any) -> None:
        own = organization.native_language
        self.text_languages = list(dict.fromkeys([own, SHARED]))
        initial = _facts_of(point, self.text_languages) if point else {"languages": [own]}
        super().__init__(*args, initial=initial, **kwargs)
        for code in self.text_languages:
            name = {"language": NAMES[Language(code)]}
            self.fields[column("office", code)] = forms.CharField(
                label=_("Name of the office (%(language)s)") % name, max_length=200, required=code == own
            )
            self.fields[column("hours", code)] = forms.CharField(
                label=_("Hours (%(language)s)") % name,
                max_length=200,
                required=False,
                help_text=_("With the days, the times and the city whose clock they go by."),
            )
        texts = [column(text, code) for text in ("office", "hours") for code in self.text_languages]
        self.order_fields([*texts[: len(self.text_languages)], "economy", "topics", *texts])
        if organization.economy_id or point:
            del self.fields["economy"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not (cleaned["email"] or cleaned["phone"] or cleaned["url"]):
            self.add_error(
                None,
                forms.ValidationError(
                    _("Give an e-mail address, a telephone number or a page: somehow the office must be reached."),
                    code="unreachable",
                ),
            )
        return cleaned


def _facts_of(point: FocalPoint, languages: list[str]) -> dict[str, Any]:
    columns = [column(text, code) for text in ("office", "hours") for code in languages]
    facts = {field: getattr(point, field) or "" for field in columns}
    plain = {field: getattr(point, field) for field in ("languages", "email", "phone", "url")}
    return {**facts, **plain, "topics": [topic.pk for topic in point.topics.all()]}
