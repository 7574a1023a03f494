"""What docs/webhooks.md tells developers holds."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from portal.notifications import posting, webhooks
from portal.notifications.models import Webhook, WebhookDelivery

PAGE = (settings.BASE_DIR / "docs/webhooks.md").read_text()


@pytest.fixture
def verified():
    """The function that the page prints."""
    names = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], names)
    return names["verified"]


@pytest.fixture
def posted():
    """A message as it is posted: secret, headers, body."""
    webhook = Webhook(url="https://example.com/", secret=webhooks._secret())
    row = WebhookDelivery(webhook=webhook, event="resource.published", body={"type": "resource.published", "data": {}})
    body = posting.payload(row)
    return webhook.secret, posting.headers(row, body, timezone.now()), body


def test_the_example_takes_what_the_portal_posts(verified, posted):
    secret, headers, body = posted
    assert verified(secret, headers, body) == {"id": headers["webhook-id"], "type": "resource.published", "data": {}}


def test_the_example_takes_a_message_signed_twice(verified, posted):
    secret, headers, body = posted
    headers["webhook-signature"] = "v1,AAAA v1a,BBBB " + headers["webhook-signature"]
    assert verified(secret, headers, body)


def test_the_example_refuses_what_was_changed_forged_or_played_again(verified, posted):
    secret, headers, body = posted
    for forged in (
        (secret, headers, body + b" "),
        (webhooks._secret(), headers, body),
        (secret, headers | {"webhook-id": "another"}, body),
        (secret, headers | {"webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")}, body),
    ):
        with pytest.raises(ValueError, match="not signed"):
            verified(*forged)
    with time_machine.travel(timezone.now() + timedelta(minutes=6)), pytest.raises(ValueError, match="too old"):
        verified(secret, headers, body)


def test_the_page_names_every_field_of_a_message():
    shown = json.loads(re.search(r"\n\n(\{.*?\n\})\n```", PAGE, re.DOTALL)[1])
    assert set(shown) == {"id", "type", "created_at", "data", "followed"}
    assert set(shown["data"]) == {"kind", "id", "codes", "title", "url"}


def test_the_page_tells_the_pauses_as_they_are():
    told = re.search(r"after about (.*?): three days", PAGE)[1]
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    pauses = [timedelta(**{units[unit]: int(number)}) for number, unit in re.findall(r"(\d+) (s|min|h)\b", told)]
    assert pauses == posting.PAUSES
