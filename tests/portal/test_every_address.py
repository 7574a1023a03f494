"""Walks every address of the portal as a visitor who is not signed in."""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

#: What a visitor may open without signing in. A new address for everybody needs its line here, on purpose.
OPEN_TO_ALL = {
    # For machines.
    "healthz",
    "readyz",
    "robots.txt",
    "sitemap-<slug:section>.xml",
    "sitemap.xml",
    "open-data/<slug:name>.json",
    # What a mail provider knows the secret of.
    "mail-events/<slug:provider>/",
    # About the portal, and how to read it.
    "en/",
    "en/accessibility/",
    "en/agreements/",
    "en/contact/",
    "en/open-data/",
    "en/reading/",
    # Signing up, in and out, by password, code, passkey or a link in a mail.
    "en/account/^confirm-email/(?P<key>[-:\\w]+)/$",
    "en/account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
    "en/account/confirm-email/",
    "en/account/inactive/",
    "en/account/login/",
    "en/account/login/code/",
    "en/account/logout/",
    "en/account/password/reset/",
    "en/account/password/reset/done/",
    "en/account/password/reset/key/done/",
    "en/account/signup/",
    # The link of an invitation, an unsubscription or a shared list is the permission.
    "en/invitations/<str:token>/",
    "en/notifications/follow-confirm/<str:token>/",
    "en/notifications/follow-stop/<str:token>/",
    "en/notifications/resubscribe/<str:token>/",
    "en/notifications/unsubscribe/<str:token>/",
    "en/notifications/unsubscribe-all/<str:token>/",
    # The secret address of a person's own messages.
    "en/notifications/feed/<str:token>/",
    "en/resources/shared/<str:token>/",
    # An invitation to a session is answered by its link.
    "en/dialogues/invitations/<str:token>/",
    "en/dialogues/invitations/<str:token>/check-in/",
    "en/dialogues/invitations/<str:token>/pass-on/",
    # The secret address of a person's own calendar.
    "en/dialogues/calendars/mine/<str:token>.ics",
    # Following a search needs an e-mail address alone.
    "en/notifications/follow-asked/",
    # And so does looking after it: the link in the mail is the permission.
    "en/notifications/address/",
    "en/notifications/address-asked/",
    "en/notifications/address/<str:token>/",
    "en/notifications/address/<str:token>/reader/",
    "en/notifications/address/<str:token>/<int:pk>/rhythm/",
    "en/notifications/address/<str:token>/<int:pk>/end/",
    "en/notifications/follow/<slug:kind>/",
    # What the portal is for.
    "en/dialogues/",
    "en/dialogues/<slug:slug>/",
    "en/dialogues/<slug:slug>/calendar.ics",
    "en/dialogues/calendars/",
    "en/dialogues/calendars/all.ics",
    "en/dialogues/calendars/economies/<slug:code>.ics",
    "en/dialogues/polls/<str:token>/",
    "en/dialogues/<slug:slug>/commitments/",
    "en/dialogues/<slug:slug>/commitments/<int:pk>/",
    "en/dialogues/<slug:slug>/commitments.csv",
    "en/dialogues/<slug:slug>/history/",
    "en/dialogues/<slug:slug>/indicators/",
    "en/dialogues/<slug:slug>/indicators.csv",
    "en/dialogues/<slug:slug>/initiatives/",
    "en/dialogues/<slug:slug>/scoreboard/",
    "en/dialogues/<slug:slug>/scoreboard.csv",
    "en/dialogues/<slug:slug>/issues/",
    "en/dialogues/<slug:slug>/issues/<int:pk>/",
    "en/dialogues/issues/",
    "en/dialogues/^issues/(?P<reference>[A-Z0-9]+-[0-9]{4}-[0-9]{3,6})/$",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/documents/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/documents/files/<int:version_pk>/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/pack/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/pack.docx",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/pack.pdf",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/minutes/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/minutes/compare/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/minutes/versions/<int:version>/",
    "en/dialogues/minutes/by-link/<str:token>/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/room/",
    "en/dialogues/<slug:slug>/sessions/<int:pk>/session.ics",
    "en/directory/",
    "en/directory/clusters/",
    "en/directory/clusters/<slug:slug>/",
    "en/directory/companies/<slug:slug>/",
    "en/directory/organizations/",
    "en/offices/",
    "en/offices/<int:pk>/",
    "en/offices/confirm/<str:token>/",
    "en/opportunities/",
    "en/opportunities/browse/",
    "en/opportunities/feed.atom",
    "en/opportunities/mentors/",
    # Who got the mail confirms a text or renews a request by its link; files are for whom their request says.
    "en/opportunities/<slug:slug>/files/<int:pk>/",
    "en/opportunities/renew/<str:token>/",
    "en/opportunities/texts/<str:token>/",
    "en/opportunities/<slug:slug>/",
    # Success stories; and an introduction by the personal link in a mail.
    "en/opportunities/stories/",
    "en/opportunities/stories/<slug:slug>/",
    "en/opportunities/introductions/by-link/<str:token>/",
    "en/opportunities/introductions/by-link/<str:token>/propose/",
    "en/opportunities/introductions/by-link/<str:token>/slots/<int:slot_pk>/accept/",
    "en/opportunities/introductions/by-link/<str:token>/place/",
    "en/opportunities/introductions/by-link/<str:token>/cancel/",
    "en/opportunities/introductions/by-link/<str:token>/meeting.ics",
    "en/opportunities/introductions/by-link/<str:token>/outcome/",
    "en/opportunities/introductions/by-link/<str:token>/story/",
    "en/opportunities/introductions/by-link/<str:token>/story/write/",
    "en/opportunities/introductions/by-link/<str:token>/story/agree/",
    "en/opportunities/introductions/by-link/<str:token>/story/withdraw/",
    "en/organizations/<slug:slug>/",
    "en/resources/",
    "en/resources/<slug:slug>/",
    "en/resources/suggest/",
    "en/resources/<slug:slug>/report/",
    "en/resources/coverage/",
    "en/resources/coverage/<slug:slug>/",
    "en/resources/coverage/<slug:slug>/<slug:economy>/<slug:topic>/<slug:language>/",
    "en/resources/coverage/<slug:slug>/coverage.csv",
    "en/resources/export.csv",
    "en/resources/export.jsonl",
    "en/resources/feed.atom",
    "en/resources/dates.ics",
    "en/resources/dates/",
    "en/resources/finder/",
}
#: Of the library's mailbox, which is there only in demonstrations and development.
MAILBOX = "mail/"
#: Take POST alone, and say so before they ask who you are; the sign-in is asked for on POST.
POST_ONLY = {
    "en/notifications/<uuid:uid>/open/",
    "en/notifications/following/<int:pk>/end/",
    "en/notifications/mark-all-read/",
}
STANDS_FOR = {"slug": "none", "str": "none", "int": "999999", "uuid": "00000000-0000-0000-0000-000000000000"}


def routes(resolver=None, prefix=""):
    """Every pattern of the project with its full route, parameters and all; the admin is Django's own."""
    for entry in (resolver or get_resolver()).url_patterns:
        part = "en/" if isinstance(entry.pattern, LocalePrefixPattern) else str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, prefix + part)
        elif isinstance(entry, URLPattern) and not prefix.startswith(("admin/", MAILBOX)):
            yield prefix + part


def filled(route):
    """A route with its parameters filled in by something that does not exist."""
    route = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route)
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: STANDS_FOR[found[1] or "str"], route)
    return "/" + route.replace("^", "").replace("$", "")


ALL_ROUTES = sorted(set(routes()))


@pytest.mark.django_db
@pytest.mark.parametrize("route", ALL_ROUTES)
def test_a_visitor_may_open_what_is_on_the_list_and_is_asked_to_sign_in_for_everything_else(client, route):
    response = client.post(filled(route)) if route in POST_ONLY else client.get(filled(route))

    asked_to_sign_in = response.status_code == 302 and "/account/login/" in response.url
    if route in OPEN_TO_ALL:
        assert not asked_to_sign_in
        assert response.status_code in {200, 302, 404, 405}
    else:
        assert asked_to_sign_in, f"answers {response.status_code} to a visitor and is not on the list"


def test_the_list_names_only_addresses_that_exist():
    assert set(ALL_ROUTES) >= OPEN_TO_ALL
