"""A mail about an invented example says so, whatever it is about."""

import pytest

from partners.models import PartnerMeeting, PartnerRequest
from portal.notifications import mails
from portal.notifications.models import Notification
from tests.factories.accounts import UserFactory
from tests.factories.gatherings import MentorshipFactory
from tests.factories.partners import InterestFactory, IntroductionFactory, ReferralFactory

pytestmark = pytest.mark.django_db

SAYS = "Sample: this is an invented example. The company and its offer do not exist."


def _meeting():
    return PartnerMeeting.objects.create(
        introduction=IntroductionFactory(), starts_at="2027-03-01T09:00Z", ends_at="2027-03-01T09:30Z"
    )


ABOUT = {
    InterestFactory: [
        *(f"interest_{name}" for name in ("received", "reminder", "declined", "withdrawn", "expired", "unanswered")),
        "interest_sent_for", "interest_taken_back", "consent_withdrawn",
    ],
    IntroductionFactory: ["interest_accepted", "contacts_shared", "meeting_proposed", "outcome_asked", "outcome_said"],
    _meeting: ["meeting_planned", "meeting_changed", "meeting_cancelled", "meeting_left"],
    MentorshipFactory: [
        f"mentorship_{name}"
        for name in ("asked", "accepted", "declined", "withdrawn", "ended", "reminder", "expired", "unanswered")
    ],
    ReferralFactory: [f"referral_{name}" for name in ("received", "sent", "accepted", "declined", "closed")],
}  # fmt: skip
#: What these say besides what they are about.
MORE = {
    "starts": "2027-03-01T09:00:00+00:00",
    "ends": "2027-03-01T09:30:00+00:00",
    "rung": "company",
    "stage": "met",
    "days": 30,
}


@pytest.mark.parametrize(("make", "kind"), [(make, kind) for make, kinds in ABOUT.items() for kind in kinds])
@pytest.mark.parametrize("is_sample", [True, False])
def test_it_says_so_and_no_other_mail_does(us, mx, make, kind, is_sample):
    about = make()
    PartnerRequest.objects.update(is_sample=is_sample)
    row = Notification(recipient=UserFactory(), kind=f"partners/{kind}", about=type(about).objects.get(), context=MORE)
    row.save()

    mail = mails.compose(row, "Subject")

    assert (SAYS in mail.body) == is_sample
    assert (SAYS in mail.alternatives[0][0]) == is_sample
