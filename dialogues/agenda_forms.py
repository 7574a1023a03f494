"""Forms of the agenda, of a session made from the last one, of its room, and of how a dialogue works."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues import preparing
from dialogues.forms import LanguageFields, SessionForm, languages_of
from dialogues.models import AgendaItem
from portal.accounts import zones
from portal.languages import NAMES, Language, column
from portal.reference.models import Topic

LONGEST_ITEM = 24 * 60  # minutes
LONGEST_NOTE = 5_000  # characters
LONGEST_CHARTER = 30_000
WEEKDAYS = [
    (1, _("Monday")), (2, _("Tuesday")), (3, _("Wednesday")), (4, _("Thursday")), (5, _("Friday")),
    (6, _("Saturday")), (7, _("Sunday")),
]  # fmt: skip


class AgendaItemForm(LanguageFields, forms.ModelForm):
    """What an item is called, what it is about, how long it takes and who sees it."""

    class Meta:
        model = AgendaItem
        fields = ["kind", "visibility", "minutes", "presenter", "topics"]
        widgets = {"topics": forms.CheckboxSelectMultiple}

    def __init__(self, *args, dialogue, **kwargs):
        super().__init__(*args, **kwargs)
        languages = languages_of(dialogue)
        item = self.instance if self.instance.pk else None
        self.add_language_fields("title", languages, _title, item)
        self.add_language_fields("note", languages, _note, item)
        self.fields["kind"] = forms.ChoiceField(
            label=_("Kind"), choices=AgendaItem.Kind.choices, initial=AgendaItem.Kind.DISCUSSION
        )
        self.fields["minutes"].validators += [_at_least_a_minute, MaxValueValidator(LONGEST_ITEM)]
        self.fields["topics"].queryset = Topic.objects.all()
        titles, notes = ([column(name, code) for code in languages] for name in ("title", "note"))
        self.order_fields([*titles, "kind", "visibility", "minutes", "presenter", *notes])

    def clean(self):
        cleaned = super().clean()
        self.require_one("title")
        return cleaned

    def _post_clean(self):
        """As in SessionForm: the verbs write."""

    @property
    def details(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


def _title(code):
    return forms.CharField(label=_("Title (%(language)s)") % {"language": NAMES[code]}, max_length=250, required=False)


def _note(code):
    return forms.CharField(
        label=_("Note (%(language)s)") % {"language": NAMES[code]},
        help_text=_("What is to be talked about. Markdown."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_NOTE,
        required=False,
    )


def _at_least_a_minute(minutes):
    if minutes < 1:
        raise ValidationError(_("An item takes at least one minute."), code="min_value")


class OrderForm(forms.Form):
    """A number beside each item: its place. What was not renumbered keeps its place among the others."""

    def __init__(self, *args, order, **kwargs):
        super().__init__(*args, **kwargs)
        self.order = list(order)
        for pk in self.order:
            self.fields[f"place-{pk}"] = forms.IntegerField(min_value=1, max_value=9999, required=False)

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            raise ValidationError(_("Write the place of each item as a number, 1 for the first."), code="number")
        return cleaned

    @property
    def wishes(self):
        """The places that differ from those the items have, by the item's id."""
        places = {pk: self.cleaned_data.get(f"place-{pk}") for pk in self.order}
        return {pk: place for number, pk in enumerate(self.order, 1) if (place := places[pk]) and place != number}


class PlaceIssueForm(forms.Form):
    """Where on the agenda an issue goes."""

    item = forms.ModelChoiceField(AgendaItem.objects.none(), required=False)

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["item"].queryset = items


class LeftOpenForm(forms.Form):
    """Which items were not concluded."""

    items = forms.TypedMultipleChoiceField(
        label=_("Not concluded"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args, items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(item.pk, item.title) for item in items]
        self.initial.setdefault("items", [item.pk for item in items if item.is_left_open])


class PrepareForm(SessionForm):
    """The next session, from the last one."""

    items = forms.TypedMultipleChoiceField(
        label=_("What comes along from its agenda"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    copies_quotas = forms.BooleanField(label=_("Keep the quotas per economy"), required=False)
    copies_questions = forms.BooleanField(label=_("Ask the same questions at registration"), required=False)
    invites_people = forms.BooleanField(
        label=_("Invite everybody who had a place"),
        help_text=_("They are told when you schedule the session, not before."),
        required=False,
    )

    def __init__(self, *args, last, **kwargs):
        super().__init__(*args, dialogue=last.dialogue, **kwargs)
        self.candidates = preparing.candidates(last)
        choices = [(candidate.item.pk, candidate) for candidate in self.candidates]
        self.fields["items"].choices = [(pk, candidate.item.title) for pk, candidate in choices]
        self.initial.setdefault("items", [pk for pk, candidate in choices if candidate.is_proposed])
        for name in ("format", "is_public"):
            self.initial[name] = getattr(last, name)
        self.initial["working_languages"] = last.working_languages or last.dialogue.working_languages
        for code in self.languages:
            self.initial[column("title", code)] = getattr(last, column("title", code))

    ALONG = ("copies_quotas", "copies_questions", "invites_people")

    @property
    def own_fields(self):
        """What the session itself is."""
        return [field for field in self if field.name not in {"items", *self.ALONG}]

    @property
    def along_fields(self):
        return [self[name] for name in self.ALONG]

    @property
    def chosen_items(self):
        """The ids that are ticked, as proposed or as sent."""
        sent = self["items"].value() or []
        return {pk for pk, _title in self.fields["items"].choices if str(pk) in map(str, sent)}

    @property
    def choices(self):
        return {name: self.cleaned_data[name] for name in ("items", *self.ALONG)}


class ChannelsForm(forms.Form):
    """Where each language can be listened to."""

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        kept = {channel.language: channel.url for channel in session.channels.all()}
        wanted = list(dict.fromkeys([*session.working_languages, *kept]))
        for code in [*wanted, *(code for code in Language.values if code not in wanted)]:
            self.fields[code] = forms.URLField(
                label=NAMES[Language(code)], max_length=500, required=False, assume_scheme="https"
            )
            self.initial.setdefault(code, kept.get(code, ""))


class CharterForm(LanguageFields, forms.Form):
    """How a dialogue works: its charter, how long issues may wait, and who hosts after whom."""

    acknowledge_days = forms.IntegerField(
        label=_("Working days to acknowledge an issue"), validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    answer_days = forms.IntegerField(
        label=_("Working days to answer an issue"), validators=[MinValueValidator(1), MaxValueValidator(250)]
    )

    def __init__(self, *args, dialogue, **kwargs):
        super().__init__(*args, **kwargs)
        languages = languages_of(dialogue)
        self.add_language_fields("charter", languages, _charter, dialogue)
        self.initial.setdefault("acknowledge_days", dialogue.acknowledge_days)
        self.initial.setdefault("answer_days", dialogue.answer_days)
        self.parties = list(dialogue.parties.all())
        for economy in self.parties:
            self.fields[f"turn_{economy.code}"] = forms.IntegerField(
                label=dialogue.name_of(economy), min_value=1, max_value=99, required=False
            )
            if economy.code in dialogue.host_rotation:
                self.initial[f"turn_{economy.code}"] = dialogue.host_rotation.index(economy.code) + 1
        self.order_fields([column("charter", code) for code in languages])

    @property
    def plain_fields(self):
        return [field for field in self if not field.name.startswith("turn_")]

    @property
    def turn_fields(self):
        return [field for field in self if field.name.startswith("turn_")]

    @property
    def rotation(self):
        """The codes of the Parties with a number, in its order."""
        numbers = {economy.code: self.cleaned_data[f"turn_{economy.code}"] for economy in self.parties}
        return sorted((code for code, number in numbers.items() if number), key=lambda code: numbers[code])

    def clean(self):
        cleaned = super().clean()
        numbers = [cleaned.get(f"turn_{economy.code}") for economy in self.parties]
        given = [number for number in numbers if number]
        if len(set(given)) != len(given):
            raise ValidationError(_("Two Parties have the same turn. Give each its own number."), code="twice")
        return cleaned


def _charter(code):
    return forms.CharField(
        label=_("Charter (%(language)s)") % {"language": NAMES[code]},
        help_text=_("What the dialogue is for and how it works. Markdown."),
        widget=forms.Textarea(attrs={"rows": 10}),
        max_length=LONGEST_CHARTER,
        required=False,
    )


class HoursForm(forms.Form):
    """When a delegation works."""

    zone = forms.ChoiceField(label=_("Time zone"))
    begins = forms.TimeField(
        label=pgettext_lazy("working hours", "From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=pgettext_lazy("working hours", "To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Working days"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, hours, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones.choices_with(hours.zone)
        for name in ("zone", "begins", "ends"):
            self.initial.setdefault(name, getattr(hours, name))
        self.initial.setdefault("days", sorted(hours.days) if hours.days else [1, 2, 3, 4, 5])

    def clean(self):
        cleaned = super().clean()
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", ValidationError(_("Work must end after it begins."), code="order"))
        return cleaned
