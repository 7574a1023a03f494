"""Two firms are introduced: they meet, confirm an alliance by the links in their mails, and tell it in public."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from partners import following_up, interests
from partners.models import Introduction, OutcomeReport, PartnerMeeting, SuccessStory
from tests.factories.accounts import UserFactory
from tests.factories.partners import PartnerRequestFactory
from tests.journeys.conftest import give_password
from tests.journeys.post import last_mail_to, links_in


def link_in(mail):
    return next(path for path in links_in(mail) if "/introductions/by-link/" in path)


def test_from_an_introduction_to_a_story(visit, us, tw, mx):
    asker = UserFactory(full_name="林雅婷", sme_in="TW", time_zone="Asia/Taipei")
    owner = give_password(UserFactory(full_name="Ana Arriaga", sme_in="MX", time_zone="America/Mexico_City"))
    request = PartnerRequestFactory(
        published=True, company=owner.active_memberships[0].organization, title="Dried mango in bulk"
    )
    sent = interests.express(
        request, company=asker.active_memberships[0].organization, message="We make snacks.", by=asker
    )
    interests.accept(sent, by=owner)

    # She proposes a time on the page, by her own clock.
    hers = visit(owner)
    hers.goto(sent.get_absolute_url())
    hers.get_by_role("link", name="Plan the first meeting").click()
    day = (timezone.now() + timedelta(days=20)).date()
    hers.locator("[name=first]").fill(f"{day}T18:00")
    hers.locator("[name=zone]").select_option("America/Mexico_City")
    hers.get_by_role("button", name="Propose these times").click()
    expect(hers.get_by_text("Your times are proposed.")).to_be_visible()

    # The other side accepts by the link in the mail: without signing in, and without JavaScript.
    theirs = visit(javascript=False, width=390)
    path = link_in(last_mail_to(asker.email))
    theirs.goto(path)
    expect(theirs.get_by_text("18:00–18:30").first).to_be_visible()
    theirs.get_by_role("button", name="Accept this time").click()
    expect(theirs.get_by_text("The meeting is planned.")).to_be_visible()
    assert PartnerMeeting.objects.get().status == "planned"
    assert any(part.get_content_type() == "text/calendar" for part in last_mail_to(owner.email).walk())

    # A month later both are asked, and confirm an alliance by their links.
    Introduction.objects.update(accepted_at=timezone.now() - timedelta(days=31))
    assert following_up.ask_due() == 2
    for person in (owner, asker):
        page = visit(javascript=False)
        page.goto(link_in(last_mail_to(person.email)))
        page.get_by_label("Alliance").check()
        page.get_by_role("button", name="Say this for your side").click()
    assert OutcomeReport.objects.filter(stage="alliance").count() == 2

    # One writes the story, the other agrees; then everybody reads it.
    theirs.goto(path)
    theirs.get_by_role("link", name="Write your story").click()
    theirs.locator("[name=title]").fill("Mango for snacks")
    theirs.locator("[name=text]").fill("We found each other here.")
    theirs.get_by_role("button", name="Keep the story and ask the other side").click()
    hers.goto(link_in(last_mail_to(owner.email)))
    hers.get_by_role("button", name="Agree that this is published with our name").click()
    expect(hers.get_by_text("The story is public.")).to_be_visible()
    anybody = visit()
    anybody.goto("/en/opportunities/stories/")
    anybody.get_by_role("link", name="Mango for snacks").click()
    expect(anybody.get_by_text("We found each other here.")).to_be_visible()
    assert SuccessStory.objects.get().status == "published"
    assert hers.problems == theirs.problems == anybody.problems == []
