"""Nothing above the rung leaks: every output × every rung × every role.

The outputs are found, not listed: every address of the URL conf that answers to GET, with what exists in the world for
its parameters; every address in a mail somebody got; every mail with its headers, text, HTML and calendar; every
promise. A new page, feed, file or mail is looked at without a line here.
"""

import itertools
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core import mail
from django.db import connection
from django.urls import Resolver404, resolve, reverse
from django.utils.html import escape

from partners import chasing, directory, interests, ladder, requesting
from partners.models import ExpressionOfInterest, Introduction, PartnerRequest
from portal.about import DATASETS
from portal.accounts.models import Organization
from portal.activity.models import Activity
from portal.notifications import delivery
from portal.notifications.models import Notification
from portal.urls import SITEMAPS
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.partners import (
    ChamberMemberFactory,
    CompanyProfileFactory,
    PartnerRequestFactory,
    RequestAttachmentFactory,
)
from tests.portal.test_every_address import routes
from tests.sharing import taken_back

# Each test walks every address there is; on a busy machine that takes minutes.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(900), pytest.mark.usefixtures("counted_once")]

#: What must be hidden below its rung. Names of firms stand with the short name in their addresses.
SECRETS = {
    "request company": ("Mangos del Istmo", "mangos-del-istmo"),
    "request contact": ("Marisol Ordóñez", "marisol@istmo.example"),
    "interested company": ("Cascade Snacks", "cascade-snacks"),
    "interested contact": ("Nora Whitfield", "nora@cascade.example"),
    "answers": ("We make snacks for schools", "Ten years of granola", "Let us talk on Tuesday"),
    "chamber's person": ("Ramiro Cantú", "ramiro@camara.example"),
    "file": ("Prices of Mangos",),
}
#: What the request's own side and the interested company know of themselves.
OWN = {
    "own side": {"request company", "request contact", "chamber's person", "file"},
    "own chamber": {"request company", "request contact", "chamber's person", "file"},
    "other side": {"interested company", "interested contact", "answers"},
    # A chamber knows its own members by name; of whom they met it reads nothing.
    "chamber of the interested firm": {"interested company"},
}
#: What each state of the interest adds, to whom. Everybody else knows nothing, ever.
SENT = {"own side": {"interested company", "answers"}, "own chamber": {"interested company", "answers"}}
NAMED = {**SENT, "other side": {"request company", "file"}}
MET = {
    "own side": {"interested company", "interested contact", "answers"},
    "own chamber": {"interested company", "interested contact", "answers"},
    "other side": {"request company", "request contact", "file"},
}
NOTHING: dict[str, set[str]] = {}
STATES = {
    "published": NOTHING,
    "sent": SENT,
    "declined": SENT,
    "expired": SENT,
    "withdrawn": NOTHING,
    "accepted, contacts kept back": NAMED,
    "accepted": MET,
    "contact taken back by the request's side": NAMED,
    "contact taken back by the interested side": NAMED,
    "company taken back by the request's side": SENT,
    "company taken back by the interested side": NOTHING,
    "contact has left": {**MET, "own side": SENT["own side"], "own chamber": SENT["own chamber"]},
}
SIDES = ("own side", "other side")
OTHERS = ("own chamber", "visitor", "unrelated firm", "other chamber", "chamber of the interested firm", "official")
#: The states the others are walked through: the highest, and one that was closed again.
LOOKED_AT_BY_OTHERS = ("accepted", "company taken back by the request's side")
#: What the walk of a side must find in such a state, or it would not find a leak either.
OPENED = {
    ("sent", "own side"): "interested company",
    ("accepted, contacts kept back", "other side"): "request company",
    ("accepted", "other side"): "request contact",
    ("accepted", "own side"): "interested contact",
}
#: Of the other rooms only the pages without parameters, at the highest rung: what is about one dialogue or resource
#: holds no partners.
ELSEWHERE = re.compile(r"^en/(resources|dialogues|account)/")
#: Where somebody asks to join a firm whose address she knows: it says the firm's name, and nothing of what it asks for.
JOINING = "en/organizations/<slug:slug>/join/"
#: Addresses that turned out to take POST alone; no need to ask them again.
POST_ONLY: set[str] = set()

#: The key of the first row of everything in this world, so that one number fills every address.
FIRST = 900_001


@dataclass
class World:
    request: PartnerRequest
    interest: ExpressionOfInterest | None
    people: dict


@pytest.fixture
def one_number_for_all(db):
    """What is made from here on counts from ``FIRST``, in every table that an address may lead to."""
    with connection.cursor() as cursor:
        for label in ("partners", "accounts", "notifications"):
            for model in apps.get_app_config(label).get_models():
                if model._meta.pk.column != "id":
                    continue  # it has the key of what it belongs to
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)"
                    " WHERE pg_get_serial_sequence(%s, 'id') IS NOT NULL",
                    [model._meta.db_table, FIRST, model._meta.db_table],
                )


@pytest.fixture
def people(one_number_for_all, us, mx, owner_mx, reviewer, owner_us, firm_us, sme, chamber, official):
    neighbour = UserFactory(full_name="Nell Neighbour", email="nell@northwest.example")
    northwest = OrganizationFactory(chamber=True, name_en="Northwest Chamber", slug="northwest-chamber")
    join(neighbour, northwest)
    # Her chamber speaks for the interested firm, which sent this one by itself.
    ChamberMemberFactory(chamber=northwest, company=firm_us)
    CompanyProfileFactory(organization=Organization.objects.get(memberships__user=sme))
    return {
        "visitor": None,
        "own side": owner_mx,
        "own chamber": reviewer,
        "other side": owner_us,
        "unrelated firm": sme,
        "other chamber": chamber,
        "chamber of the interested firm": neighbour,
        "official": official,
    }


@pytest.fixture
def deliver(django_capture_on_commit_callbacks):
    def run(verb, *args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            return verb(*args, **kwargs)

    return run


@pytest.fixture
def world(one_number_for_all, firm_mx, owner_mx, chamber_mx, reviewer, firm_us, people, deliver):
    """A request in another firm's name, published by its verb, with a file for who was accepted; nobody is listed."""
    firm_us.profile.is_listed = False
    firm_us.profile.save(update_fields=["is_listed"])
    request = PartnerRequestFactory(
        submitted=True,
        company=firm_mx,
        chamber=chamber_mx,
        slug=chamber_mx.slug,
        posted_by=owner_mx,
        title="Dried mango in bulk",
    )
    directory.index(firm_mx.profile)
    request = deliver(requesting.publish, request, by=reviewer)
    RequestAttachmentFactory(request=request, title="Prices of Mangos").file.close()
    return World(request, None, people)


def reach(state, world, firm_us, deliver):
    """Bring the world into a state, by the verbs that lead there."""
    if state == "published":
        return
    ours, theirs = world.people["own side"], world.people["other side"]
    world.interest = deliver(
        interests.express, world.request, company=firm_us, by=theirs, message="We make snacks for schools",
        experience="Ten years of granola", next_step="Let us talk on Tuesday",
    )  # fmt: skip
    if state == "declined":
        deliver(interests.decline, world.interest, reason="no_fit", by=ours)
    elif state == "expired":
        ExpressionOfInterest.objects.update(answer_due_at="2020-01-01T00:00Z")
        deliver(chasing.expire_due)
    elif state == "withdrawn":
        deliver(interests.withdraw, world.interest, by=theirs)
        mail_anew()
    elif state != "sent":
        kept_back = state == "accepted, contacts kept back"
        deliver(interests.accept, world.interest, by=ours, shares_contact=not kept_back)
        close_again(state, world, deliver)


def close_again(state, world, deliver):
    """Take one step back."""
    ours, theirs = world.people["own side"], world.people["other side"]
    steps = {
        "contact taken back by the request's side": ("request", "contact", ours),
        "contact taken back by the interested side": ("interested", "contact", theirs),
        "company taken back by the request's side": ("request", "company", ours),
        "company taken back by the interested side": ("interested", "company", theirs),
    }
    if state in steps:
        side, rung, by = steps[state]
        ladder.withdraw(world.interest, side=side, rung=rung, by=by)
    elif state == "contact has left":
        theirs.memberships.update(status="ended")
        theirs.__dict__.pop("active_memberships", None)
    else:
        return
    mail_anew()


def mail_anew():
    """What left before a step back is with whom it was mailed to; what leaves now must not tell."""
    mail.outbox.clear()
    Notification.objects.update(status="pending", attempts=0)
    assert delivery.deliver_due() > 0


def addresses(world):
    """Every address of the portal that the world has parameters for, with its route."""
    is_highest = world.interest is not None and ladder.is_open(world.interest, "contact")
    for route in sorted(set(routes()) - POST_ONLY - {JOINING}):
        parts = re.findall(r"<(?:(\w+):)?(\w+)>", route)
        if ELSEWHERE.match(route) and (parts or "^" in route or not is_highest):
            continue
        for values in itertools.product(*(values_for(world, route, *part) for part in parts)):
            if route in POST_ONLY:
                break
            filled = route
            for value in values:
                filled = re.sub(r"<[^>]+>", str(value), filled, count=1)
            yield route, "/" + filled.replace("^", "").replace("$", "")


def values_for(world, route, converter, name):
    """What the world has for a parameter; nothing for a token, which is found in a mail instead."""
    firms = [world.request.company.slug, "cascade-snacks"]
    named = {"section": list(SITEMAPS), "name": list(DATASETS), "rung": ["contact"]}
    if name in named:
        return named[name]
    if converter == "int":
        return [FIRST]
    if converter != "slug":
        return []
    # Where an address can only be of one kind, the others would be so many pages that say "not found".
    rooms = {"en/opportunities/": [world.request.slug], "en/directory/companies/": firms, "en/organizations/": firms}
    known = [slugs for room, slugs in rooms.items() if route.startswith(room)]
    return known[0] if known else [world.request.slug, *firms]


def readable(client, user, world):
    """Everything this person can open: (address, headers and content)."""
    client.force_login(user) if user else client.logout()
    for route, url in itertools.chain(addresses(world), mailed_addresses(user)):
        response = client.get(url)
        if response.status_code == 405:
            POST_ONLY.add(route)
            continue
        content = b"".join(response.streaming_content) if response.streaming else response.content
        headers = " ".join(f"{name}: {value}" for name, value in response.items())
        yield url, without_echo(f"{headers} {content.decode(errors='replace')}", url, user)


def mailed_addresses(user):
    """The addresses in the mails to this person, personal links among them."""
    found = [url for message in mails_to(user) for url in re.findall(r"https?://[^\s\"<>]+", message)]
    for url in dict.fromkeys(urlsplit(url)._replace(scheme="", netloc="", fragment="").geturl() for url in found):
        try:
            resolve(urlsplit(url).path)
        except Resolver404:
            continue  # of another site
        yield url, url


def without_echo(text, url, user):
    """Without what the reader brought along: her own name in the frame, and the address she asked for."""
    if user is not None:
        text = text.replace(escape(user.full_name), "").replace(user.full_name, "").replace(user.email, "")
    path = urlsplit(url).path
    for spelled in {path, *(path.replace("/en/", f"/{code}/", 1) for code in ("zh-hant", "es", "fr"))}:
        text = text.replace(spelled, "")
    # Language links and the sign-in's way back spell it once more.
    return text.replace(path.partition("/en")[2], "").replace(path.replace("/", "%2F"), "")


def mails_to(user):
    """Every mail to this person, whole: headers, text, HTML and calendar, as it goes over the wire."""
    if user is None:
        return []
    mine = [message for message in mail.outbox if user.email in message.recipients()[0]]
    return [whole(message, user) for message in mine]


def whole(message, user):
    parts = [message.subject, message.body, *(part[0] for part in message.alternatives)]
    for attachment in message.attachments:
        content = attachment[1] if isinstance(attachment, tuple) else attachment.get_payload(decode=True)
        parts.append(content.decode() if isinstance(content, bytes) else str(content))
    headers = " ".join(f"{key}: {value}" for key, value in message.extra_headers.items())
    text = " ".join([headers, message.from_email, *map(str, parts)])
    return text.replace(user.full_name, "").replace(user.email, "")


def promised_to(user):
    """What the outbox keeps for this person."""
    rows = Notification.objects.filter(recipient=user) if user else ()
    return " ".join(f"{row.subject} {row.context} {row.calendar_body} {row.key}" for row in rows)


def secrets_hidden_from(role, state):
    allowed = OWN.get(role, set()) | STATES[state].get(role, set())
    return [secret for group, words in SECRETS.items() if group not in allowed for secret in words]


def outputs_for(client, world, role):
    """Everything this person can read: (where, text). What her reading wrote is taken back."""
    user = world.people[role]
    with taken_back():
        outputs = [*readable(client, user, world), *(("a mail", text) for text in mails_to(user))]
        outputs.append(("the outbox", promised_to(user)))
    assert len(outputs) > 50  # the walk found its way
    return outputs


def leaks(outputs, state, role):
    """Where this person reads what she must not: "role, address: secret"."""
    hidden = secrets_hidden_from(role, state)
    return [
        f"{role}, {where}: {secret}"
        for where, text in outputs
        for secret in hidden
        if secret in text or escape(secret) in text
    ]


@pytest.mark.parametrize("state", STATES)
def test_neither_side_reads_more_than_the_rung_and_what_it_opens_is_found(client, world, firm_us, deliver, state):
    """The walk would see a leak: it sees what is meant to be seen, on a page and in a mail."""
    reach(state, world, firm_us, deliver)

    for role in SIDES:
        outputs = outputs_for(client, world, role)
        assert leaks(outputs, state, role) == []
        if opened := OPENED.get((state, role)):
            first = SECRETS[opened][0]
            assert any(first in text or escape(first) in text for where, text in outputs if where.startswith("/"))
            assert any(first in text for where, text in outputs if where == "a mail")


@pytest.mark.parametrize("state", LOOKED_AT_BY_OTHERS)
def test_the_chamber_reads_what_its_firm_reads_and_strangers_nothing(client, world, firm_us, deliver, state):
    reach(state, world, firm_us, deliver)

    assert [leak for role in OTHERS for leak in leaks(outputs_for(client, world, role), state, role)] == []


@pytest.mark.parametrize("role", ["visitor", "other side", "unrelated firm"])
def test_a_search_for_what_is_hidden_finds_what_a_search_for_nonsense_finds(client, world, firm_us, deliver, role):
    reach("sent", world, firm_us, deliver)
    user = world.people[role]
    client.force_login(user) if user else client.logout()

    def found(asked, name):
        """The page in words, without what was asked for."""
        page = client.get(reverse(f"partners:{name}"), {"words": asked}).content.decode()
        return re.sub(r"<[^>]+>|\s+", " ", page.replace(escape(asked), "").replace(asked, ""))

    for name in ("request-list", "company-list", "organization-list"):
        nothing = found("xyzzyqux", name)
        # Its goods are mangos, and found as such; the rest of the name is not.
        for words in ("del Istmo", "Istmo", *SECRETS["request contact"]):
            assert found(words, name) == nothing, (name, words)
    assert found("mango", "request-list") != found("xyzzyqux", "request-list")


@pytest.mark.parametrize("state", ["accepted", "company taken back by the interested side"])
def test_no_log_and_no_kept_reason_names_anybody(world, firm_us, deliver, state):
    reach(state, world, firm_us, deliver)

    logged = " ".join(f"{row.object_label} {row.data}" for row in Activity.objects.all())
    reasons = " ".join(str(match.reasons) for match in world.request.matches.all())
    for group in ("request contact", "interested contact", "answers"):
        for secret in SECRETS[group]:
            assert secret not in logged + reasons


def test_the_administration_shows_no_contact_of_an_introduction(client, world, firm_us, deliver, administrator):
    """Whatever hangs on an interest; who wrote a request is the account's business, not the introduction's."""
    reach("accepted", world, firm_us, deliver)
    client.force_login(administrator)

    between = {ExpressionOfInterest, Introduction}
    hanging = [
        model
        for model in apps.get_app_config("partners").get_models()
        if model in between or any(field.related_model in between for field in model._meta.fields)
    ]
    looked = 0
    for model in hanging:
        base = f"/admin/partners/{model._meta.model_name}/"
        for url in (base, *(f"{base}{pk}/change/" for pk in model._default_manager.values_list("pk", flat=True)[:2])):
            response = client.get(url)
            if response.status_code == 404:
                continue  # not in the administration at all
            looked += 1
            for group in ("request contact", "interested contact", "answers"):
                for secret in SECRETS[group]:
                    assert secret not in response.content.decode(), url
    assert looked >= 6
