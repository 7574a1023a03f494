import datetime as dt

import pytest
from django.utils import timezone

from resources import desk
from tests.factories.resources import ResourceFactory

pytestmark = pytest.mark.django_db


def test_what_was_submitted_waits_for_the_officials_of_its_economy(official, official_mx):
    resource = ResourceFactory(in_review=True, title_en="New guide")
    ResourceFactory(title_en="Only a draft")
    [waiting] = desk.waiting_for(official)
    assert (waiting.title, waiting.since, waiting.due_at) == ("New guide", resource.submitted_at, None)
    assert waiting.url == resource.get_absolute_url()
    assert desk.waiting_for(official_mx) == []


def test_a_review_waits_from_the_day_it_is_due(official):
    today = timezone.now().date()
    ResourceFactory(published=True, title_en="Due", review_due_on=today)
    ResourceFactory(published=True, title_en="Later", review_due_on=today + dt.timedelta(days=1))
    [waiting] = desk.waiting_for(official)
    assert waiting.title == "Due"
    assert waiting.due_at == dt.datetime.combine(today, dt.time.max, tzinfo=dt.UTC)


def test_others_have_nothing_waiting_here(sme, outsider, official):
    ResourceFactory(in_review=True)
    assert desk.waiting_for(sme) == desk.waiting_for(outsider) == []
    assert desk.coming_for(official) == []
