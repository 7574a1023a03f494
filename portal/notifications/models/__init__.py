"""Promises to people, what they follow and want, and the ways it reaches them."""

from portal.notifications.models.channels import PersonalFeed, Webhook, WebhookDelivery
from portal.notifications.models.following import Criteria, News, Subscription
from portal.notifications.models.mailing import Mailing, MailingText
from portal.notifications.models.people import (
    ALWAYS_MAILED,
    Address,
    Category,
    Deliverability,
    Preference,
    Rest,
    Rhythm,
    is_one_person,
)
from portal.notifications.models.promises import Digest, Notification, Queue

__all__ = [
    "ALWAYS_MAILED",
    "Address",
    "Category",
    "Criteria",
    "Deliverability",
    "Digest",
    "Mailing",
    "MailingText",
    "News",
    "Notification",
    "PersonalFeed",
    "Preference",
    "Queue",
    "Rest",
    "Rhythm",
    "Subscription",
    "Webhook",
    "WebhookDelivery",
    "is_one_person",
]
