"""What people fill in about themselves and their organizations."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts import zones
from portal.accounts.models import Membership, Organization, User
from portal.languages import Language, current
from portal.reference.models import Economy


class SignupForm(forms.Form):
    """What sign-up asks besides e-mail and password; allauth builds its own form on it."""

    field_order = ["purpose", "full_name", "email", "password1", "password2", "language", "time_zone"]

    purpose = forms.ChoiceField(label=_("What brings you here?"), choices=User.Purpose, widget=forms.RadioSelect)
    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=Language, help_text=_("We write to you in this language.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zones.choices, help_text=_("Meeting times are shown in this zone.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = current
        self.fields["time_zone"].initial = zones.guess

    def signup(self, request, user):
        for field in ("purpose", "full_name", "language", "time_zone"):
            setattr(user, field, self.cleaned_data[field])
        user.save(update_fields=["purpose", "full_name", "language", "time_zone"])


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["full_name", "language", "time_zone"]
        widgets = {"full_name": forms.TextInput(attrs={"autocomplete": "name"})}

    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Meeting times are shown in this zone."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["full_name"].required = True
        self.fields["language"].help_text = _("We write to you in this language.")
        self.fields["time_zone"].choices = zones.choices_with(self.initial["time_zone"])


class PurposeForm(forms.Form):
    purpose = forms.ChoiceField(label=_("What brings you here?"), choices=User.Purpose, widget=forms.RadioSelect)


class FindForm(forms.Form):
    """By name within an economy; read from the query string."""

    name = forms.CharField(label=_("Name of your organization"), max_length=200, min_length=2)
    economy = forms.ModelChoiceField(Economy.objects.all(), label=_("Economy"), empty_label=_("Choose"))


class OrganizationForm(forms.Form):
    """A new organization."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Organization.Kind, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Name"), max_length=200, min_length=2, help_text=_("As it stands in its official register.")
    )
    economy = forms.ModelChoiceField(Economy.objects.all(), label=_("Economy"), empty_label=_("Choose"))
    website = forms.URLField(
        label=_("Website"),
        max_length=500,
        required=False,
        assume_scheme="https",
        help_text=_("A chamber or agency is verified by its website."),
    )
    is_another = forms.BooleanField(label=_("Mine is a different organization of the same name"), required=False)

    def clean(self):
        data = super().clean()
        is_public = data.get("kind") not in (None, Organization.Kind.SME)
        if is_public and "website" not in self.errors and not data["website"]:
            self.add_error("website", ValidationError(_("Give the website it is verified by."), code="required"))
        return data


class FactsForm(forms.Form):
    """The public facts, in the organization's own language."""

    name = forms.CharField(label=_("Name"), max_length=200, min_length=2)
    website = forms.URLField(label=_("Website"), max_length=500, required=False, assume_scheme="https")
    description = forms.CharField(
        label=_("What it does"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )

    def __init__(self, *args, can_rename, **kwargs):
        super().__init__(*args, **kwargs)
        if not can_rename:
            del self.fields["name"]
            del self.fields["website"]


class InviteForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=Membership.Role, help_text=_("A manager admits, invites and removes people.")
    )
    language = forms.ChoiceField(label=_("Language of the mail"), choices=Language)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role)


class ReasonForm(forms.Form):
    """Saying no takes a reason: the other side reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("They will read this."),
    )


class VerifyForm(forms.Form):
    note = forms.CharField(
        label=_("How did you check it?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: the mail domain is that of the official website."),
    )
