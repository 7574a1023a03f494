from django import forms
from django.utils.translation import gettext_lazy as _

from portal.notifications.models import Category
from portal.notifications.preferences import OPTIONAL


class PreferencesForm(forms.Form):
    """A check box for each category that can be switched off."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for category in OPTIONAL:
            self.fields[category.value] = forms.BooleanField(label=Category(category).label, required=False)


class FollowForm(forms.Form):
    """Where to write to somebody without an account."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link there first. Nothing is followed until you open it."),
    )
