"""What follows from looks at links: the rules, the claims, the mails and the pages."""

import threading
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from functools import partial
from io import StringIO

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from portal import politeness
from portal.activity.log import timeline
from portal.notifications.delivery import deliver_due
from portal.notifications.models import Notification
from portal.outgoing import Limits
from resources import desk, links, looking, mending, publishing, tasks, telling
from resources.looking import Look
from resources.models import LinkCheck, Resource
from tests.factories.accounts import OrganizationFactory, UserFactory
from tests.factories.resources import ResourceFactory
from tests.misbehaving import Site, conditional, redirecting, saying, silent

pytestmark = pytest.mark.django_db

GUIDE = "<title>Importing into Canada</title>"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)

quickly = partial(looking.look, gate=nullcontext, limits=Limits(seconds=0.6, body=20_000))


@pytest.fixture(autouse=True)
def fresh_manners():
    """Nobody was asked anything yet."""
    cache.clear()
    politeness._free_at.clear()


@pytest.fixture
def site(settings):
    with Site() as running:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({running.port})
        running.say("/guide", GUIDE)
        yield running


@pytest.fixture
def resource(us, site):
    return ResourceFactory(published=True, title_en="Importing", url=site.url("/guide"))


def checked(resource, at=None):
    """One look, at this moment."""
    with time_machine.travel(at or timezone.now()):
        row = links.check(resource.pk, ask=quickly)
    resource.refresh_from_db()
    return row


def spoken(resource):
    return [(row.verb, row.actor) for row in timeline(resource)]


def finding(problem="", **more):
    """Somebody who looks and always finds this."""
    return lambda url, **known: Look(url, problem, **more)


def test_a_link_that_works_says_so_and_waits_about_a_week(resource):
    row = checked(resource, START)
    assert resource.link_status == "ok"
    assert START <= resource.link_checked_at == row.checked_at < START + timedelta(minutes=1)
    assert 5.5 * DAY < row.due_at - START < 8.5 * DAY
    assert spoken(resource) == [("link_ok", None)]
    checked(resource, START + 7 * DAY)
    assert len(spoken(resource)) == 1  # nothing changed


def test_one_failure_is_not_a_broken_link_and_three_in_three_days_are(resource, site):
    checked(resource, START)
    site.say("/guide", status=500)
    for days, status in ((7, "ok"), (8, "ok"), (10, "broken")):
        row = checked(resource, START + days * DAY)
        assert resource.link_status == status
    assert (row.failures, row.failing_since.date(), row.problem, row.http_status) == (
        3,
        START.date() + 7 * DAY,
        "server",
        500,
    )
    assert spoken(resource) == [("link_broken", None), ("link_ok", None)]
    assert timeline(resource)[0].data["problem"] == "server"


def test_three_failures_in_an_hour_are_not_days(resource, site):
    site.say("/guide", status=500)
    for minutes in (0, 20, 40, 59):
        checked(resource, START + timedelta(minutes=minutes))
    assert resource.link_status == "unchecked"


def test_a_page_that_is_gone_twice_is_broken_the_next_day(resource, site):
    site.say("/guide", status=404)
    assert checked(resource, START).due_at - START < 1.5 * DAY
    assert resource.link_status == "unchecked"
    checked(resource, START + DAY)
    assert resource.link_status == "broken"


def test_timeouts_and_one_404_are_not_two_times_404(resource, site):
    site.behave("/guide", silent)
    checked(resource, START)
    site.say("/guide", status=404)
    row = checked(resource, START + 2 * DAY)
    assert (resource.link_status, row.failures) == ("unchecked", 1)


def test_a_site_that_is_back_begins_anew(resource, site):
    site.behave("/guide", saying(status=500), saying(status=500), saying(GUIDE))
    checked(resource, START)
    row = checked(resource, START + 3 * DAY)
    assert (resource.link_status, row.failures, row.failing_since, row.problem) == ("ok", 0, None, "")


def test_pauses_grow_with_each_failure_up_to_a_week(resource, site):
    site.say("/guide", status=500)
    now, pauses = START, []
    for _ in range(6):
        row = checked(resource, now)
        pauses.append(row.due_at - now)
        now = row.due_at
    for pause, days in zip(pauses, (1, 2, 4, 7, 7, 7), strict=True):
        assert 0.8 * days * DAY <= pause <= 1.2 * days * DAY
    assert len(set(pauses)) == 6  # by chance a little different each time


@pytest.mark.parametrize("problem", [value for value in LinkCheck.Problem.values if value])
def test_every_problem_has_a_rule_and_a_doubt_is_never_called_broken(problem, resource):
    rule = links.RULES[LinkCheck.Problem(problem)]
    for days in range(0, 40, 4):
        with time_machine.travel(START + days * DAY):
            links.check(resource.pk, ask=finding(problem, http_status=200))
    resource.refresh_from_db()
    assert resource.link_status == rule.becomes
    doubts = {"refused", "soft_404", "certificate", "unsupported"}
    assert (rule.becomes == "unclear") is (problem in doubts)


def test_a_site_that_refuses_programs_is_not_broken_and_gets_its_peace(resource, site):
    site.say("/guide", status=429, Retry_After=str(3 * 24 * 3600))
    neighbour = ResourceFactory(published=True, url=site.url("/other"))
    row = checked(resource, START)
    assert (resource.link_status, row.problem) == ("unclear", "refused")
    assert row.due_at - START >= 3 * DAY
    with time_machine.travel(START):
        links.check(neighbour.pk, ask=partial(quickly, gate=politeness.turn))
    assert site.asked("/other") == []
    assert neighbour.link_check.due_at >= START + 3 * DAY - timedelta(seconds=5)


def test_an_unchanged_page_is_asked_for_by_what_it_said_of_itself(resource, site):
    site.behave("/guide", conditional(GUIDE, '"7"'))
    checked(resource)
    row = checked(resource)
    assert (resource.link_status, row.http_status, row.etag) == ("ok", 304, '"7"')
    assert site.hits[-1].headers["if-none-match"] == '"7"'
    Resource.objects.filter(pk=resource.pk).update(url=site.url("/new"))
    checked(resource)
    assert "if-none-match" not in site.hits[-1].headers  # that was said of another page


def test_a_page_that_moved_is_moved_until_somebody_takes_its_new_address(resource, site, official):
    site.behave("/guide", redirecting("/new", 301))
    site.say("/new", GUIDE)
    checked(resource)
    assert (resource.link_status, resource.link_check.moved_to) == ("moved", site.url("/new"))
    version = resource.version
    fresh = mending.accept_move(resource, to=site.url("/new"), by=official)
    assert (fresh.url, fresh.version, fresh.link_status) == (site.url("/new"), version + 1, "unchecked")
    assert spoken(resource)[0] == ("link_corrected", official)
    row = LinkCheck.objects.get(pk=resource.pk)
    assert row.moved_to == ""
    assert row.due_at <= timezone.now()


def test_only_the_proposal_she_saw_is_taken_and_only_by_those_who_keep_it(resource, site, official, official_mx, sme):
    site.behave("/guide", redirecting("/new", 301))
    site.say("/new", GUIDE)
    checked(resource)
    for to in (site.url("/elsewhere"), "", "https://evil.example/"):
        with pytest.raises(ValidationError) as refusal:
            mending.accept_move(resource, to=to, by=official)
        assert refusal.value.code == "changed_meanwhile"
    for stranger in (official_mx, sme):
        with pytest.raises(PermissionDenied):
            mending.accept_move(resource, to=site.url("/new"), by=stranger)
        with pytest.raises(PermissionDenied):
            mending.ask_again(resource, by=stranger)
    Resource.objects.filter(pk=resource.pk).update(url=site.url("/third"))
    with pytest.raises(ValidationError):  # the proposal was for another address
        mending.accept_move(resource, to=site.url("/new"), by=official)


def test_another_look_can_be_asked_for_but_not_all_the_time(resource, official):
    first = mending.ask_again(resource, by=official)
    assert first.due_at <= timezone.now()
    with pytest.raises(ValidationError, match="about to be looked at"):
        mending.ask_again(resource, by=official)
    checked(resource)
    with pytest.raises(ValidationError, match="just now"):
        mending.ask_again(resource, by=official)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert mending.ask_again(resource, by=official).due_at <= timezone.now()
    assert [verb for verb, _actor in spoken(resource)] == ["link_look_asked", "link_ok", "link_look_asked"]


def test_new_and_changed_addresses_become_due_and_withdrawn_ones_do_not(us, site):
    new, changed, same = (ResourceFactory(published=True, url=site.url(f"/{n}")) for n in range(3))
    withdrawn = ResourceFactory(archived=True)
    for known in (changed, same):
        links.check(known.pk, ask=finding())
    Resource.objects.filter(pk=changed.pk).update(url=site.url("/other"))
    assert links.plan() == 2
    assert links.plan() == 0
    due = LinkCheck.objects.due(timezone.now())
    assert set(due.values_list("pk", flat=True)) == {new.pk, changed.pk}
    assert links.check(withdrawn.pk, ask=finding()) is None
    Resource.objects.filter(pk=new.pk).update(status="archived")
    assert [claimed.resource_id for claimed in links.claim(10)] == [changed.pk]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_never_have_the_same_address(us):
    made = {ResourceFactory(published=True).pk for _ in range(6)}
    links.plan()
    taken, start = [], threading.Barrier(4)

    def work():
        start.wait(5)
        while claims := links.claim(1):
            taken.extend(claimed.resource_id for claimed in claims)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert sorted(taken) == sorted(made)


def test_an_address_that_somebody_looks_at_is_left_alone_until_the_claim_ends(resource):
    links.plan()
    [claimed] = links.claim(10)
    assert links.claim(10) == []
    assert links.check(resource.pk, ask=finding()) is None
    with time_machine.travel(timezone.now() + links.CLAIM + timedelta(seconds=1)):
        [again] = links.claim(10)
        assert links.keep(again, Look(resource.url)) == "ok"
    assert links.keep(claimed, Look(resource.url, "not_found", 404)) == "lapsed"  # the first one comes too late
    resource.refresh_from_db()
    assert resource.link_status == "ok"


def test_what_was_seen_of_an_old_address_says_nothing_of_the_new_one(resource, site, official):
    links.plan()
    [claimed] = links.claim(1)
    publishing.revise(resource, version=resource.version, by=official, url=site.url("/new"))
    assert links.keep(claimed, Look(claimed.url, "not_found", 404)) == "lapsed"
    resource.refresh_from_db()
    assert resource.link_status == "unchecked"
    assert [one.url for one in links.claim(1)] == [site.url("/new")]


def test_a_resource_that_is_deleted_meanwhile_harms_nobody(resource):
    links.plan()
    [claimed] = links.claim(1)
    resource.delete()
    assert links.keep(claimed, Look(claimed.url)) == "lapsed"


def test_a_batch_looks_at_several_sites_and_at_each_one_by_one(us, site):
    for number in range(4):
        site.say(f"/{number}.pdf", Content_Type="application/pdf")
        ResourceFactory(published=True, url=site.url(f"/{number}.pdf"))
    links.plan()
    assert links.check_due(10, ask=quickly) == 4
    assert site.most_at_once == 1
    assert set(Resource.objects.values_list("link_status", flat=True)) == {"ok"}
    assert links.check_due(10, ask=quickly) == 0


def test_what_fails_in_our_own_program_stops_no_other_look_and_blames_no_site(us, caplog):
    good, bad = (ResourceFactory(published=True, url=f"https://{name}.example/") for name in ("good", "bad"))
    links.plan()

    def ask(url, **known):
        if "bad" in url:
            raise RuntimeError("ours to mend")
        return Look(url, http_status=200)

    assert links.check_due(10, ask=ask) == 2
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.link_status, bad.link_status) == ("ok", "unchecked")
    assert (bad.link_check.failures, bad.link_check.claimed_until) == (0, None)
    assert bad.link_check.due_at > timezone.now()
    assert "cannot be looked at" in caplog.text


def test_when_nobody_answers_it_is_our_own_line_and_no_link_is_blamed(us):
    first, second = (ResourceFactory(published=True, url=f"https://{name}.example/") for name in "ab")
    links.plan()
    links.check_due(10, ask=finding("unreachable"))
    assert set(LinkCheck.objects.values_list("failures", "checked_at")) == {(0, None)}

    links.check(second.pk, ask=finding(http_status=200))  # this one answered once
    links.check(first.pk, ask=finding("timeout"))  # now neither does
    assert LinkCheck.objects.get(pk=first.pk).failures == 0
    only_first = {first.url: "timeout"}
    links.check(
        first.pk, ask=lambda url, **known: Look(url, only_first.get(url, ""), None if url in only_first else 200)
    )
    assert LinkCheck.objects.get(pk=first.pk).failures == 1


def test_one_site_is_asked_once_at_a_time_across_processes(settings, site):
    """The other process is its key in the shared cache, as its own ``turn`` would set it there."""
    settings.CACHES = {"default": {"BACKEND": "portal.rediscache.RedisCache", "LOCATION": settings.REDIS_URL}}
    cache.delete(politeness._key("busy.example"))
    with politeness.turn("busy.example"):
        assert cache.add(politeness._key("busy.example"), 1) is False
    politeness._free_at.clear()  # what this process remembers; the shared pause holds
    with pytest.raises(politeness.Busy), politeness.turn("busy.example", patience=0.3):
        raise AssertionError
    with politeness.turn("busy.example", patience=5):
        assert cache.get(politeness._key("busy.example")) == 1


def test_a_busy_site_is_asked_later_and_not_blamed(resource, site):
    links.plan()
    assert cache.add(politeness._key("127.0.0.1"), 1, timeout=60)
    impatient = partial(politeness.turn, patience=0.2)
    [claimed] = links.claim(1)
    outcomes = links.check_claimed([claimed], ask=partial(quickly, gate=impatient))
    assert outcomes == {"postponed": 1}
    row = LinkCheck.objects.get(pk=resource.pk)
    assert (row.failures, row.claimed_until, site.calls) == (0, None, 0)
    assert row.due_at > timezone.now()


def test_without_redis_each_process_is_polite_for_itself(settings, site, caplog):
    settings.CACHES = {"default": {"BACKEND": "portal.rediscache.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}
    with (
        politeness.turn("site.example", pause=60),
        pytest.raises(politeness.Busy),
        politeness.turn("site.example", patience=0.2),
    ):
        raise AssertionError
    politeness.leave_in_peace("calm.example", 60)
    with pytest.raises(politeness.Busy), politeness.turn("calm.example"):
        raise AssertionError
    assert "polite in this one alone" in caplog.text


def broken(resource):
    for days in (0, 2, 4, 8):
        with time_machine.travel(START + days * DAY):
            links.check(resource.pk, ask=finding("not_found", http_status=404))


def test_each_keeper_gets_one_mail_with_all_that_broke_in_her_language(official, official_mx, mailoutbox):
    first = ResourceFactory(published=True, title_en="Duties")
    second = ResourceFactory(published=True, title_en="Permits")
    mexican = ResourceFactory(published=True, code="MX", title_en="Labels", title_es="Etiquetas")
    draft, fine = ResourceFactory(title_en="Draft"), ResourceFactory(published=True, title_en="Fine")
    for one in (first, second, mexican, draft):
        broken(one)
    links.check(fine.pk, ask=finding(http_status=200))

    assert telling.tell_broken() == 2
    assert telling.tell_broken() == 0
    deliver_due()
    mails = {parseaddr(mail.to[0])[1]: mail for mail in mailoutbox}
    assert set(mails) == {official.email, official_mx.email}
    english, spanish = mails[official.email], mails[official_mx.email]
    assert english.subject == "2 broken links"
    for text in ("Duties", "Permits", "The page is gone", first.url, first.get_absolute_url(), "/resources/links/"):
        assert text in english.body
    for text in ("Labels", "Draft", "Fine"):
        assert text not in english.body
    assert "Etiquetas" in spanish.body
    assert "/es/resources/links/" in spanish.body


def test_a_link_that_breaks_again_is_news_again(official):
    resource = ResourceFactory(published=True)
    broken(resource)
    assert telling.tell_broken() == 1
    broken(resource)
    assert telling.tell_broken() == 0
    links.check(resource.pk, ask=finding(http_status=200))
    broken(resource)
    assert telling.tell_broken() == 1
    assert Notification.objects.filter(recipient=official, kind=telling.KIND).count() == 2


def test_a_mail_names_twenty_and_counts_the_rest(official, mailoutbox):
    for _ in range(22):
        resource = ResourceFactory(published=True)
        LinkCheck.objects.create(resource=resource, url=resource.url, problem="not_found")
    Resource.objects.update(link_status="broken")
    assert telling.tell_broken() == 1
    deliver_due()
    [mail] = mailoutbox
    assert mail.subject == "22 broken links"
    assert "and 2 more" in mail.body


def test_the_task_looks_by_the_guarded_way_alone(us, settings):
    """The whole way, nothing replaced: beat's task, the rules of the way out, the row."""
    with Site() as inside:
        resource = ResourceFactory(published=True, url=f"http://127.0.0.1:{inside.port}/")
        link_local = ResourceFactory(published=True, url="http://169.254.169.254/latest/meta-data/")
        links.plan()
        tasks.check_links()
        assert inside.calls == 0
    assert LinkCheck.objects.get(pk=resource.pk).problem == "unsupported"  # neither 80 nor 443
    assert LinkCheck.objects.get(pk=link_local.pk).problem == "forbidden"


def test_the_command_looks_at_what_is_due_and_says_what_it_found(us, site):
    site.say("/form.pdf", Content_Type="application/pdf")
    ResourceFactory(published=True, url=site.url("/form.pdf"))
    site.say("/gone", status=404)
    body = OrganizationFactory(agency=True, code="US")
    ResourceFactory(published=True, publisher=body, url=site.url("/gone"))

    def said(*options):
        out = StringIO()
        call_command("check_links", *options, stdout=out)
        return out.getvalue()

    assert said("--publisher", body.slug) == "1 addresses: 1 unchecked. 0 mails promised.\n"
    assert said() == "1 addresses: 1 ok. 0 mails promised.\n"  # the other one is not due any more
    assert said() == "0 addresses: nothing was due. 0 mails promised.\n"
    assert said("--all") == "2 addresses: 1 ok, 1 unchecked. 0 mails promised.\n"
    assert (site.asked("/gone"), site.asked("/form.pdf")) == (["HEAD", "GET"] * 2, ["HEAD"] * 2)
    with pytest.raises(CommandError, match="nobody"):
        said("--publisher", "nobody")


# Pages


def test_a_reader_sees_what_is_wrong_with_a_link_and_when_it_was_looked_at(client):
    resource = ResourceFactory(published=True)
    broken(resource)
    page = client.get(resource.get_absolute_url()).content.decode()
    assert "Broken" in page
    assert "The page is gone" in page
    assert "10 March 2026" in page
    for text in ("Check again", "times in a row", "Next look"):
        assert text not in page


def test_a_first_failure_is_told_to_keepers_and_not_to_readers(client, official):
    resource = ResourceFactory(published=True)
    links.check(resource.pk, ask=finding(http_status=200))
    links.check(resource.pk, ask=finding("server", http_status=500))
    page = client.get(resource.get_absolute_url()).content.decode()
    assert "Works" in page
    assert "answers with an error" not in page
    client.force_login(official)
    page = client.get(resource.get_absolute_url()).content.decode()
    for text in ("answers with an error", "failed once", "Next look", "Check again"):
        assert text in page


@pytest.fixture
def kept(official):
    """One address in each state."""
    agency = official.active_memberships[0].organization
    states = {}
    for state, status, facts in (
        ("broken", "broken", {"problem": "not_found", "failures": 2}),
        ("moved", "moved", {"moved_to": "https://www.example.gov/new"}),
        ("doubtful", "unclear", {"problem": "soft_404", "failures": 1}),
        ("refused", "unclear", {"problem": "refused", "failures": 1}),
        ("failing", "ok", {"problem": "timeout", "failures": 1}),
        ("unchecked", "unchecked", None),
        ("ok", "ok", {}),
    ):
        resource = ResourceFactory(
            published=True, publisher=agency, title_en=f"About {state}", link_status=status, link_checked_at=START
        )
        if facts is not None:
            LinkCheck.objects.create(resource=resource, url=resource.url, checked_at=START, **facts)
        states[state] = resource
    return states


LIST = "/en/resources/links/"


def test_a_keeper_works_through_the_list_state_by_state(client, official, kept):
    client.force_login(official)
    assert "About broken" in client.get(LIST).content.decode()  # the worst first
    for state in kept:
        page = client.get(LIST, {"state": state}).content.decode()
        assert [other for other in kept if f"About {other}" in page] == [state]
        assert f'?state={state}" aria-current="page"' in page
    assert set(kept) == set(mending.STATES)


def test_every_address_is_in_exactly_one_list(official, kept):
    counts = mending.count_by_state(mending.kept_links(official))
    assert counts == dict.fromkeys(mending.STATES, 1)


def test_the_list_holds_what_she_keeps_and_can_be_narrowed_to_a_publisher(client, official, official_mx, kept):
    other = OrganizationFactory(agency=True, code="US", name_en="Customs")
    ResourceFactory(published=True, publisher=other, title_en="Theirs", link_status="broken", link_checked_at=START)
    client.force_login(official)
    both = client.get(LIST, {"state": "broken"}).content.decode()
    assert "Theirs" in both
    assert "About broken" in both
    narrowed = client.get(LIST, {"state": "broken", "publisher": other.slug}).content.decode()
    assert "Theirs" in narrowed
    assert "About broken" not in narrowed
    client.force_login(official_mx)
    assert "About broken" not in client.get(LIST, {"state": "broken"}).content.decode()


@pytest.mark.parametrize(
    "query", ["state=nonsense", "page=0", "page=-1", "page=999999", "page=abc", "publisher=%00x", "state=%ff"]
)
def test_odd_addresses_get_a_page_or_a_400(client, official, kept, query):
    client.force_login(official)
    assert client.get(f"{LIST}?{query}").status_code in {200, 400}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_however_long_it_is(client, official, kept, rows, django_assert_num_queries):
    for _ in range(rows - 1):
        ResourceFactory(published=True, publisher=kept["moved"].publisher, link_status="moved", link_checked_at=START)
    client.force_login(official)
    client.get(LIST)
    with django_assert_num_queries(8):
        client.get(LIST, {"state": "moved"})


def test_a_correction_is_accepted_with_one_click(client, official, kept):
    resource = kept["moved"]
    client.force_login(official)
    page = client.get(LIST, {"state": "moved"}).content.decode()
    assert "https://www.example.gov/new" in page
    response = client.post(
        f"/en/resources/{resource.slug}/link/accept/", {"to": "https://www.example.gov/new", "state": "moved"}
    )
    assert response.url == f"{LIST}?state=moved"
    resource.refresh_from_db()
    assert resource.url == "https://www.example.gov/new"
    answer = client.post(f"/en/resources/{resource.slug}/link/accept/", {"to": "https://x.example/"}, follow=True)
    assert "The proposal has changed" in answer.content.decode()


def test_another_look_is_asked_for_with_one_click(client, official, kept):
    resource = kept["refused"]
    LinkCheck.objects.filter(pk=resource.pk).update(due_at=timezone.now() + DAY)
    client.force_login(official)
    response = client.post(f"/en/resources/{resource.slug}/link/look/")
    assert response.url == resource.get_absolute_url()
    assert LinkCheck.objects.get(pk=resource.pk).due_at <= timezone.now()
    assert (
        "about to be looked at"
        in client.post(f"/en/resources/{resource.slug}/link/look/", follow=True).content.decode()
    )


def test_others_cannot_mend_links(client, sme, official_mx, kept):
    for user in (sme, official_mx, UserFactory()):
        client.force_login(user)
        for verb in ("accept", "look"):
            assert client.post(f"/en/resources/{kept['moved'].slug}/link/{verb}/").status_code == 403


def test_the_desk_has_one_line_for_each_publisher(official, official_mx, kept):
    ResourceFactory(published=True, publisher=kept["broken"].publisher, link_status="broken", link_checked_at=START)
    other = OrganizationFactory(agency=True, code="US", name_en="Customs")
    ResourceFactory(published=True, publisher=other, link_status="moved", link_checked_at=START)
    waiting = {task.title: task for task in desk.waiting_for(official) if task.kind == "Links"}
    agency = kept["broken"].publisher
    assert set(waiting) == {f"{agency.name}: 2 broken links, 1 page has moved", "Customs: 1 page has moved"}
    assert waiting["Customs: 1 page has moved"].url == f"{LIST}?publisher={other.slug}"
    assert [task for task in desk.waiting_for(official_mx) if task.kind == "Links"] == []
