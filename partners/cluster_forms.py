from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners import choices
from partners.forms import refuse_contact_details, sector_field
from partners.models import Cluster, ClusterMember, PartnerRequest
from portal.accounts.models import Organization
from portal.languages import Language, current
from portal.reference.models import Economy


class ClusterForm(forms.Form):
    """What a cluster says of itself. Who leads it is chosen once, when it is founded."""

    lead = forms.ModelChoiceField(Organization.objects.none(), label=_("Led by"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language you write in"), choices=Language.choices)
    description = forms.CharField(
        label=_("What it is"), max_length=5000, required=False, widget=forms.Textarea({"rows": 5}),
        help_text=_("Who is in it, since when, what holds it together. No contact details."),
    )  # fmt: skip
    capability = forms.CharField(
        label=_("What its members can do together"), max_length=5000, required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("What none of them could do alone. What they name in their profiles is added up by itself."),
    )  # fmt: skip
    economy = forms.ModelChoiceField(Economy.objects.all(), label=_("Economy"))
    sectors = sector_field(_("Sectors"))
    website = forms.URLField(label=_("Website"), max_length=500, required=False, assume_scheme="https")
    is_public = forms.BooleanField(
        label=_("Show the cluster to everybody"), required=False, initial=True,
        help_text=_("Otherwise only its lead, its members and those it invites see it."),
    )  # fmt: skip
    is_open = forms.BooleanField(label=_("Companies may ask to join"), required=False, initial=True)

    def __init__(self, *args: Any, leads: list[Organization], cluster: Cluster | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _values(cluster) if cluster else _first_values(leads))
        super().__init__(*args, **kwargs)
        self.fields["sectors"].choices = choices.sectors()
        if cluster:
            del self.fields["lead"]
        else:
            ids = [organization.pk for organization in leads]
            self.fields["lead"].queryset = Organization.objects.filter(pk__in=ids).order_by("pk")

    def clean_description(self) -> str:
        return refuse_contact_details(self.cleaned_data["description"])

    def clean_capability(self) -> str:
        return refuse_contact_details(self.cleaned_data["capability"])


def _values(cluster: Cluster) -> dict[str, Any]:
    plain = ("name", "language", "description", "capability", "website", "is_public", "is_open")
    sectors = [sector.slug for sector in cluster.sectors.all()]
    return {name: getattr(cluster, name) for name in plain} | {"economy": cluster.economy_id, "sectors": sectors}


def _first_values(leads: list[Organization]) -> dict[str, Any]:
    economy = leads[0].economy_id if leads else None
    return {"language": current(), "economy": economy, "is_public": True, "is_open": True}


class JoinForm(forms.Form):
    """A company that would like to be in it."""

    company = forms.ModelChoiceField(Organization.objects.none(), label=_("On behalf of"), empty_label=None)
    contribution = forms.CharField(
        label=_("What it brings"), max_length=300, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("In one or two sentences, in the cluster's language. It stands beside the company's name."),
    )  # fmt: skip

    def __init__(self, *args: Any, companies: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [company.pk for company in companies]
        self.fields["company"].queryset = Organization.objects.filter(pk__in=ids).order_by("pk")
        if len(ids) == 1:
            self.fields["company"].initial = ids[0]
            self.fields["company"].widget = forms.HiddenInput()

    def clean_contribution(self) -> str:
        return refuse_contact_details(self.cleaned_data["contribution"])


class FindForm(forms.Form):
    """Companies of the directory, by words."""

    words = forms.CharField(
        label=_("Name, product or place"), max_length=300, required=False, widget=forms.TextInput({"type": "search"})
    )


class LinkForm(forms.Form):
    """Another cluster, and which of the two is the wider one."""

    UP, DOWN = "up", "down"

    other = forms.ModelChoiceField(Cluster.objects.none(), label=_("The other cluster"), to_field_name="slug")
    way = forms.ChoiceField(
        label=_("How they belong together"),
        choices=[(UP, _("Our cluster becomes part of it")), (DOWN, _("It becomes part of our cluster"))],
        widget=forms.RadioSelect,
        initial=UP,
    )

    def __init__(self, *args: Any, cluster: Cluster, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = Cluster.objects.visible_to(user).exclude(pk=cluster.pk)


class ShareForm(forms.Form):
    """Under which of its company's clusters a request stands."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), label=_("Cluster"), to_field_name="slug", empty_label=None)

    def __init__(self, *args: Any, shared: PartnerRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = ClusterMember.objects.active().filter(company=shared.company_id)
        self.fields["cluster"].queryset = Cluster.objects.filter(pk__in=members.values("cluster"))
