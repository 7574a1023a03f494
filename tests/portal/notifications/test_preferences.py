import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail, signing
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from portal.activity.models import Activity
from portal.notifications import preferences
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Category, Preference
from portal.notifications.outbox import Address, notify
from portal.notifications.preferences import LINK_LASTS, Subscriber
from tests.factories.accounts import OrganizationFactory

PREFERENCES = reverse("notifications:preferences")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", agency=True)


@pytest.fixture
def stranger():
    """A client as strict as a browser: cookies and tokens count."""
    return Client(enforce_csrf_checks=True)


def unsubscribe_link(person, meeting):
    """From the header of a delivered mail, as a mail program finds it."""
    notify([person], "dialogues/meeting", about=meeting, word="x")
    deliver_due()
    header = mail.outbox[-1].extra_headers["List-Unsubscribe"]
    return re.fullmatch(r"<http://localhost:8000(.+)>", header).group(1)


def mails_after(person, meeting):
    before = len(mail.outbox)
    notify([person], "dialogues/meeting", about=meeting, occasion=before, word="x")
    deliver_due()
    return len(mail.outbox) - before


CHOICES = {"dialogues": "immediately", "partners": "daily", "resources": "never", "digest_hour": "8"}


def test_choosing_category_by_category(client, sme):
    client.force_login(sme)
    assert client.get(PREFERENCES).content.decode().count('value="immediately" selected') == 3
    page = client.post(PREFERENCES, CHOICES, follow=True)
    assert "Your choice is kept" in page.content.decode()
    assert preferences.choices_of(sme) == {"dialogues": "immediately", "partners": "daily", "resources": "never"}
    text = client.get(PREFERENCES).content.decode()
    assert text.count('value="immediately" selected') == text.count('value="daily" selected') == 1


def test_choosing_the_hours_of_mail(client, sme):
    client.force_login(sme)
    client.post(PREFERENCES, CHOICES | {"digest_hour": "17", "quiet_from": "22:00", "quiet_until": "06:30"})
    rest = preferences.rest_of(sme)
    assert (rest.digest_hour, str(rest.quiet_from), str(rest.quiet_until)) == (17, "22:00:00", "06:30:00")
    assert 'value="22:00"' in client.get(PREFERENCES).content.decode()
    assert "mail_hours_set" in Activity.objects.values_list("verb", flat=True)


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({"quiet_from": "22:00"}, "Give both hours, or none."),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "This is the hour at which they begin."),
        ({"quiet_from": "25:00", "quiet_until": "06:00"}, "Enter a valid time."),
        ({"digest_hour": "24"}, "Select a valid choice."),
        ({"partners": "hourly"}, "Select a valid choice."),
    ],
)
def test_hours_and_choices_that_are_none_are_refused_and_nothing_is_lost(client, sme, hours, said):
    client.force_login(sme)
    text = client.post(PREFERENCES, CHOICES | hours).content.decode()
    assert said in text
    assert 'value="never" selected' in text
    assert preferences.choices_of(sme)["resources"] == "immediately"


def test_the_page_says_that_account_mail_is_always_on(client, sme):
    client.force_login(sme)
    text = client.get(PREFERENCES).content.decode()
    assert "always on" in text
    assert 'name="accounts"' not in text


def test_account_mail_cannot_be_switched_off(client, sme):
    client.force_login(sme)
    client.post(PREFERENCES, {"accounts": ""})
    assert not Preference.objects.filter(category="accounts").exists()
    with pytest.raises(ValueError, match="cannot be switched off"):
        preferences.switch(Subscriber(Category.ACCOUNTS, sme), on=False)


def test_only_changes_are_written_and_logged(client, sme):
    client.force_login(sme)
    client.post(PREFERENCES, CHOICES)
    client.post(PREFERENCES, CHOICES)
    assert sorted(((row.actor, row.verb) for row in Activity.objects.all()), key=str) == [
        (sme, "mail_rhythm_set"),
        (sme, "mails_switched_off"),
    ]


def test_following_the_link_asks_and_changes_nothing(stranger, meeting, sme):
    page = stranger.get(unsubscribe_link(sme, meeting))
    assert page.status_code == 200
    assert "Stop these mails" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert mails_after(sme, meeting) == 1


def test_one_click_works_without_cookie_or_token_and_twice_is_once(stranger, meeting, sme):
    link = unsubscribe_link(sme, meeting)
    first, second = stranger.post(link, ONE_CLICK), stranger.post(link, ONE_CLICK)
    assert (first.status_code, second.status_code) == (200, 200)
    assert mails_after(sme, meeting) == 0
    assert Activity.objects.get().verb == "mails_switched_off"


def test_one_click_ends_one_category_of_one_person(stranger, meeting, sme, chamber):
    stranger.post(unsubscribe_link(sme, meeting), ONE_CLICK)
    assert preferences.choices_of(sme) == {
        "dialogues": "never",
        "partners": "immediately",
        "resources": "immediately",
    }
    assert set(preferences.choices_of(chamber).values()) == {"immediately"}


def test_the_page_after_it_offers_the_way_back(meeting, sme):
    client = Client()
    link = unsubscribe_link(sme, meeting)
    page = client.post(link)
    (undo,) = re.findall(r'action="([^"]+/resubscribe/[^"]+)"', page.content.decode())
    assert client.post(undo)["Location"] == link
    assert mails_after(sme, meeting) == 1


def test_the_way_back_wants_the_page_s_token_and_a_post(stranger, meeting, sme):
    link = unsubscribe_link(sme, meeting)
    stranger.post(link)
    undo = link.replace("/unsubscribe/", "/resubscribe/")
    assert stranger.post(undo).status_code == 403
    assert stranger.get(undo).status_code == 405
    assert mails_after(sme, meeting) == 0


def test_somebody_without_an_account_unsubscribes_too(stranger, meeting):
    ana = Address("Ana@example.com", "es")
    link = unsubscribe_link(ana, meeting)
    assert link.startswith("/es/")
    assert stranger.post(link, ONE_CLICK).status_code == 200
    assert mails_after(Address("ana@EXAMPLE.com", "es"), meeting) == 0
    assert "ana" not in str(Activity.objects.values_list("object_label", "data")).lower()


def test_the_page_is_in_the_language_of_the_mail(stranger, meeting, sme_tw):
    page = stranger.get(unsubscribe_link(sme_tw, meeting))
    assert 'lang="zh-hant"' in page.content.decode()


def link_with(names, *, salt=preferences.SALT):
    return reverse("notifications:unsubscribe", args=[signing.dumps(names, salt=salt)])


def test_a_forged_link_does_nothing(stranger, meeting, sme, chamber):
    link = unsubscribe_link(sme, meeting)
    token = link.rstrip("/").rpartition("/")[2]
    payload, rest = token.split(":", 1)
    other = signing.dumps({"c": "dialogues", "u": chamber.pk}, key="not our key", salt=preferences.SALT)
    for forged in (f"{payload}x:{rest}", token[:-1], "nonsense", other):
        address = reverse("notifications:unsubscribe", args=[forged])
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, ONE_CLICK).status_code == 404
    assert "does not work any more" in stranger.get(address).content.decode()
    assert not Preference.objects.exists()


def test_a_signature_made_for_something_else_is_no_permission(stranger, sme):
    link = link_with({"c": "dialogues", "u": sme.pk}, salt="another purpose")
    assert stranger.post(link, ONE_CLICK).status_code == 404
    assert not Preference.objects.exists()


def test_a_link_older_than_a_year_is_over(stranger, meeting, sme, time_machine):
    sent_at = datetime(2027, 5, 14, 9, tzinfo=UTC)
    time_machine.move_to(sent_at, tick=False)
    link = unsubscribe_link(sme, meeting)
    time_machine.move_to(sent_at + LINK_LASTS, tick=False)
    assert stranger.get(link).status_code == 200
    time_machine.move_to(sent_at + LINK_LASTS + timedelta(seconds=1), tick=False)
    assert stranger.post(link, ONE_CLICK).status_code == 404
    assert not Preference.objects.exists()


def test_the_link_of_a_closed_account_is_over(stranger, meeting, sme):
    link = unsubscribe_link(sme, meeting)
    sme.delete()
    assert stranger.get(link).status_code == 404


def test_the_database_keeps_one_preference_each(meeting, sme):
    Preference.objects.create(user=sme, category="dialogues")
    with pytest.raises(IntegrityError, match="preference_once"), transaction.atomic():
        Preference.objects.create(user=sme, category="dialogues")
    Preference.objects.create(address="ana@example.com", category="dialogues")
    with pytest.raises(IntegrityError, match="preference_of_address_once"), transaction.atomic():
        Preference.objects.create(address="ANA@example.com", category="dialogues")
    with pytest.raises(IntegrityError, match="preference_of_one_person"), transaction.atomic():
        Preference.objects.create(category="dialogues")


@pytest.mark.parametrize("language", ["en", "zh-hant", "es", "fr"])
def test_every_page_opens_in_every_language(client, sme, language):
    client.force_login(sme)
    with override(language):
        token = signing.dumps({"c": "dialogues", "u": sme.pk}, salt=preferences.SALT)
        addresses = [
            reverse("notifications:inbox"),
            reverse("notifications:preferences"),
            reverse("notifications:unsubscribe", args=[token]),
        ]
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
