from django import forms

from portal.notifications.models import Category
from portal.notifications.preferences import OPTIONAL


class PreferencesForm(forms.Form):
    """A check box for each category that can be switched off."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for category in OPTIONAL:
            self.fields[category.value] = forms.BooleanField(label=Category(category).label, required=False)
