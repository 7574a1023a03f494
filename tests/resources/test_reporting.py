"""Readers' reports: useful, not useful, out of date."""

import datetime as dt
import threading

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.activity.log import timeline
from resources import desk, reporting
from resources.models import Report
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_counts_from_other_tests():
    cache.clear()


def page_of(resource):
    return reverse("resources:resource-report", args=[resource.slug])


def say(client, resource, verdict="out_of_date", text="", **headers):
    return client.post(page_of(resource), {"verdict": verdict, "text": text}, **headers)


# --- What is kept -----------------------------------------------------------------------------


def test_out_of_date_makes_the_review_due_today_once(sme, outsider):
    resource = ResourceFactory(published=True)
    for person in (sme, outsider):
        reporting.report(resource, verdict="out_of_date", text="The form is gone.", by=person)
    resource.refresh_from_db()
    assert resource.review_due_on == timezone.now().date()
    [entry] = timeline(resource)
    assert (entry.verb, entry.actor) == ("called_out_of_date", None)


@pytest.mark.parametrize("verdict", ["useful", "not_useful"])
def test_other_words_move_no_date(sme, verdict):
    resource = ResourceFactory(published=True)
    due = resource.review_due_on
    reporting.report(resource, verdict=verdict, by=sme)
    resource.refresh_from_db()
    assert resource.review_due_on == due


def test_a_review_that_is_overdue_stays_overdue(sme):
    resource = ResourceFactory(published=True, review_due_on=dt.date(2020, 1, 1))
    reporting.report(resource, verdict="out_of_date", by=sme)
    resource.refresh_from_db()
    assert resource.review_due_on == dt.date(2020, 1, 1)


def test_a_reader_who_says_something_else_takes_back_what_she_said(sme):
    resource = ResourceFactory(published=True)
    reporting.report(resource, verdict="not_useful", by=sme)
    reporting.report(resource, verdict="useful", by=sme)
    assert [report.verdict for report in Report.objects.all()] == ["useful"]


def test_a_visitor_is_counted_once_a_day_and_only_a_graver_word_replaces_hers():
    resource = ResourceFactory(published=True)
    reporting.report(resource, verdict="useful", visitor="a")
    reporting.report(resource, verdict="out_of_date", text="Fees changed.", visitor="a")
    for verdict in ("out_of_date", "useful"):
        with pytest.raises(ValidationError) as refusal:
            reporting.report(resource, verdict=verdict, visitor="a")
        assert refusal.value.code == "said_already"
    assert [(report.verdict, report.text) for report in Report.objects.all()] == [("out_of_date", "Fees changed.")]


def test_a_visitor_does_not_bring_back_today_what_was_dealt_with_today(official):
    resource = ResourceFactory(published=True)
    reporting.handle(reporting.report(resource, verdict="out_of_date", visitor="a"), by=official)
    with pytest.raises(ValidationError):
        reporting.report(resource, verdict="out_of_date", visitor="a")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_report(us):
    resource = ResourceFactory(published=True)
    start, outcomes = threading.Barrier(2), []

    def click():
        start.wait()
        try:
            outcomes.append(reporting.report(resource, verdict="useful", visitor="a").verdict)
        except ValidationError as refusal:
            outcomes.append(refusal.code)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert sorted(outcomes) == ["said_already", "useful"]
    assert Report.objects.count() == 1


@pytest.mark.parametrize("state", [{}, {"in_review": True}, {"archived": True}])
def test_only_what_is_published_is_reported(sme, state):
    with pytest.raises(ValidationError) as refusal:
        reporting.report(ResourceFactory(**state), verdict="useful", by=sme)
    assert refusal.value.code == "not_published"


def test_a_digest_changes_with_the_day_and_names_nobody(settings):
    today, tomorrow = dt.date(2027, 5, 14), dt.date(2027, 5, 15)
    one = reporting.visitor_digest("192.0.2.1", today)
    assert "192.0.2.1" not in one
    assert one == reporting.visitor_digest("192.0.2.1", today)
    assert (
        len({one, reporting.visitor_digest("192.0.2.1", tomorrow), reporting.visitor_digest("192.0.2.2", today)}) == 3
    )
    settings.SECRET_KEY = "another"
    assert reporting.visitor_digest("192.0.2.1", today) != one


def test_digests_of_past_days_are_erased():
    resource = ResourceFactory(published=True)
    with time_machine.travel(timezone.now() - dt.timedelta(days=3)):
        reporting.report(resource, verdict="useful", visitor="old")
    reporting.report(resource, verdict="useful", visitor="new")
    assert reporting.forget_visitors() == 1
    assert sorted(Report.objects.values_list("visitor", flat=True)) == ["", "new"]


# --- The form ---------------------------------------------------------------------------------


def test_a_visitor_reports_without_an_account_and_without_javascript(client):
    resource = ResourceFactory(published=True)
    assert f'href="{page_of(resource)}?verdict=out_of_date"' in client.get(resource.get_absolute_url()).text
    assert 'value="out_of_date"' in client.get(page_of(resource), {"verdict": "out_of_date"}).text
    response = say(client, resource, text="The fee is another one.")
    assert response.url == resource.get_absolute_url()
    assert "Thank you" in client.get(response.url).text
    [report] = Report.objects.all()
    assert (report.reporter, report.text, report.language) == (None, "The fee is another one.", "en")
    assert "127.0.0.1" not in report.visitor


def test_with_htmx_only_the_fragment_comes_back(client):
    resource = ResourceFactory(published=True)
    htmx = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "reader-report"}
    form = client.get(page_of(resource), {"verdict": "useful"}, **htmx).text
    assert "<html" not in form
    assert "csrfmiddlewaretoken" in form
    thanks = say(client, resource, "useful", **htmx).text
    assert "<html" not in thanks
    assert "Thank you" in thanks


def test_the_page_of_a_resource_holds_no_form_so_that_it_is_one_for_all_visitors(client):
    response = client.get(ResourceFactory(published=True).get_absolute_url())
    assert "csrfmiddlewaretoken" not in response.text
    assert not response.cookies


def test_a_report_without_its_token_is_refused():
    resource = ResourceFactory(published=True)
    assert say(Client(enforce_csrf_checks=True), resource).status_code == 403
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "typed", [{}, {"verdict": "great"}, {"verdict": "useful", "text": "x\0"}, {"verdict": "useful", "text": "x" * 1001}]
)
def test_what_makes_no_sense_is_said_and_not_kept(client, typed):
    response = client.post(page_of(ResourceFactory(published=True)), typed)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not Report.objects.exists()


def test_what_is_not_published_has_no_form_not_even_for_its_keepers(client, official):
    draft = ResourceFactory()
    assert client.get(page_of(draft)).status_code == 404
    client.force_login(official)
    assert client.get(page_of(draft)).status_code == 404


def test_an_address_has_twenty_words_an_hour(client):
    resources = ResourceFactory.create_batch(3, published=True)
    for _number in range(20):
        assert say(client, resources[0], REMOTE_ADDR="192.0.2.7").status_code == 302
    assert say(client, resources[1], REMOTE_ADDR="192.0.2.7").status_code == 429
    assert say(client, resources[1], REMOTE_ADDR="192.0.2.8").status_code == 302
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1, seconds=1)):
        assert say(client, resources[2], REMOTE_ADDR="192.0.2.7").status_code == 302


def test_a_whole_ipv6_network_is_one_visitor(client):
    resource = ResourceFactory(published=True)
    say(client, resource, "useful", REMOTE_ADDR="2001:db8::1")
    say(client, resource, "useful", REMOTE_ADDR="2001:db8::2")
    assert "has told us this today already" in client.get(resource.get_absolute_url()).text
    assert Report.objects.count() == 1
    assert say(client, resource, "useful", REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


def test_without_redis_nothing_is_taken_and_the_reader_is_told(client, settings):
    resource = ResourceFactory(published=True)
    settings.CACHES = {"default": {"BACKEND": "portal.rediscache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    assert client.get(page_of(resource)).status_code == 200
    assert say(client, resource).status_code == 503
    fragment = say(client, resource, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="reader-report")
    assert (fragment.status_code, "Wait a minute" in fragment.text) == (200, True)
    assert not Report.objects.exists()


# --- Its keepers ------------------------------------------------------------------------------


def test_keepers_read_what_was_said_and_never_who_said_it(client, official, sme):
    resource = ResourceFactory(published=True, title_en="Customs guide")
    reporting.report(resource, verdict="out_of_date", text="The form is <gone>.", by=sme)
    client.force_login(official)
    for address in (reverse("resources:report-list"), resource.get_absolute_url()):
        page = client.get(address).text
        assert "The form is &lt;gone&gt;." in page
        assert sme.full_name not in page
        assert sme.email not in page


def test_the_public_reads_none_of_it(client, sme):
    resource = ResourceFactory(published=True)
    reporting.report(resource, verdict="out_of_date", text="Secret thought", by=sme)
    assert "Secret thought" not in client.get(resource.get_absolute_url()).text


def test_a_report_is_dealt_with_once(client, official, sme):
    resource = ResourceFactory(published=True)
    report = reporting.report(resource, verdict="not_useful", by=sme)
    client.force_login(official)
    for _click in range(2):
        client.post(reverse("resources:report-handle", args=[report.pk]), {"next": "https://evil.example/"})
    assert [entry.verb for entry in timeline(resource)] == ["report_handled"]
    assert "No reader asks for anything" in client.get(reverse("resources:report-list")).text
    assert "Dealt with on" in client.get(reverse("resources:report-list"), {"show": "all"}).text


def test_others_neither_see_nor_handle_it(client, official_mx, sme):
    report = reporting.report(ResourceFactory(published=True), verdict="out_of_date", by=sme)
    assert not Report.objects.visible_to(official_mx).exists()
    with pytest.raises(PermissionDenied):
        reporting.handle(report, by=official_mx)
    client.force_login(official_mx)
    assert client.post(reverse("resources:report-handle", args=[report.pk])).status_code == 404


def test_reports_wait_on_the_desk_as_one_task(official, sme, outsider):
    resource = ResourceFactory(published=True)
    reporting.report(resource, verdict="not_useful", by=sme)
    reporting.report(resource, verdict="not_useful", by=outsider)
    reporting.report(ResourceFactory(published=True), verdict="useful", by=sme)
    [task] = desk.waiting_for(official)
    assert (task.title, task.url) == ("2 reports from readers", reverse("resources:report-list"))


def test_many_reviews_wait_on_the_desk_as_one_task(official):
    ResourceFactory.create_batch(6, published=True, review_due_on=timezone.now().date())
    [task] = desk.waiting_for(official)
    assert (task.title, task.url) == ("6 resources to review", reverse("resources:review-list"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_reports_costs_the_same_for_one_and_for_three(official, sme, count, django_assert_num_queries):
    for _number in range(count):
        reporting.report(ResourceFactory(published=True), verdict="out_of_date", by=sme)
    delegation = official.active_memberships  # fetched once per request
    assert delegation
    with django_assert_num_queries(1):
        assert len([r.resource.title for r in Report.objects.visible_to(official).select_related("resource")]) == count
