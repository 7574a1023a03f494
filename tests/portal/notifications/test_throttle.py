"""How many mails leave in a minute, and what goes first."""

import logging
import math
import threading
import time

import pytest
import redis
from django.core import mail
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from portal.notifications import kinds, preferences, tasks, throttle
from portal.notifications.delivery import deliver_due
from portal.notifications.kinds import URGENT
from portal.notifications.models import Category, Notification, Queue
from portal.notifications.outbox import notify
from portal.notifications.preferences import Subscriber
from portal.notifications.throttle import MINUTE, Allowance, Pace
from tests.factories.accounts import OrganizationFactory, UserFactory

# They share one count in Redis.
pytestmark = pytest.mark.xdist_group("throttle")


@pytest.fixture(autouse=True)
def fresh_count(settings):
    client = redis.Redis.from_url(settings.REDIS_URL)
    names = client.keys("sme:mail:*")
    if names:
        client.delete(*names)
    yield
    client.close()


@pytest.fixture
def meeting(db):
    return OrganizationFactory(name="Bridge", agency=True)


@pytest.fixture
def urgent_kind():
    """``dialogues/meeting`` is urgent for a test."""
    kinds.declare({"dialogues/meeting": URGENT})
    yield
    kinds.declare({"dialogues/meeting": kinds.ORDINARY})


def promise(meeting, count, queue=Queue.ORDINARY):
    notify([UserFactory() for _ in range(count)], "dialogues/meeting", about=meeting, word="x", occasion=queue)
    Notification.objects.filter(key__endswith=f":{queue}").update(queue=queue)


@given(st.integers(1, 100_000))
def test_no_sixty_seconds_hold_more_than_the_limit(per_minute):
    pace = Pace.of(per_minute)
    most = pace.at_once - 1 + math.ceil(round(MINUTE / pace.interval, 6))
    assert per_minute * 0.9 - 1 <= most <= per_minute
    assert 0 <= pace.tolerance(urgent=False) <= pace.tolerance(urgent=True)


def test_without_a_limit_everything_goes(meeting):
    promise(meeting, 30)
    assert deliver_due() == 30
    assert throttle.comes_again(urgent=False) == 0


def test_a_batch_stops_at_the_limit_and_the_rest_stays_due(meeting, settings):
    settings.MAIL_PER_MINUTE = 20
    promise(meeting, 10)
    assert deliver_due() == 2
    assert deliver_due() == 0
    assert len(mail.outbox) == 2
    assert Notification.objects.due().count() == 8
    assert set(Notification.objects.due().values_list("attempts", flat=True)) == {0}


def test_a_part_is_kept_for_what_is_urgent(meeting, settings):
    settings.MAIL_PER_MINUTE = 40
    promise(meeting, 10)
    assert deliver_due() == 3
    promise(meeting, 10, Queue.CRITICAL)
    assert deliver_due() == 0
    assert deliver_due(urgent=True) == 2
    assert list(Notification.objects.filter(queue=Queue.CRITICAL, status="sent").values_list("pk")) != []


def test_what_needs_no_mail_uses_nothing_up(meeting, settings, sme):
    settings.MAIL_PER_MINUTE = 10
    preferences.switch(Subscriber(Category.DIALOGUES, sme), on=False)
    for number in range(5):
        notify([sme], "dialogues/meeting", about=meeting, word="x", occasion=number)
    promise(meeting, 1)
    assert deliver_due() == 6
    assert len(mail.outbox) == 1


def test_sweeps_that_find_nothing_use_nothing_up(meeting, settings):
    settings.MAIL_PER_MINUTE = 20
    for _time in range(5):
        assert deliver_due() == deliver_due(urgent=True) == 0
    promise(meeting, 5)
    assert deliver_due() == 2


def test_with_time_more_may_go(meeting, settings):
    settings.MAIL_PER_MINUTE = 120
    promise(meeting, 20)
    first = deliver_due()
    assert first >= 7
    time.sleep(0.6)
    assert deliver_due() >= 1


def test_one_worker_is_told_to_come_again(settings):
    settings.MAIL_PER_MINUTE = 20
    assert throttle.comes_again(urgent=False) == 0
    allowance = Allowance()
    while allowance.has_room():
        allowance.use()
    pause = throttle.comes_again(urgent=False)
    assert 0 < pause <= 60
    assert throttle.comes_again(urgent=False) == 0, "another was told"
    assert throttle.comes_again(urgent=True) == 0, "there is room for what is urgent"


def test_workers_side_by_side_share_one_allowance(settings):
    settings.MAIL_PER_MINUTE = 200
    taken = []

    def work():
        allowance = Allowance(urgent=True)
        while allowance.has_room():
            allowance.use()
            taken.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert 21 <= len(taken) <= 24, "21 at once, and few in the moment that it took"


def test_redis_away_is_no_limit_but_said_once(meeting, settings, caplog):
    settings.MAIL_PER_MINUTE = 10
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    promise(meeting, 5)
    with caplog.at_level(logging.WARNING):
        assert deliver_due() == 5
    assert [line.getMessage() for line in caplog.records].count("mail goes without a limit: Redis is away") == 1
    assert throttle.comes_again(urgent=False) == 0


def test_an_urgent_batch_takes_nothing_else(meeting):
    promise(meeting, 2)
    promise(meeting, 3, Queue.CRITICAL)
    assert deliver_due(urgent=True) == 3
    assert set(Notification.objects.due().values_list("queue", flat=True)) == {Queue.ORDINARY}


def test_any_worker_takes_what_is_urgent_first(meeting):
    promise(meeting, 2)
    promise(meeting, 1, Queue.CRITICAL)
    assert deliver_due(1) == 1
    assert Notification.objects.get(status="sent").queue == Queue.CRITICAL


@pytest.mark.django_db(transaction=True)
def test_what_is_urgent_is_hinted_to_its_own_worker(urgent_kind):
    meeting = OrganizationFactory(name="Bridge", agency=True)
    notify([UserFactory()], "dialogues/meeting", about=meeting, word="x")
    assert len(mail.outbox) == 1
    connections.close_all()


def test_each_task_has_its_queue(settings):
    routes = tasks.deliver_urgent.app.amqp.router
    assert routes.route({}, tasks.deliver_urgent.name)["queue"].name == "urgent"
    assert routes.route({}, tasks.deliver_due.name)["queue"].name == "celery"
    assert routes.route({}, tasks.send_digests.name)["queue"].name == "celery"
    keys = {queue.name: queue.routing_key for queue in tasks.deliver_urgent.app.amqp.queues.values()}
    assert keys == {name: name for name in ("celery", "urgent", "webhooks")}
