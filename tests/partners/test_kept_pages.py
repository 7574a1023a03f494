"""The pages of a request and of a success story are kept, for visitors and members, and never shown after a change."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners import attaching, chasing, interests, ladder, outcomes, requesting, seating, telling_stories, vouching
from partners.models import PartnerRequest, Rung, Side
from partners.models.requests import last_day_on_earth
from portal.accounts import facts
from tests.factories.accounts import UserFactory
from tests.factories.partners import (
    ChamberMemberFactory,
    CompanyProfileFactory,
    InterestFactory,
    PartnerRequestFactory,
    RequestAttachmentFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pages_are_kept(settings):
    settings.PAGE_CACHE_SECONDS = settings.COUNTS_CACHE_SECONDS = 60
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def done(django_capture_on_commit_callbacks):
    """Do a verb as its own transaction does it."""

    def run(verb, *args, **kwargs):
        connection.run_on_commit.clear()  # what was owed before has been done, and is not owed any more
        with django_capture_on_commit_callbacks(execute=True):
            return verb(*args, **kwargs)

    return run


@pytest.fixture
def page(published):
    return published.get_absolute_url()


@pytest.fixture
def reader_us(us):
    """Of another firm in the United States."""
    user = UserFactory(full_name="Wendell Price", sme_in="US")
    CompanyProfileFactory(organization=user.memberships.get().organization, is_listed=False)
    return user


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def read(client, url):
    with CaptureQueriesContext(connection) as found:
        response = client.get(url)
    assert response.status_code == 200
    assert b"hole-" not in response.content
    return len(found), response.content.decode()


def everybody(*users):
    return [Client(), *(signed_in(user) for user in users)]


class TestVisitors:
    def test_the_second_one_costs_no_query(self, page):
        read(Client(), page)
        count, text = read(Client(), page)
        assert count == 0
        assert "Dried mango in bulk" in text
        assert "Sign in to express interest" in text

    @pytest.mark.parametrize("end", ["close", "hide", "expire"])
    def test_what_has_ended_is_gone_at_once(self, page, published, owner_mx, outsider, firm_us, owner_us, done, end):
        readers = everybody(outsider, owner_us)
        for reader in readers:
            read(reader, page)
        if end == "close":
            done(requesting.close, published, reason="not_needed", by=owner_mx)
        elif end == "hide":
            for _one in range(chasing.HIDDEN_AFTER):
                sent = InterestFactory(request=published)
                sent.answer_due_at -= timedelta(days=8)
                sent.save()
            done(chasing.expire_due)
            assert done(chasing.hide_silent) == 1
        else:
            past = last_day_on_earth() - timedelta(days=1)
            PartnerRequest.objects.filter(pk=published.pk).update(closes_on=past)
            assert done(requesting.expire_due) == 1
        for reader in readers:
            assert reader.get(page).status_code == 404

    def test_a_request_that_is_shown_again_is_there_at_once(self, page, published, owner_mx, done):
        PartnerRequest.objects.filter(pk=published.pk).update(hidden_at=published.published_at)
        assert Client().get(page).status_code == 404
        done(chasing.show_again, published, by=owner_mx)
        read(Client(), page)

    def test_another_closing_day_is_read_at_once(self, page, published, owner_mx, outsider, reader_us, done):
        readers = everybody(outsider, reader_us)
        day = last_day_on_earth() + timedelta(days=200)
        written = f'datetime="{day.isoformat()}"'
        for reader in readers:
            assert written not in read(reader, page)[1]
        done(requesting.renew, published, closes_on=day, by=owner_mx)
        for reader in readers:
            assert written in read(reader, page)[1]

    def test_an_old_name_of_its_company_is_gone_at_once(self, published, page, owner_mx, outsider, reader_us, done):
        PartnerRequest.objects.filter(pk=published.pk).update(shows_company=True)
        readers = everybody(outsider, reader_us)
        for reader in readers:
            assert "Mangos del Istmo" in read(reader, page)[1]
        done(facts.update_organization, organization=published.company, by=owner_mx, name="Frutas del Istmo")
        for reader in readers:
            text = read(reader, page)[1]
            assert "Mangos del Istmo" not in text
            assert "Frutas del Istmo" in text

    def test_a_file_that_was_taken_off_is_gone_at_once(self, published, page, owner_mx, done):
        file = RequestAttachmentFactory(request=published, is_public=True, title="Data sheet of mango")
        assert "Data sheet of mango" in read(Client(), page)[1]
        done(attaching.take_off, file, by=owner_mx)
        assert "Data sheet of mango" not in read(Client(), page)[1]

    def test_a_sample_says_so_on_the_kept_page(self, us, mx, outsider):
        sample = PartnerRequestFactory(published=True, is_sample=True)
        for _time in range(2):
            for reader in everybody(outsider):
                assert "Sample" in read(reader, sample.get_absolute_url())[1]


class TestMembers:
    def test_a_member_of_nothing_reads_the_shared_page_under_her_own_name(self, page, outsider, official):
        read(signed_in(outsider), page)
        mine = signed_in(official)
        read(mine, page)
        count, again = read(mine, page)
        assert count <= 3
        assert "Olivia Official" in again
        assert "Otto" not in again
        assert "Express interest" not in again

    def test_each_firm_reads_how_it_fits_and_never_of_another(self, page, owner_us, reader_us):
        for _time in range(2):
            nora, wendell = read(signed_in(owner_us), page)[1], read(signed_in(reader_us), page)[1]
            assert "How Cascade Snacks fits" in nora
            assert "Cascade Snacks" not in wendell
            assert "Nora Whitfield" not in wendell
            assert 'id="interest"' in wendell

    def test_the_form_on_a_shared_page_carries_ones_own_token(self, page, published, owner_us, reader_us):
        read(signed_in(owner_us), page)
        client = Client(enforce_csrf_checks=True)
        client.force_login(reader_us)
        text = read(client, page)[1]
        form = text.partition('id="interest"')[2]
        token = form.partition('name="csrfmiddlewaretoken" value="')[2][:64]
        place = form.partition('name="company" value="')[2].partition('"')[0]
        sent = {"csrfmiddlewaretoken": token, "company": place, "message": "We make granola and need mango."}
        answer = client.post(reverse("partners:interest-express", args=[published.slug]), sent)
        assert answer.status_code == 302
        assert published.interests.get().message == "We make granola and need mango."

    def test_its_own_side_gets_a_page_of_its_own(self, page, owner_us, owner_mx, reviewer):
        read(signed_in(owner_us), page)
        for person, company in ((owner_mx, "Mangos del Istmo"), (reviewer, "Mangos del Istmo")):
            text = read(signed_in(person), page)[1]
            assert company in text
            assert "Close the request" in text
        for reader in everybody(owner_us):
            text = read(reader, page)[1]
            assert "Mangos del Istmo" not in text
            assert "Close the request" not in text

    def test_an_interest_shows_to_its_sender_alone(self, page, published, firm_us, owner_us, reader_us, done):
        nora, wendell = signed_in(owner_us), signed_in(reader_us)
        read(nora, page), read(wendell, page)
        done(interests.express, published, company=firm_us, message="We make snacks.", by=owner_us)
        assert "Expressions of interest" in read(nora, page)[1]
        assert "Expressions of interest" not in read(wendell, page)[1]

    def test_a_rung_of_the_ladder_shows_and_ends_for_the_two_sides_alone(
        self, page, published, firm_us, owner_us, owner_mx, reader_us, done
    ):
        RequestAttachmentFactory(request=published, is_public=False, title="Price list")
        sent = done(interests.express, published, company=firm_us, message="We make snacks.", by=owner_us)
        nora, others = signed_in(owner_us), everybody(reader_us)
        for reader in (nora, *others):
            assert "Price list" not in read(reader, page)[1]
        done(interests.accept, sent, by=owner_mx)
        assert "Price list" in read(nora, page)[1]
        for reader in others:
            assert "Price list" not in read(reader, page)[1]
        sent.refresh_from_db()
        done(ladder.withdraw, sent, side=Side.REQUEST, rung=Rung.COMPANY, by=owner_mx)
        assert "Price list" not in read(nora, page)[1]

    def test_after_a_vouch_the_page_of_a_named_firm_says_it(self, published, page, reviewer, outsider, done):
        PartnerRequest.objects.filter(pk=published.pk).update(shows_company=True)
        readers = everybody(outsider)
        for reader in readers:
            assert "checked" not in read(reader, page)[1].lower()
        ChamberMemberFactory(chamber=published.chamber, company=published.company)
        today = last_day_on_earth()
        done(
            vouching.vouch, published.chamber, company=published.company, checks=["registry"], checked_on=today,
            expires_on=today + timedelta(days=300), by=reviewer,
        )  # fmt: skip
        for reader in readers:
            assert "checked" in read(reader, page)[1].lower()


class TestStories:
    @pytest.fixture
    def story(self, published, firm_us, owner_us, owner_mx, done):
        sent = interests.express(published, company=firm_us, message="We make snacks.", by=owner_us)
        made = interests.accept(sent, by=owner_mx)
        for side in Side:
            outcomes.report(made, side=side, stage="alliance", by=None)
        written = done(
            telling_stories.write, seating.for_seats().get(pk=made.pk), side=Side.REQUEST, language="en",
            title="Mango bars", text="Cascade makes bars of our mango.", person=owner_mx, by=owner_mx,
        )  # fmt: skip
        version = telling_stories.version_of(written)
        return done(telling_stories.agree, written, side=Side.INTERESTED, version=version, person=owner_us, by=owner_us)

    def url(self, story):
        return reverse("partners:story-detail", args=[story.slug])

    def test_the_second_reader_costs_no_search_for_it(self, story, outsider, reader_us):
        read(Client(), self.url(story))
        assert read(Client(), self.url(story))[0] == 0
        wendell = signed_in(reader_us)
        read(signed_in(outsider), self.url(story))
        read(wendell, self.url(story))
        count, text = read(wendell, self.url(story))
        assert count == 0
        assert "Wendell Price" in text
        assert "Otto" not in text

    def test_taken_back_it_is_gone_at_once_and_its_two_sides_still_read_it(self, story, outsider, owner_us, done):
        readers = everybody(outsider)
        for reader in (*readers, signed_in(owner_us)):
            read(reader, self.url(story))
        done(telling_stories.withdraw, story, side=Side.INTERESTED, by=owner_us)
        for reader in readers:
            assert reader.get(self.url(story)).status_code == 404
        read(signed_in(owner_us), self.url(story))

    def test_with_the_consent_to_be_known_it_is_gone_at_once(self, story, outsider, owner_us, owner_mx, done):
        readers = everybody(outsider, owner_us)
        for reader in readers:
            read(reader, self.url(story))
        interest = story.introduction.interest
        done(ladder.withdraw, interest, side=Side.REQUEST, rung=Rung.COMPANY, by=owner_mx)
        for reader in readers:
            assert reader.get(self.url(story)).status_code == 404

    def test_an_old_name_of_a_firm_is_gone_at_once(self, story, firm_us, owner_us, outsider, done):
        readers = everybody(outsider)
        for reader in readers:
            assert "Cascade Snacks" in read(reader, self.url(story))[1]
        done(facts.update_organization, organization=firm_us, by=owner_us, name="Cascade Bars")
        for reader in readers:
            assert "Cascade Snacks" not in read(reader, self.url(story))[1]
