"""Who may do what: one table of roles against actions, asked of the pages themselves."""

import pytest
from django.urls import reverse

from partners import requesting
from partners.models import ChamberMember, ExpressionOfInterest, PartnerRequest
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import (
    ChamberMemberFactory,
    InterestFactory,
    PartnerRequestFactory,
    TextConfirmationFactory,
)
from tests.sharing import taken_back

pytestmark = pytest.mark.django_db

LOGIN, DONE, FORBIDDEN, MISSING = "login", "done", 403, 404
ROLES = ["visitor", "outsider", "official", "administrator", "owner_us", "chamber", "owner_mx", "reviewer"]


def row(*answers):
    return dict(zip(ROLES, answers, strict=True))


# The firm and the chamber on the request's side are the last two; owner_us is of another firm, chamber of another
# chamber.
HIDDEN = (LOGIN, MISSING, MISSING, MISSING, MISSING, MISSING)
SEEN = (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN)
MATRIX = {
    "revise the firm's draft": row(*HIDDEN, DONE, FORBIDDEN),
    "submit the firm's draft": row(*HIDDEN, DONE, FORBIDDEN),
    "discard the firm's draft": row(*HIDDEN, DONE, FORBIDDEN),
    "publish the firm's draft": row(*HIDDEN, FORBIDDEN, FORBIDDEN),
    "publish what was submitted": row(*HIDDEN, FORBIDDEN, DONE),
    "send back what was submitted": row(*HIDDEN, FORBIDDEN, DONE),
    "take back what was submitted": row(*HIDDEN, DONE, FORBIDDEN),
    "publish the chamber's draft": row(*HIDDEN, FORBIDDEN, DONE),
    "revise the chamber's draft": row(*HIDDEN, FORBIDDEN, DONE),
    "close what is published": row(*SEEN, DONE, DONE),
    "renew what is published": row(*SEEN, DONE, DONE),
    "renew what has expired": row(*HIDDEN, DONE, DONE),
    "express interest": row(LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, DONE, FORBIDDEN, FORBIDDEN, FORBIDDEN),
    "accept an interest": row(LOGIN, MISSING, MISSING, MISSING, FORBIDDEN, MISSING, DONE, DONE),
    "decline an interest": row(LOGIN, MISSING, MISSING, MISSING, FORBIDDEN, MISSING, DONE, DONE),
    "withdraw an interest": row(LOGIN, MISSING, MISSING, MISSING, DONE, MISSING, FORBIDDEN, FORBIDDEN),
    "agree to a chamber": row(*HIDDEN, DONE, MISSING),
    "end a membership": row(*HIDDEN, DONE, DONE),
    "enter a member firm": row(LOGIN, MISSING, MISSING, MISSING, MISSING, DONE, MISSING, DONE),
    "ask a listed firm to join": row(LOGIN, MISSING, MISSING, MISSING, MISSING, DONE, MISSING, DONE),
}


@pytest.fixture
def world(firm_mx, owner_mx, chamber_mx, reviewer, firm_us, owner_us, content):
    """What the actions act on: their address, and what is sent."""
    ours = {"company": firm_mx, "chamber": chamber_mx, "posted_by": owner_mx}
    draft = PartnerRequestFactory(**ours)
    submitted = PartnerRequestFactory(submitted=True, **ours)
    written = PartnerRequestFactory(company=firm_mx, chamber=chamber_mx, origin="chamber", posted_by=reviewer)
    TextConfirmationFactory(request=written, confirmed=True)
    published = PartnerRequestFactory(published=True, **ours)
    expired = PartnerRequestFactory(expired=True, **ours)
    answered = PartnerRequestFactory(published=True, **ours)
    sent = InterestFactory(request=answered, company=firm_us, by=owner_us)
    member = ChamberMemberFactory(chamber=chamber_mx, company=firm_mx)
    other = OrganizationFactory(chamber=True, code="MX")
    asked = ChamberMemberFactory(chamber=other, company=firm_mx, asked=True)
    form = content | {
        "closes_on": requesting.usual_closing_day().isoformat(),
        "hs_codes": "200899",
        "sectors": ["processed-food"],
        "target_economies": ["US"],
    }
    day = {"closes_on": requesting.usual_closing_day().isoformat()}
    return {
        "revise the firm's draft": ("request-revise", draft.slug, form),
        "submit the firm's draft": ("request-submit", draft.slug, {"chamber": chamber_mx.pk}),
        "discard the firm's draft": ("request-discard", draft.slug, {}),
        "publish the firm's draft": ("request-publish", draft.slug, {}),
        "publish what was submitted": ("request-publish", submitted.slug, {}),
        "send back what was submitted": ("request-send-back", submitted.slug, {"reason": "Say how much."}),
        "take back what was submitted": ("request-take-back", submitted.slug, {}),
        "publish the chamber's draft": ("request-publish", written.slug, {}),
        "revise the chamber's draft": ("request-revise", written.slug, form),
        "close what is published": ("request-close", published.slug, {"reason": "other"}),
        "renew what is published": ("request-renew", published.slug, day),
        "renew what has expired": ("request-renew", expired.slug, day),
        "express interest": ("interest-express", published.slug, {"company": f"own-{firm_us.pk}", "message": "Hello"}),
        "accept an interest": ("interest-accept", sent.pk, {}),
        "decline an interest": ("interest-decline", sent.pk, {"reason": "no_fit"}),
        "withdraw an interest": ("interest-withdraw", sent.pk, {}),
        "agree to a chamber": ("membership-agree", asked.pk, {}),
        "end a membership": ("membership-end", member.pk, {}),
        "enter a member firm": ("firm-register", None, {"name": "Ada SA", "language": "es", "confirms": "on"}),
        "ask a listed firm to join": ("membership-ask", firm_us.slug, {}),
    }


def state():
    """Everything an action could change."""
    return [
        list(model.objects.order_by("pk").values_list("pk", "status"))
        for model in (PartnerRequest, ExpressionOfInterest, ChamberMember)
    ] + [list(PartnerRequest.objects.order_by("pk").values_list("title", "closes_on"))]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_just_what_the_table_says(request, client, world, role):
    if role != "visitor":
        client.force_login(request.getfixturevalue(role))
    before = state()
    found = {}
    for action, (name, key, data) in world.items():
        with taken_back():
            response = client.post(reverse(f"partners:{name}", args=[key] if key else []), data)
            found[action] = outcome(response, has_changed=state() != before)

    assert found == {action: answers[role] for action, answers in MATRIX.items()}


def outcome(response, *, has_changed):
    """What the table calls it; whoever may not do it has changed nothing."""
    if response.status_code != 302:
        return f"{response.status_code}, and yet done" if has_changed else response.status_code
    if "/account/login/" in response.url:
        return "login, and yet done" if has_changed else LOGIN
    return DONE if has_changed else "nothing"


def test_the_writer_does_not_review_her_own_request(client, owner_mx, firm_mx, chamber_mx, us):
    both = UserFactory()
    join(both, firm_mx)
    join(both, chamber_mx)
    submitted = PartnerRequestFactory(submitted=True, company=firm_mx, chamber=chamber_mx, posted_by=both)
    client.force_login(both)

    assert client.post(reverse("partners:request-publish", args=[submitted.slug])).status_code == 403


def test_a_member_who_does_not_manage_the_firm_lets_no_chamber_speak_for_it(client, firm_mx):
    asked = ChamberMemberFactory(company=firm_mx, asked=True)
    member = UserFactory()
    join(member, firm_mx, role="member")
    client.force_login(member)

    assert client.post(reverse("partners:membership-agree", args=[asked.pk])).status_code == 403


def test_an_unverified_chamber_is_no_chamber(client, us):
    waiting = UserFactory()
    join(waiting, OrganizationFactory(kind="chamber", status="pending"))
    client.force_login(waiting)

    assert client.get(reverse("partners:chamber-desk")).status_code == 404
    assert client.get(reverse("partners:request-draft")).status_code == 403


@pytest.mark.parametrize("status", ["draft", "submitted", "expired", "closed"])
def test_what_is_not_published_is_missing_for_everybody_else(client, owner_us, us, status):
    hidden = PartnerRequestFactory(**({} if status == "draft" else {status: True}))

    for person in (None, owner_us):
        if person:
            client.force_login(person)
        assert client.get(hidden.get_absolute_url()).status_code == 404


def test_who_has_expressed_interest_still_finds_the_closed_request(client, owner_us, firm_us, published):
    InterestFactory(request=published, company=firm_us)
    requesting.close(published, reason="other", by=owner_us)
    client.force_login(owner_us)

    assert client.get(published.get_absolute_url()).status_code == 200


def test_an_answer_that_came_too_late_says_so_instead_of_failing(client, owner_mx, published, firm_us):
    gone = InterestFactory(request=published, company=firm_us, status="withdrawn")
    client.force_login(owner_mx)

    response = client.post(reverse("partners:interest-accept", args=[gone.pk]), follow=True)

    assert "its state is “Withdrawn”" in response.content.decode()
