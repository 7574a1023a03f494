"""What people fill in to find a date: the search for candidates, whom to ask until when, and the answers."""

import re
from datetime import UTC, datetime, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from dialogues import polls, slot_wording, speaking
from dialogues.forms import zones_of
from dialogues.models import Availability
from dialogues.names import validate_name
from dialogues.polls import Person
from dialogues.proposing import Search
from portal import clock
from portal.accounts import zones
from portal.languages import NAMES, Language, current
from portal.walltime import WallTimeField

LENGTHS = (30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360, 480)
COUNTS = (6, 12, 24, 48, polls.MOST_SLOTS)
#: The first search begins so many days from now: people need time to answer, and to plan.
BEGIN_IN = 21
DAYS = 14
FARTHEST = 3 * 366
#: "Ana Ruiz <ana@firm.example>, MX", or less of it.
LINE = re.compile(r"^(?:(?P<name>[^<>,]*)<(?P<named>[^<>]+)>|(?P<bare>[^<>,\s]+))\s*(?:,\s*(?P<code>[A-Za-z]{2}))?$")


class SearchForm(forms.Form):
    """When the meeting could be, by the clock of one place."""

    zone = forms.ChoiceField(label=_("By the clock of"))
    minutes = forms.TypedChoiceField(label=pgettext_lazy("meeting", "Length"), coerce=int)
    first = forms.DateField(
        label=pgettext_lazy("first day", "From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    count = forms.TypedChoiceField(
        label=pgettext_lazy("search", "How many"), coerce=int, choices=[(n, str(n)) for n in COUNTS]
    )

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones_of(session)
        self.fields["minutes"].choices = [(n, slot_wording.length(timedelta(minutes=n))) for n in LENGTHS]
        host = session.host.default_time_zone if session.host else ""
        first = timezone.localdate() + timedelta(days=BEGIN_IN)
        self.initial = {
            "zone": session.zone or host or timezone.get_current_timezone_name(),
            "minutes": 120,
            "first": first,
            "last": first + timedelta(days=DAYS - 1),
            "count": 12,
        } | self.initial

    def clean_first(self):
        return _near(self.cleaned_data["first"])

    def clean_last(self):
        return _near(self.cleaned_data["last"])

    @property
    def search(self):
        """What to look for: as asked, or as a first suggestion."""
        return Search(**(self.cleaned_data if self.is_bound else self.initial))


def _near(day):
    """Holidays of farther years nobody knows, and some moments of the farthest no clock can show."""
    if not -1 <= (day - timezone.localdate()).days <= FARTHEST:
        raise ValidationError(_("Choose a day within the next three years."), code="day")
    return day


class PeopleForm(forms.Form):
    """Whom to ask: officials of the Parties, and anybody by e-mail address."""

    people = forms.TypedMultipleChoiceField(
        label=_("Officials of the Parties"), coerce=int, widget=forms.CheckboxSelectMultiple, required=False
    )
    addresses = forms.CharField(
        label=_("Others, by e-mail address"),
        help_text=_(
            "One person a line, such as Ana Ruiz &lt;ana@firm.example&gt;, MX. The two letters say for which Party "
            "she speaks; leave them out for nobody's."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=30_000,
    )
    language = forms.ChoiceField(label=_("Write to them in"), choices=[(code, NAMES[code]) for code in Language])

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.session = session
        self.delegates = {user.pk: (user, code) for user, code in speaking.delegates(session.dialogue).items()}
        names = {economy.pk: session.dialogue.name_of(economy) for economy in session.dialogue.parties.all()}
        self.fields["people"].choices = [
            (pk, pgettext("person of a Party", "%(name)s (%(party)s)") % {"name": user, "party": names[code]})
            for pk, (user, code) in self.delegates.items()
        ]
        self.initial.setdefault("language", current())

    def clean_addresses(self):
        lines = [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]
        return [_person(line, self.session.dialogue) for line in lines]

    @property
    def chosen(self):
        """Everybody who is to be asked."""
        data = self.cleaned_data
        language = data["language"]
        others = [
            Person(address=address, name=name, language=language, economy=code)
            for address, name, code in data["addresses"]
        ]
        chosen = (self.delegates[pk] for pk in data["people"])
        return [*(Person(user=user, economy=code) for user, code in chosen), *others]


def _person(line, dialogue):
    """Address, name and Party of one line."""
    found = LINE.match(line)
    mail, name = (found["named"] or found["bare"], (found["name"] or "").strip(' "')) if found else (line, "")
    code = (found["code"] or "").upper() if found else ""
    try:
        validate_email(mail.strip())
        validate_name(name)
    except ValidationError as wrong:
        raise ValidationError(
            _("“%(line)s” is not a name and an e-mail address."), code="address", params={"line": line[:100]}
        ) from wrong
    if code and code not in dialogue.party_codes:
        raise ValidationError(_("“%(code)s” is not one of the Parties."), code="party", params={"code": code})
    return mail.strip(), name, code or None


class PollForm(PeopleForm):
    """The times to put to the vote, who is asked, and until when."""

    respond_by = WallTimeField(label=_("Answer by"))
    note = forms.CharField(
        label=_("A word to those you ask"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )
    other_1 = WallTimeField(label=_("Another time"), required=False)
    other_2 = WallTimeField(label=_("Another time"), required=False)
    other_3 = WallTimeField(label=_("Another time"), required=False)

    field_order = ("other_1", "other_2", "other_3", "people", "addresses", "language", "respond_by", "note")

    def __init__(self, *args, session, search, **kwargs):
        super().__init__(*args, session=session, **kwargs)
        self.search = search
        self.fields["respond_by"].help_text = by_your_clock()
        self.initial.setdefault("people", list(self.delegates))
        if search is not None:
            self.initial.setdefault("respond_by", _in_a_week(search.first))

    def clean(self):
        cleaned = super().clean()
        if self.search is None:
            raise ValidationError(_("Correct the search for dates first."), code="search")
        cleaned["starts"] = [*self.picked, *self._others()]
        if not cleaned["starts"]:
            raise ValidationError(_("Choose at least one time."), code="slots")
        return cleaned

    def _others(self):
        found = []
        for name in ("other_1", "other_2", "other_3"):
            if wall := self.cleaned_data.get(name):
                try:
                    found.append(zones.moment(wall, self.search.zone))
                except ValidationError as wrong:
                    self.add_error(name, wrong)
        return found

    def clean_respond_by(self):
        return moment_here(self.cleaned_data["respond_by"])

    @property
    def picked(self):
        """The times that were ticked, as moments; what is not one is left out."""
        values = self.data.getlist("slots") if self.is_bound else []
        return [moment for moment in map(_moment, values[: polls.MOST_SLOTS + 1]) if moment]

    @property
    def others(self):
        return [self["other_1"], self["other_2"], self["other_3"]]

    @property
    def rest(self):
        return [self[name] for name in ("people", "addresses", "language", "respond_by", "note")]


def _in_a_week(first):
    """A week from now, noon; sooner when the dates are near."""
    day = min(timezone.localdate() + timedelta(days=7), first - timedelta(days=1))
    return datetime.combine(max(day, timezone.localdate() + timedelta(days=1)), datetime.min.time()).replace(hour=12)


def _moment(value):
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None


def moment_here(wall):
    """The moment at which the reader's own clock shows ``wall``."""
    return zones.moment(wall, timezone.get_current_timezone_name())


def by_your_clock():
    return _("By your clock: %(zone)s.") % {"zone": clock.zone_label(timezone.get_current_timezone_name())}


class DeadlineForm(forms.Form):
    respond_by = WallTimeField(label=_("Answer by"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["respond_by"].help_text = by_your_clock()

    def clean_respond_by(self):
        return moment_here(self.cleaned_data["respond_by"])


class AnswerForm(forms.Form):
    """Yes, if need be or no to each time. The times are drawn by the page itself: there may be two hundred."""

    comment = forms.CharField(
        label=_("Anything else"), widget=forms.Textarea(attrs={"rows": 2}), required=False, max_length=500
    )

    def __init__(self, *args, slots, **kwargs):
        super().__init__(*args, **kwargs)
        self.slots = slots

    @property
    def answers(self):
        """Slot → answer, of what was posted; what is no answer is left out. ``none`` says no to all."""
        if "none" in self.data:
            return dict.fromkeys((slot.pk for slot in self.slots), Availability.Answer.NO.value)
        given = {slot.pk: self.data.get(f"slot_{slot.pk}") for slot in self.slots}
        return {slot: answer for slot, answer in given.items() if answer in Availability.Answer.values}


class ZoneForm(forms.Form):
    """Another place for the same clock."""

    zone = forms.ChoiceField(label=_("The clock is in"))
    seen_interval = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, session, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones_of(session)
        self.initial.setdefault("zone", session.zone)
        self.initial.setdefault("seen_interval", session.interval)
