from django import forms
from django.utils.translation import gettext_lazy as _

from portal.notifications import webhooks
from portal.notifications.models import Webhook


class WebhookForm(forms.Form):
    """Where an organization's system listens."""

    url = forms.URLField(
        label=_("Address of your system"),
        max_length=webhooks.LONGEST,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "off", "placeholder": "https://"}),
        help_text=_("It begins with https:// and is reachable from the public internet."),
    )


class SystemForm(forms.Form):
    """Which system is told of what a list shows."""

    webhook = forms.ModelChoiceField(
        label=_("System"),
        queryset=Webhook.objects.none(),
        to_field_name="uid",
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, systems, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["webhook"].queryset = systems
        self.fields["webhook"].label_from_instance = lambda webhook: f"{webhook.url} · {webhook.organization}"
