"""A first word to a firm one does not know yet, and the answer to it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.contact_details import refuse_contact_details
from partners.forms import writing_places
from partners.models import ExpressionOfInterest, PartnerRequest
from portal.accounts.models import Organization

Status = ExpressionOfInterest.Status


class InterestForm(forms.Form):
    """Three questions; the profile says the rest. ``places`` are whom the writer may send it for."""

    company = forms.ChoiceField(label=_("On behalf of"))
    message = forms.CharField(
        label=_("Why you suit"),
        max_length=1100,
        widget=forms.Textarea({"rows": 5}),
        help_text=_(
            "What you can do for them. At most 1,100 characters. The other side sees your company and your answers, "
            "not your name or address."
        ),
    )
    experience = forms.CharField(
        label=_("What you have done like it"),
        max_length=1100,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("For whom, how much, since when."),
    )
    next_step = forms.CharField(
        label=_("What you propose next"),
        max_length=600,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("A call, samples, a visit; and what you would like to know first."),
    )
    shares_contact = forms.BooleanField(
        label=_("Share our contact person when they accept and share theirs"),
        required=False,
        initial=True,
        help_text=_("You can take this back at any time, and share it later."),
    )

    def __init__(self, *args: Any, places: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places
        company = self.fields["company"]
        company.choices = [(key, place[0]) for key, place in places.items()]
        if len(places) == 1:
            company.initial = next(iter(places))
            company.widget = forms.HiddenInput()

    @property
    def own_companies(self) -> list[Organization]:
        """The writer's own companies it may be sent for; a chamber may have hundreds of members beside them."""
        return [company for _label, company, chamber in self.places.values() if chamber is None]

    def clean_message(self) -> str:
        return refuse_contact_details(self.cleaned_data["message"])

    def clean_experience(self) -> str:
        return refuse_contact_details(self.cleaned_data["experience"])

    def clean_next_step(self) -> str:
        return refuse_contact_details(self.cleaned_data["next_step"])

    def content(self) -> dict[str, Any]:
        """What :func:`partners.interests.express` takes: the answers, for which company, and sent by which chamber."""
        _label, company, chamber = self.places[self.cleaned_data["company"]]
        return {**self.cleaned_data, "company": company, "sent_for": chamber}


def free_places(user: Any, found: PartnerRequest) -> dict[str, Any]:
    """For whom she may still express interest here: her companies, and the members of her chambers, that have not been
    here before; not the request's own side."""
    refused = found.interests.exclude(status__in=[Status.WITHDRAWN, Status.EXPIRED])
    taken = {found.company_id, *refused.values_list("company", flat=True)}
    return {
        key: place
        for key, place in writing_places(user).items()
        if place[1].pk not in taken and (place[2] is None or place[2].pk != found.chamber_id)
    }


class AcceptForm(forms.Form):
    """Meeting is one thing, giving a person's address another; usually both are done at once."""

    shares_contact = forms.BooleanField(label=_("Share our contact person as well"), required=False, initial=True)


class DeclineForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            (value, label)
            for value, label in ExpressionOfInterest.DeclineReason.choices
            if value != ExpressionOfInterest.DeclineReason.CLOSED
        ],
    )
    note = forms.CharField(
        label=_("A word to the company"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )

    def clean_note(self) -> str:
        return refuse_contact_details(self.cleaned_data["note"])
