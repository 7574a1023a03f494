"""What chambers fill in."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import vouching
from partners.contact_details import refuse_contact_details
from partners.models import Dismissal, Vouch
from portal.accounts.models import Organization


class VouchForm(forms.Form):
    """What was checked, when, and until when it holds."""

    checks = forms.MultipleChoiceField(
        label=_("What was checked"), choices=Vouch.Check.choices, widget=forms.CheckboxSelectMultiple
    )
    checked_on = forms.DateField(label=_("Checked on"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    expires_on = forms.DateField(
        label=_("Holds until"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Two years at most. You are reminded 30 and 7 days before."),
    )
    checked_by_name = forms.CharField(
        label=_("Checked by"),
        max_length=120,
        required=False,
        help_text=_("An office or a person. Only your chamber and the company read this."),
    )

    def __init__(self, *args: Any, before: Vouch | None = None, **kwargs: Any) -> None:
        today = timezone.localdate()
        first = {
            "checks": before.checks if before else [Vouch.Check.MEMBERSHIP],
            "checked_on": today,
            "expires_on": today + timedelta(days=vouching.USUAL_DAYS),
            "checked_by_name": before.checked_by_name if before else "",
        }
        super().__init__(*args, initial=first, **kwargs)


class ReferForm(forms.Form):
    """To which chamber abroad, and with which word."""

    chamber = forms.ChoiceField(label=_("Chamber abroad"))
    note = forms.CharField(
        label=_("A word to the chamber"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("What kind of company would fit best. No contact details; the request's company reads this too."),
    )

    def __init__(self, *args: Any, chambers: Iterable[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_slug = {chamber.slug: chamber for chamber in chambers}
        self.fields["chamber"].choices = [
            (slug, _("%(name)s, %(economy)s") % {"name": chamber.name, "economy": chamber.economy or "–"})
            for slug, chamber in self.by_slug.items()
        ]

    def clean_chamber(self) -> Organization:
        return self.by_slug[self.cleaned_data["chamber"]]

    def clean_note(self) -> str:
        return refuse_contact_details(self.cleaned_data["note"])


class ReferralAnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("A word to the chamber"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3})
    )

    def clean_answer(self) -> str:
        return refuse_contact_details(self.cleaned_data["answer"])


class InviteForm(forms.Form):
    note = forms.CharField(
        label=_("A word to the company"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("No contact details."),
    )

    def clean_note(self) -> str:
        return refuse_contact_details(self.cleaned_data["note"])


class InvitedNoForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why it does not suit you"), choices=Dismissal.Reason.choices)
