import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners import renewing, requesting
from partners.models import PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.notifications.models import Notification

pytestmark = pytest.mark.django_db


def told():
    rows = Notification.objects.filter(kind="partners/request_closes_soon")
    return sorted(row.recipient.email for row in rows.select_related("recipient"))


def closes_in(request, days, *, published_days_ago=60):
    PartnerRequest.objects.filter(pk=request.pk).update(
        closes_on=last_day_on_earth() + timedelta(days=days),
        published_at=timezone.now() - timedelta(days=published_days_ago),
    )


@pytest.mark.parametrize(("days", "count"), [(8, 0), (7, 1), (1, 1), (0, 1), (-1, 0)])
def test_the_requests_side_hears_in_the_week_before_it_closes(published, owner_mx, reviewer, days, count):
    closes_in(published, days)

    assert renewing.remind() == count
    assert told() == ["marisol@istmo.example", "ramiro@camara.example"] * count


def test_it_hears_once(published, owner_mx):
    closes_in(published, 5)

    assert [renewing.remind() for _run in range(3)] == [1, 0, 0]
    assert told() == ["marisol@istmo.example"]


def test_of_another_closing_day_it_hears_again(published, owner_mx):
    closes_in(published, 5)
    renewing.remind()
    closes_in(published, 6)

    assert renewing.remind() == 1


def test_who_has_just_published_for_a_few_days_is_not_told(published, owner_mx):
    closes_in(published, 5, published_days_ago=0)

    assert renewing.remind() == 0


class TestTheLinkInTheMail:
    @pytest.fixture
    def link(self, published, owner_mx, mailoutbox, django_capture_on_commit_callbacks):
        closes_in(published, 3)
        with django_capture_on_commit_callbacks(execute=True):
            renewing.remind()
        (mail,) = mailoutbox
        return re.search(r"https?://[^/]+(/[a-z-]+/opportunities/\S+)", mail.body)[1]

    def test_opening_it_changes_nothing_and_pressing_renews_without_signing_in(self, link, published):
        closes_on = PartnerRequest.objects.get().closes_on
        page = Client().get(link)
        assert page["X-Robots-Tag"] == "noindex"
        assert PartnerRequest.objects.get().closes_on == closes_on

        Client().post(link)

        assert PartnerRequest.objects.get().closes_on == requesting.usual_closing_day()

    def test_it_renews_once(self, link, published, owner_mx):
        Client().post(link)
        PartnerRequest.objects.update(closes_on=last_day_on_earth() + timedelta(days=9))

        page = Client().post(link)

        assert page.status_code == 200
        assert PartnerRequest.objects.get().closes_on == last_day_on_earth() + timedelta(days=9)

    def test_it_opens_an_expired_request_again(self, link, published):
        PartnerRequest.objects.update(status="expired")

        Client().post(link)

        assert PartnerRequest.objects.get().is_open

    def test_it_does_not_open_a_closed_one(self, link, published, owner_mx):
        requesting.close(published, reason="found_here", by=owner_mx)

        page = Client().post(link)

        assert page.context["may_renew"] is False
        assert PartnerRequest.objects.get().status == "closed"

    def test_it_ends_with_her_place_in_the_firm(self, link, published, owner_mx):
        owner_mx.memberships.all().delete()

        assert Client().get(link).status_code == 404
        assert Client().post(link).status_code == 404

    def test_a_forged_link_leads_nowhere(self, link):
        assert Client().get(link.replace("/renew/", "/renew/x")).status_code == 404


def test_the_page_renews_in_one_step(client, published, owner_mx):
    client.force_login(owner_mx)
    page = client.get(published.get_absolute_url()).content.decode()
    (day,) = re.findall(r'<input type="hidden" name="closes_on" value="([^"]+)"', page)

    client.post(reverse("partners:request-renew", args=[published.slug]), {"closes_on": day})

    assert PartnerRequest.objects.get().closes_on.isoformat() == day


def test_the_notice_of_expiry_renews_too(published, owner_mx, mailoutbox, django_capture_on_commit_callbacks):
    closes_in(published, -1)
    with django_capture_on_commit_callbacks(execute=True):
        requesting.expire_due()
    (mail,) = mailoutbox

    Client().post(re.search(r"https?://[^/]+(/[a-z-]+/opportunities/\S+)", mail.body)[1])

    assert PartnerRequest.objects.get().is_open
