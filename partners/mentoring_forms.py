from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners import mentoring
from partners.forms import refuse_contact_details
from partners.models import Mentorship
from portal.accounts.models import Organization


class PlaceForm(forms.Form):
    """What a company hopes to learn from a mentor it does not know yet."""

    mentee = forms.ModelChoiceField(Organization.objects.none(), label=_("On behalf of"), empty_label=None)
    goal = forms.CharField(
        label=_("What you want to learn"),
        max_length=1100,
        widget=forms.Textarea({"rows": 6}),
        help_text=_(
            "What you have tried, what you want to be able to do, and by when. At most 1,100 characters. The mentor "
            "sees your company and this text, not your name or address."
        ),
    )

    def __init__(self, *args: Any, companies: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [company.pk for company in companies]
        self.fields["mentee"].queryset = Organization.objects.filter(pk__in=ids).order_by("pk")
        if len(ids) == 1:
            self.fields["mentee"].initial = ids[0]
            self.fields["mentee"].widget = forms.HiddenInput()

    def clean_goal(self) -> str:
        return refuse_contact_details(self.cleaned_data["goal"])


class MentorDeclineForm(forms.Form):
    """A polite no, and perhaps a pause."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            (value, label)
            for value, label in Mentorship.DeclineReason.choices
            if value != Mentorship.DeclineReason.CLOSED
        ],
    )
    note = forms.CharField(
        label=_("A word to the company"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    pauses = forms.BooleanField(label=_("Take nobody else on for now"), required=False)

    def clean_note(self) -> str:
        return refuse_contact_details(self.cleaned_data["note"])


class MentorshipEndForm(forms.Form):
    note = forms.CharField(
        label=_("A word to the other side"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )


class PlacesForm(forms.Form):
    places = forms.IntegerField(label=_("Companies you mentor at a time"), min_value=1, max_value=mentoring.MOST_PLACES)
