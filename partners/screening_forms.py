"""What an administrator says of two names that look alike."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DecideForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Are they the same?"),
        choices=[("cleared", _("No, somebody else")), ("confirmed", _("Yes, the listed party"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("How do you know?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For example: another economy and another trade; the register has another number."),
    )
