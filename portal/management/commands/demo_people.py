"""The cast of the demonstration: one account for each role and economy, with a password that everybody knows."""

from dataclasses import dataclass
from functools import cache

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts.models import Membership, Organization, User
from portal.activity.log import record
from portal.reference.loading import one_load_at_a_time

PASSWORD = "try-the-portal"  # noqa: S105 -- known on purpose: the command refuses outside a demonstration
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Person:
    """Who plays, where she works (the organization's slug), and what her account is good for."""

    account: str
    full_name: str
    language: str
    time_zone: str
    organization: str
    role: str
    try_this: str

    @property
    def email(self) -> str:
        return f"{self.account}@{DOMAIN}"


SME = "SME owner"
CHAMBER = "Chamber"
OFFICIAL = "Official"
ADMINISTRATOR = "Administrator"

CAST = [
    Person(
        "sme.us",
        "Sara Miller",
        "en",
        "America/Los_Angeles",
        "sample-company-103",
        f"{SME}, United States",
        "answer a request from Taiwan or Mexico under Opportunities",
    ),
    Person(
        "sme.tw",
        "林雅婷",
        "zh-hant",
        "Asia/Taipei",
        "sample-company-057",
        f"{SME}, Taiwan",
        "search the guides for 關稅, answer a request from Canada",
    ),
    Person(
        "sme.mx",
        "María Fernanda Ríos",
        "es",
        "America/Mexico_City",
        "sample-company-128",
        f"{SME}, Mexico",
        "register for a dialogue session, edit the company profile",
    ),
    Person(
        "sme.ca",
        "Élise Gagnon",
        "fr",
        "America/Toronto",
        "sample-company-097",
        f"{SME}, Canada (Quebec)",
        "read a guide in French, draft a partner request",
    ),
    Person(
        "chamber.us",
        "Charles Bennett",
        "en",
        "America/New_York",
        "us-chamber",
        f"{CHAMBER}, United States",
        "post a partner request for a member firm",
    ),
    Person(
        "chamber.tw",
        "陳志明",
        "zh-hant",
        "Asia/Taipei",
        "tw-cnaic",
        f"{CHAMBER}, Taiwan",
        "accept or decline the interest in a request",
    ),
    Person(
        "chamber.mx",
        "Javier Ortega Luna",
        "es",
        "America/Mexico_City",
        "mx-canacintra",
        f"{CHAMBER}, Mexico",
        "review a request that a firm submitted",
    ),
    Person(
        "chamber.ca",
        "Nathalie Roy",
        "fr",
        "America/Toronto",
        "ca-ccmm",
        f"{CHAMBER}, Canada",
        "see which companies a request suits, and why",
    ),
    Person(
        "official.us",
        "Olivia Carter",
        "en",
        "America/New_York",
        "us-ustr",
        f"{OFFICIAL}, United States",
        "create a session of the USMCA dialogue, set its agenda, schedule it",
    ),
    Person(
        "official.mx",
        "Óscar Medina Solís",
        "es",
        "America/Mexico_City",
        "mx-se",
        f"{OFFICIAL}, Mexico",
        "draft, submit and publish a guide of Mexico",
    ),
    Person(
        "official.ca",
        "Claire Dubois",
        "en",
        "America/Toronto",
        "ca-gac",
        f"{OFFICIAL}, Canada",
        "write minutes with decisions and commitments",
    ),
    Person(
        "official.tw",
        "黃淑芬",
        "zh-hant",
        "Asia/Taipei",
        "tw-smesa",
        f"{OFFICIAL}, Taiwan",
        "reschedule a session with the United States and look at the mail",
    ),
    Person(
        "administrator",
        "Ada Quinn",
        "en",
        "UTC",
        "",
        ADMINISTRATOR,
        "verify an organization that waits, keep the reference data",
    ),
]


class Command(BaseCommand):
    help = "Create the demonstration accounts and say how to use them. Only for demonstrations and development."

    def handle(self, *args, **options):
        if not (settings.DEMO or settings.DEBUG):
            raise CommandError("The password of these accounts is known: set PORTAL_DEMO or DEBUG to allow them.")
        with one_load_at_a_time():
            for person in CAST:
                create(person)
        for line in table():
            self.stdout.write(line)


@transaction.atomic
def create(person: Person) -> User:
    """Create the account if it is not there. One that is there keeps what its user made of it."""
    user = User.objects.filter(email=person.email).first()
    if user is None:
        administers = person.role == ADMINISTRATOR
        user = User.objects.create_user(
            person.email,
            full_name=person.full_name,
            language=person.language,
            time_zone=person.time_zone,
            is_sample=True,
            is_staff=administers,
            is_superuser=administers,
        )
        user.password = _hashed()
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    elif not user.is_sample:
        raise CommandError(f"{person.email} is the account of a real person here.")
    if person.organization:
        _join(user, person)
    return user


@cache
def _hashed() -> str:
    """Hashed once for all: it is the same known password, and hashing is slow on purpose."""
    return make_password(PASSWORD)


def _join(user: User, person: Person) -> None:
    """Let her work where the cast says, unless she was there before (and perhaps left)."""
    organization = Organization.objects.filter(slug=person.organization).first()
    if organization is None:
        if person.role.startswith(SME):
            return  # the sample companies are loaded on their own
        raise CommandError(f"There is no organization {person.organization!r}: run load_catalogue first.")
    if user.memberships.filter(organization=organization).exists():
        return
    if user.purpose != organization.kind:
        user.purpose = organization.kind
        user.save(update_fields=["purpose"])
    Membership.objects.create(user=user, organization=organization, role=Membership.Role.MANAGER)
    record(None, "admitted", organization, person=user.full_name)


def table() -> list[str]:
    """One line per account: role, address, password, what to try."""
    roles = max(len(person.role) for person in CAST)
    emails = max(len(person.email) for person in CAST)
    return [f"{p.role:<{roles}} · {p.email:<{emails}} · {PASSWORD} · {p.try_this}" for p in CAST]
