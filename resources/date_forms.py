"""What people fill in about the dates of trainings."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import zones
from portal.reference.models import Economy
from portal.templatetags.ui import language_name
from portal.walltime import WallTimeField
from resources import training
from resources.models import PAGE_LANGUAGES, Resource


class DateForm(forms.Form):
    """One date of a training, by the clock of one place."""

    seen_sequence = forms.IntegerField(widget=forms.HiddenInput, required=False)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone of these clocks"))
    starts_local = WallTimeField(label=gettext_lazy("Begins"))
    ends_local = WallTimeField(label=gettext_lazy("Ends"))
    place = forms.CharField(
        label=gettext_lazy("Place"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Leave it empty when it is online."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the training"), required=False)
    registration_url = forms.URLField(
        label=gettext_lazy("Where to register"), max_length=500, required=False, assume_scheme="https"
    )

    def __init__(self, *args, resource, date=None, **kwargs):
        initial = {"time_zone": _zone_of(resource)}
        if date is not None:
            initial = {name: getattr(date, name) for name in (*training.DETAILS, "time_zone")}
            initial |= {"seen_sequence": date.sequence} | training.wall_times(date)
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.fields["time_zone"].choices = zones.choices_with(initial["time_zone"])
        self.fields["language"].choices = [("", _("Not said")), *_languages()]

    def values(self):
        """What was filled in, as the verbs take it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen_sequence"}


class DatesForm(forms.Form):
    """The filters of the list of dates; an unknown value is left out and named."""

    economy = forms.ChoiceField(label=gettext_lazy("Economy"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language of the training"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        economies = Economy.objects.all()
        self.fields["economy"].choices = [("", _("Every economy")), *((row.pk, row.name) for row in economies)]
        self.fields["language"].choices = [("", _("Every language")), *_languages()]

    def narrow(self, dates):
        """The ``dates`` that fit; what holds in every economy fits each."""
        self.full_clean()
        if code := self.cleaned_data.get("economy"):
            dates = dates.filter(resource__in=Resource.objects.for_economies([code]))
        if language := self.cleaned_data.get("language"):
            dates = dates.filter(language=language)
        return dates


def _languages():
    return [(code, language_name(code)) for code in PAGE_LANGUAGES]


def _zone_of(resource):
    """The zone of the economy it is of, where there is one; otherwise the reader's."""
    economies = list(resource.economies.all())
    return economies[0].default_time_zone if len(economies) == 1 else zones.guess()
