"""What people fill in about their lists of resources."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import Organization
from portal.accounts.permissions import organization_ids
from resources.models import Collection


class ListForm(forms.Form):
    """What a list is called, what it is for, and, when it begins, whose it is."""

    title = forms.CharField(label=gettext_lazy("Name of the list"), max_length=150)
    note = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("Whoever you share the list with reads this."),
    )

    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        if user is not None and (hers := organization_ids(user)):
            self.fields["organization"] = forms.ModelChoiceField(
                Organization.objects.filter(pk__in=hers).order_by("pk"),
                label=gettext_lazy("Whose list it is"),
                required=False,
                empty_label=_("Mine alone"),
                help_text=gettext_lazy("Everybody in the organization sees and changes its lists."),
            )


class ItemNoteForm(forms.Form):
    """A word of advice beside one resource of a list."""

    note = forms.CharField(max_length=300, required=False)


class PlacesForm(forms.Form):
    """On which lists a resource is to be, with the name of one to begin."""

    lists = forms.ModelMultipleChoiceField(
        Collection.objects.none(),
        label=gettext_lazy("Your lists"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    new = forms.CharField(label=gettext_lazy("Begin a new list called"), max_length=150, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        hers = Collection.objects.visible_to(user).select_related("organization").order_by("pk")
        self.fields["lists"].queryset = hers
        self.fields["lists"].label_from_instance = _named
        if not hers:
            del self.fields["lists"]
            self.initial.setdefault("new", _("My list"))


def _named(collection):
    """A list with whose it is: "Food labels (Chamber of Portland)"."""
    if collection.organization is None:
        return collection.title
    return _("%(list)s (%(organization)s)") % {"list": collection.title, "organization": collection.organization}
