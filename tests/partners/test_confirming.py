import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from partners import attaching, confirming, desk, requesting
from partners.models import Condition, PartnerRequest, TextConfirmation
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory, join
from tests.factories.partners import ChamberMemberFactory, PartnerRequestFactory
from tests.partners.test_attaching import sheet

pytestmark = pytest.mark.django_db

ADDRESS = "lupita@tostadas.example"


@pytest.fixture
def text(ward, chamber_mx, reviewer, us):
    """A draft that the chamber wrote for a firm with nobody on the portal."""
    return PartnerRequestFactory(company=ward, chamber=chamber_mx, origin="chamber", posted_by=reviewer, language="es")


@pytest.fixture
def text_of_firm(firm_mx, owner_mx, chamber_mx, reviewer, us):
    """One for a firm with its own people."""
    ChamberMemberFactory(chamber=chamber_mx, company=firm_mx)
    return PartnerRequestFactory(company=firm_mx, chamber=chamber_mx, origin="chamber", posted_by=reviewer)


def told(kind):
    rows = Notification.objects.filter(kind=f"partners/{kind}").select_related("recipient")
    return sorted(row.recipient.email if row.recipient else row.address for row in rows)


def test_a_chambers_text_is_not_published_before_the_firm_has_confirmed_it(text, reviewer):
    with pytest.raises(ValidationError) as refusal:
        requesting.publish(text, by=reviewer)

    assert refusal.value.code == "not_confirmed"
    text.refresh_from_db()
    assert text.status == "draft"


def test_the_firms_people_are_asked_and_confirm(text_of_firm, owner_mx, reviewer):
    asked = confirming.ask(text_of_firm, by=reviewer)
    assert told("text_to_confirm") == ["marisol@istmo.example"]

    confirming.confirm(asked, by=owner_mx)

    assert told("text_answered") == ["ramiro@camara.example"]
    assert requesting.publish(text_of_firm, by=reviewer).status == "published"


def test_a_changed_text_is_confirmed_anew(text_of_firm, owner_mx, reviewer):
    confirming.confirm(confirming.ask(text_of_firm, by=reviewer), by=owner_mx)
    changed = requesting.revise(text_of_firm, title="Fresh mango", by=reviewer)

    with pytest.raises(ValidationError) as refusal:
        requesting.publish(changed, by=reviewer)

    assert refusal.value.code == "not_confirmed"
    assert confirming.current(changed) is None


def test_another_public_file_is_another_text(text_of_firm, owner_mx, reviewer):
    confirming.confirm(confirming.ask(text_of_firm, by=reviewer), by=owner_mx)
    text_of_firm.refresh_from_db()
    attaching.attach(text_of_firm, title="Photograph", upload=sheet(), is_public=True, by=reviewer)

    with pytest.raises(ValidationError, match="not confirmed"):
        requesting.publish(text_of_firm, by=reviewer)


def test_an_answer_to_the_text_before_is_refused(text_of_firm, owner_mx, reviewer):
    asked = confirming.ask(text_of_firm, by=reviewer)
    PartnerRequest.objects.filter(pk=text_of_firm.pk).update(changed_at="2026-01-01T00:00Z")

    with pytest.raises(ValidationError) as refusal:
        confirming.confirm(asked, by=owner_mx)

    assert refusal.value.code == "changed_meanwhile"


def test_the_firm_wants_a_change_and_the_chamber_reads_which(client, text_of_firm, owner_mx, reviewer):
    confirming.ask(text_of_firm, by=reviewer)
    client.force_login(owner_mx)

    client.post(reverse("partners:text-change", args=[text_of_firm.slug]), {"note": "We dry thirty tonnes."})

    assert told("text_answered") == ["ramiro@camara.example"]
    client.force_login(reviewer)
    page = client.get(text_of_firm.get_absolute_url()).content.decode()
    assert "The company wants a change" in page
    assert "We dry thirty tonnes." in page
    assert reverse("partners:request-publish", args=[text_of_firm.slug]) not in page


def test_nobody_wants_a_change_without_saying_which(text_of_firm, owner_mx, reviewer):
    with pytest.raises(ValidationError, match="what should change"):
        confirming.want_changes(confirming.ask(text_of_firm, by=reviewer), note=" ", by=owner_mx)


def test_who_wrote_the_text_for_the_chamber_does_not_confirm_it_for_the_firm(text_of_firm, firm_mx, reviewer, owner_mx):
    join(reviewer, firm_mx)
    asked = confirming.ask(text_of_firm, by=reviewer)

    with pytest.raises(ValidationError) as refusal:
        confirming.confirm(asked, by=reviewer)

    assert refusal.value.code == "own_text"
    assert told("text_to_confirm") == ["marisol@istmo.example"]


def test_an_answer_is_given_once(text_of_firm, owner_mx, reviewer):
    asked = confirming.ask(text_of_firm, by=reviewer)
    confirming.confirm(asked, by=owner_mx)

    with pytest.raises(ValidationError) as refusal:
        confirming.want_changes(asked, note="No", by=owner_mx)

    assert refusal.value.code == "illegal_move"
    with pytest.raises(ValidationError) as refusal:
        confirming.ask(text_of_firm, by=reviewer)
    assert refusal.value.code == "answered"


@pytest.mark.parametrize(("email", "code"), [("", "email"), ("Ramiro@camara.example", "own_address")])
def test_a_firm_with_nobody_here_is_asked_at_an_address_of_its_own(text, reviewer, email, code):
    with pytest.raises(ValidationError) as refusal:
        confirming.ask(text, email=email, by=reviewer)

    assert refusal.value.code == code
    assert not TextConfirmation.objects.exists()


def test_a_firms_own_draft_needs_no_confirmation(firm_mx, owner_mx, us):
    with pytest.raises(ValidationError) as refusal:
        confirming.ask(PartnerRequestFactory(company=firm_mx), by=owner_mx)

    assert refusal.value.code == "illegal_move"


class TestTheLinkInTheMail:
    @pytest.fixture
    def link(self, text, reviewer, mailoutbox, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            confirming.ask(text, email=ADDRESS, by=reviewer)
        (mail,) = mailoutbox
        assert ADDRESS in mail.to[0]
        return re.search(r"https?://[^/]+(/[a-z-]+/opportunities/\S+)", mail.body)[1]

    def test_opening_it_changes_nothing_and_pressing_confirms_without_signing_in(self, link, text, reviewer):
        client = Client()
        page = client.get(link)
        assert text.description in page.content.decode()
        assert page["Cache-Control"] == "private, no-store"
        assert confirming.current(text).status == "asked"

        client.post(link, {"right": "1"})

        assert confirming.current(text).status == "confirmed"
        assert requesting.publish(text, by=reviewer).status == "published"

    def test_all_that_will_be_public_stands_on_its_page(self, link, text):
        PartnerRequest.objects.update(english_title="Toast from Oaxaca", english_teaser="Baked daily.")
        Condition.objects.create(request=text, kind="certification", value="HACCP", is_confirmed=True)

        page = Client().get(link).content.decode()

        assert "Toast from Oaxaca" in page
        assert "Baked daily." in page
        assert "HACCP" in page

    def test_it_takes_what_should_change(self, link, text):
        Client().post(link, {"change": "1", "note": "Somos dos socias."})

        found = confirming.current(text)
        assert (found.status, found.note, found.answered_by) == ("changes", "Somos dos socias.", None)

    def test_an_empty_note_is_asked_for_again(self, link, text):
        assert Client().post(link, {"change": "1", "note": ""}).status_code == 422
        assert confirming.current(text).status == "asked"

    def test_it_ends_with_the_text_it_was_sent_for(self, link, text, reviewer):
        requesting.revise(text, title="Tostadas", by=reviewer)

        assert Client().get(link).status_code == 404
        assert Client().post(link, {"right": "1"}).status_code == 404

    def test_it_ends_when_another_address_is_asked(self, link, text, reviewer):
        confirming.ask(text, email="otra@tostadas.example", by=reviewer)

        assert Client().get(link).status_code == 404

    def test_a_second_press_changes_nothing(self, link, text):
        for _press in range(2):
            page = Client().post(link, {"right": "1"})

        assert page.status_code == 200
        assert confirming.current(text).status == "confirmed"

    def test_a_forged_link_leads_nowhere(self, link):
        assert Client().get(link.replace("/texts/", "/texts/x")).status_code == 404


def test_the_chamber_asks_from_the_page_and_gives_an_address(client, text, reviewer):
    client.force_login(reviewer)
    ask = reverse("partners:text-ask", args=[text.slug])

    assert client.post(ask, {"email": "nobody"}).status_code == 422
    client.post(ask, {"email": ADDRESS})

    assert told("text_to_confirm") == [ADDRESS]
    assert "was asked and has not answered" in client.get(text.get_absolute_url()).content.decode()


def test_another_firm_finds_no_such_page(client, text_of_firm, reviewer):
    confirming.ask(text_of_firm, by=reviewer)
    client.force_login(UserFactory(sme_in="US"))

    assert client.post(reverse("partners:text-confirm", args=[text_of_firm.slug])).status_code == 404


class TestTheDesk:
    def waiting(self, user):
        return [item.title for item in desk.waiting_for(user)]

    def test_the_firms_people_find_the_text_that_waits_for_their_word(self, text_of_firm, owner_mx, reviewer):
        confirming.ask(text_of_firm, by=reviewer)

        assert self.waiting(owner_mx) == [f"Say whether “{text_of_firm.title}” is right: your chamber wrote it"]
        assert self.waiting(reviewer) == []

    def test_the_chamber_finds_the_answer_until_it_has_acted_on_it(self, text_of_firm, owner_mx, reviewer):
        confirming.confirm(confirming.ask(text_of_firm, by=reviewer), by=owner_mx)
        assert self.waiting(reviewer) == [f"Publish “{text_of_firm.title}”: the company has confirmed it"]
        assert self.waiting(owner_mx) == []

        requesting.publish(text_of_firm, by=reviewer)

        assert self.waiting(reviewer) == []

    def test_an_answer_to_an_earlier_text_waits_for_nobody(self, text_of_firm, owner_mx, reviewer):
        asked = confirming.ask(text_of_firm, by=reviewer)
        confirming.want_changes(asked, note="Thirty tonnes.", by=owner_mx)
        assert len(self.waiting(reviewer)) == 1

        requesting.revise(text_of_firm, title="Thirty tonnes of mango", by=reviewer)

        assert self.waiting(reviewer) == []
