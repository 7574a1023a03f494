from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.accounts import zones
from portal.languages import Language
from portal.notifications.models import Category, Rhythm
from portal.notifications.preferences import NEVER, OPTIONAL


class PreferencesForm(forms.Form):
    """For each category that can be switched off how often its mails come, and at which hours."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        often = [*Rhythm.choices, (NEVER, pgettext_lazy("frequency", "Not by mail"))]
        for category in OPTIONAL:
            self.fields[category.value] = forms.ChoiceField(label=Category(category).label, choices=often)
        self.order_fields([category.value for category in OPTIONAL])

    digest_hour = forms.TypedChoiceField(
        label=_("Hour of the digest"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        help_text=_("On working days, by your own clock. Once a week means Monday."),
    )
    quiet_from = forms.TimeField(
        label=_("No mail from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("Until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("By your own clock. What is urgent comes all the same: an invitation, a meeting called off."),
    )

    def clean(self):
        given = super().clean()
        quiet_from, quiet_until = given.get("quiet_from"), given.get("quiet_until")
        if (quiet_from is None) != (quiet_until is None) and not self.errors:
            missing = "quiet_until" if quiet_until is None else "quiet_from"
            self.add_error(missing, ValidationError(_("Give both hours, or none."), code="half"))
        elif quiet_from is not None and quiet_from == quiet_until:
            self.add_error("quiet_until", ValidationError(_("This is the hour at which they begin."), code="same"))
        return given

    @property
    def choices_made(self) -> dict[str, str]:
        """For each category a ``Rhythm`` or ``NEVER``."""
        return {category.value: self.cleaned_data[category.value] for category in OPTIONAL}

    @property
    def hours(self) -> dict[str, object]:
        return {name: self.cleaned_data[name] for name in ("digest_hour", "quiet_from", "quiet_until")}


class FollowForm(forms.Form):
    """Where to write to somebody without an account."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link there first. Nothing is followed until you open it."),
    )


class RhythmForm(forms.Form):
    """How often the mails of one followed search come."""

    frequency = forms.ChoiceField(label=_("How often"), choices=Rhythm)


class AddressForm(forms.Form):
    """Whose mails somebody without an account wants to look after."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("If we write to this address, we send a link there."),
    )


class ReaderForm(forms.Form):
    """In which language and by which clock mails come to an address."""

    language = forms.ChoiceField(label=_("Language"), choices=Language)
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("By its clock mails come together in the morning."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = zones.choices_with(self.initial.get("time_zone", "UTC"))
