"""Every kind of mail about accounts, in every language: complete, unescaped in text, escaped in HTML."""

import pytest
from django.core import mail

from portal.accounts import membership
from portal.accounts.models import Membership, Organization
from portal.languages import Language
from portal.notifications.outbox import notify
from tests.factories.accounts import OrganizationFactory, UserFactory, join

pytestmark = pytest.mark.django_db

KINDS = [
    "membership_requested", "membership_admitted", "membership_declined", "membership_removed", "role_changed",
    "invitation", "invitation_accepted", "organization_awaits", "organization_verified", "organization_refused",
    "organization_reopened",
]  # fmt: skip
ABOUT_A_MEMBERSHIP = {"membership_requested", "membership_declined", "membership_removed"}
CONTEXT = {"reason": "Fish & <chips>", "role": "manager", "person": "Peter O'Neil", "inviter": "Ann O'Hara"}


@pytest.fixture
def shop(us):
    return OrganizationFactory(name="Tom's <Tools> & Co")


def subject_of(kind, shop):
    """The object that a mail of this kind speaks of."""
    person = UserFactory(full_name="Peter O'Neil")
    if kind in ABOUT_A_MEMBERSHIP:
        return membership.ask_to_join(organization=shop, by=person)
    if kind == "invitation":
        join(person, shop)
        return membership.invite(organization=shop, email="g@example.com", role=Membership.Role.MEMBER, by=person)
    return shop


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_in_each_language(shop, kind, language, django_capture_on_commit_callbacks):
    about = subject_of(kind, shop)
    reader = UserFactory(language=language, full_name="Renée O'Brien")
    with django_capture_on_commit_callbacks(execute=True):
        notify([reader], f"accounts/{kind}", about=about, occasion="test", **CONTEXT)
    (message,) = [message for message in mail.outbox if reader.email in message.to[0]]
    html = message.alternatives[0][0]
    assert "Tom's <Tools> & Co" in message.subject
    assert "Tom's <Tools> & Co" in message.body
    assert "O'Brien" in message.body
    assert f"/{language}/" in message.body
    assert "<Tools>" not in html
    assert "<chips>" not in html


def test_the_reader_of_a_refusal_reads_the_reason(shop, django_capture_on_commit_callbacks):
    reader = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        notify([reader], "accounts/organization_refused", about=shop, reason="No such office & no phone")
    (message,) = mail.outbox
    assert "No such office & no phone" in message.body
    assert "No such office &amp; no phone" in message.alternatives[0][0]
    assert Organization.objects.get().get_absolute_url() in message.body
