from django import forms
from django.utils.translation import gettext_lazy as _

from resources.models import Report
from resources.reporting import LONGEST


class ReportForm(forms.Form):
    """A reader's word on a resource."""

    verdict = forms.ChoiceField(
        label=_("What do you say of this resource?"), choices=Report.Verdict.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What is wrong or missing?"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("Those who keep this page read it. Write no names or contact details: nobody can answer you here."),
    )
