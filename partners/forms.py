import re
import unicodedata
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners import choices, codes, duplicates, requesting, sides
from partners.contact_details import refuse_contact_details
from partners.models import ChamberMember, CompanyProfile, Ownership, PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.accounts.models import Organization
from portal.accounts.permissions import chamber_ids, memberships
from portal.languages import Language, current
from portal.reference.models import Economy, Sector

_SEPARATORS = re.compile(r"[,;、，；\n]+")


class TermsField(forms.CharField):
    """A list typed in one line or several: separated by commas or line breaks, each once, in order."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        parts = (part.strip() for part in _SEPARATORS.split(super().to_python(value)))
        return list(dict.fromkeys(part for part in parts if part))

    def validate(self, value: list[str]) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: list[str]) -> None:
        for part in value:
            super().run_validators(part)


class HSCodesField(TermsField):
    """HS codes of 2 to 6 digits; dots and spaces inside a code are dropped (8421.21 is 842121), wide digits read."""

    def to_python(self, value: Any) -> list[str]:
        parts = super().to_python(unicodedata.normalize("NFKC", value or ""))
        return list(dict.fromkeys(re.sub(r"[.\s]", "", part) for part in parts))


def sector_field(label: Any, **kwargs: Any) -> forms.ModelMultipleChoiceField:
    """The tree of sectors; `choices` of the form instance groups it."""
    return forms.ModelMultipleChoiceField(
        Sector.objects.all(), label=label, to_field_name="slug", widget=forms.SelectMultiple({"size": 10}), **kwargs
    )


class RequestForm(forms.Form):
    """What a firm offers or looks for. Chambers also choose the member firm they write for."""

    company = forms.ChoiceField(label=_("For which company"))
    type = forms.ChoiceField(label=_("Type"), choices=PartnerRequest.Type.choices)
    language = forms.ChoiceField(
        label=_("Language you write in"),
        choices=Language.choices,
        help_text=_("Write in the language you know best. Matching compares codes, which need no translation."),
    )
    title = forms.CharField(label=_("Title"), max_length=250)
    teaser = forms.CharField(
        label=_("In one sentence"), max_length=140, help_text=_("At most 140 characters; it stands in lists and mails.")
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=6000,
        widget=forms.Textarea({"rows": 10}),
        help_text=_("What is offered or sought, how much, under which conditions, from when. No contact details."),
    )
    english_title = forms.CharField(label=_("Title in English"), max_length=250, required=False)
    english_teaser = forms.CharField(
        label=_("In one English sentence"), max_length=140, required=False,
        help_text=_("Both are shown beside your own words to readers of other languages."),
    )  # fmt: skip
    sectors = sector_field(_("Sectors"))
    hs_codes = HSCodesField(
        label=_("HS codes"), required=False, validators=[codes.validate_hs_code],
        help_text=_("Of the goods, 2 to 6 digits, separated by commas. They find partners in every language."),
    )  # fmt: skip
    target_economies = forms.ModelMultipleChoiceField(
        Economy.objects.all(), label=_("Partners wanted in"), widget=forms.CheckboxSelectMultiple
    )
    closes_on = forms.DateField(label=_("Open until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    places = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=50, required=False,
        help_text=_("Only for a mentorship offer: how many you take on at a time."),
    )  # fmt: skip
    shows_company = forms.BooleanField(
        label=_("Show the company's name with the request"),
        required=False,
        help_text=_("Otherwise readers see only its economy, until you accept an interest."),
    )
    anyway = forms.BooleanField(label=_("Keep it all the same"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, draft: PartnerRequest | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _request_values(draft) if draft else _first_values())
        super().__init__(*args, **kwargs)
        self.draft, self.likely = draft, []
        self.places = {} if draft else writing_places(user)
        if draft:
            del self.fields["company"]
        else:
            self.fields["company"].choices = [(key, label) for key, (label, *_rest) in self.places.items()]
        self.fields["sectors"].choices = choices.sectors()

    def clean_company(self) -> str:
        self.firm, self.chamber = self.places[self.cleaned_data["company"]][1:]
        return self.cleaned_data["company"]

    def clean_title(self) -> str:
        return refuse_contact_details(self.cleaned_data["title"])

    def clean_teaser(self) -> str:
        return refuse_contact_details(self.cleaned_data["teaser"])

    def clean_description(self) -> str:
        return refuse_contact_details(self.cleaned_data["description"])

    def clean_english_title(self) -> str:
        return refuse_contact_details(self.cleaned_data["english_title"])

    def clean_english_teaser(self) -> str:
        return refuse_contact_details(self.cleaned_data["english_teaser"])

    def clean_places(self) -> int | None:
        """Only offers of mentorship have places."""
        is_offer = self.cleaned_data.get("type") == PartnerRequest.Type.MENTORSHIP_OFFER
        return self.cleaned_data["places"] if is_offer else None

    def clean_closes_on(self):
        day = self.cleaned_data["closes_on"]
        requesting.check_closing_day(day)
        return day

    def clean(self) -> dict[str, Any]:
        """Warn of another request that says the same; ticking the box keeps this one too."""
        data = super().clean() or {}
        same_text = self.draft and not {"title", "description"} & set(self.changed_data)
        if self.errors or same_text or data.get("anyway"):
            return data
        self.likely = duplicates.near(
            company_id=self.draft.company_id if self.draft else self.firm.pk,
            kind=data["type"],
            title=data["title"],
            description=data["description"],
            sectors=[sector.pk for sector in data["sectors"]],
            but=self.draft.pk if self.draft else None,
        )
        if self.likely:
            self.fields["anyway"].widget = forms.CheckboxInput()
            raise ValidationError(_("There is a request much like this one. Look at it first."), code="duplicate")
        return data

    def content(self) -> dict[str, Any]:
        """The fields of the request, without the choice of the company."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"company", "anyway"}}


def writing_places(user: Any) -> dict[str, tuple[str, Organization, Organization | None]]:
    """For whom she may write: her own firms, and the member firms of her chambers. Key → label, firm, chamber."""
    places: dict[str, tuple[str, Organization, Organization | None]] = {}
    for membership in memberships(user):
        if membership.organization.kind == Organization.Kind.SME:
            places[f"own-{membership.organization_id}"] = (membership.organization.name, membership.organization, None)
    if not chamber_ids(user):
        return places
    firms = ChamberMember.objects.active().filter(chamber__in=chamber_ids(user))
    for member in firms.select_related("chamber", "company__economy").order_by("pk"):
        label = _("%(company)s, for %(chamber)s") % {"company": member.company.name, "chamber": member.chamber.name}
        places[f"member-{member.pk}"] = (label, member.company, member.chamber)
    return places


def _first_values() -> dict[str, Any]:
    return {"language": current(), "closes_on": requesting.usual_closing_day()}


def _request_values(draft: PartnerRequest) -> dict[str, Any]:
    plain = (
        "type", "language", "title", "teaser", "description", "english_title", "english_teaser", "hs_codes",
        "closes_on", "places", "shows_company",
    )  # fmt: skip
    lists = {
        "sectors": [sector.slug for sector in draft.sectors.all()],
        "target_economies": [economy.pk for economy in draft.target_economies.all()],
    }
    return {name: getattr(draft, name) for name in plain} | lists


class SubmitForm(forms.Form):
    """Which chamber of the company's economy reviews the request."""

    chamber = forms.ModelChoiceField(
        Organization.objects.none(), label=_("Chamber that reviews it"), empty_label=_("Choose")
    )

    def __init__(self, *args: Any, draft: PartnerRequest, **kwargs: Any) -> None:
        super().__init__(*args, initial={"chamber": draft.chamber_id}, **kwargs)
        chambers = Organization.objects.chambers().filter(economy=draft.company.economy_id)
        self.fields["chamber"].queryset = chambers.order_by("pk")


class SendBackForm(forms.Form):
    reason = forms.CharField(label=_("What should change"), max_length=1000, widget=forms.Textarea({"rows": 4}))


class CloseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why it is closed"), choices=PartnerRequest.CloseReason.choices)


class RenewForm(forms.Form):
    closes_on = forms.DateField(label=_("Open until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        first = last_day_on_earth() + timedelta(days=requesting.USUAL_DAYS)
        super().__init__(*args, initial={"closes_on": first}, **kwargs)


class ProfileForm(forms.ModelForm):
    """What a firm says of itself."""

    sectors = sector_field(_("Sectors"), required=False)
    hs_codes = HSCodesField(
        label=_("HS codes"), required=False, validators=[codes.validate_hs_code],
        help_text=_("Of what you make or sell, 2 to 6 digits, separated by commas."),
    )  # fmt: skip
    certifications = TermsField(
        label=_("Certifications"), required=False, help_text=_("Separated by commas: ISO 9001, HACCP.")
    )
    wanted_types = forms.MultipleChoiceField(
        label=_("Tell us of these kinds of opportunity"),
        choices=PartnerRequest.Type.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Leave all empty to hear of every kind that fits."),
    )
    markets = forms.MultipleChoiceField(
        label=_("Markets you serve"), required=False, widget=forms.CheckboxSelectMultiple
    )
    excluded_economies = forms.MultipleChoiceField(
        label=_("No partners from"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Shown to nobody. You hear of no request from there, and they do not find you."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages you can do business in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    ownership_tags = forms.MultipleChoiceField(
        label=_("Ownership"), choices=Ownership.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = CompanyProfile
        fields = [
            "language", "capabilities", "seeks", "sectors", "hs_codes", "markets", "excluded_economies", "wanted_types",
            "certifications", "languages", "city", "size", "year_founded", "ownership_tags", "contact", "is_listed",
        ]  # fmt: skip
        widgets = {"capabilities": forms.Textarea({"rows": 8}), "seeks": forms.Textarea({"rows": 4})}
        labels = {
            "language": _("Language you write in"),
            "capabilities": _("What your company does"),
            "seeks": _("What your company looks for"),
            "contact": _("Contact person"),
            "is_listed": _("List the company in the public directory"),
        }
        help_texts = {
            "capabilities": _("In your own words and language. No contact details."),
            "contact": _("Shown to nobody until both sides of an introduction agreed."),
            "is_listed": _("Listed companies are found by partners and hear of the opportunities that suit them."),
        }

    def __init__(self, *args: Any, company: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sectors"].choices = choices.sectors()
        self.fields["markets"].choices = choices.markets(self.instance.markets)
        self.fields["excluded_economies"].choices = choices.markets(self.instance.excluded_economies)
        self.fields["languages"].choices = choices.languages(self.instance.languages)
        self.fields["contact"].queryset = sides.people_of([company])
        if self.instance.pk:
            self.initial["sectors"] = [sector.slug for sector in self.instance.sectors.all()]
        else:
            self.initial["language"] = company.native_language

    def clean_capabilities(self) -> str:
        return refuse_contact_details(self.cleaned_data["capabilities"])

    def clean_seeks(self) -> str:
        return refuse_contact_details(self.cleaned_data["seeks"])


class FirmForm(forms.Form):
    """A member firm that has nobody on the portal."""

    name = forms.CharField(label=_("Name of the company"), max_length=200)
    language = forms.ChoiceField(label=_("Its language"), choices=Language.choices)
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    confirms = forms.BooleanField(
        label=_("We know this company, and it agrees that we look for partners on its behalf")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"language": current()})
        super().__init__(*args, **kwargs)
