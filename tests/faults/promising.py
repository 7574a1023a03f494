"""A web process, as far as promises go. Run as ``python -m tests.faults.promising``; each line of its input is
``kind count name``, for which it commits ``count`` promises in transactions of ten to ``name-0@example.com`` and so on,
and answers with a line."""

import sys

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from portal.accounts.models import Organization  # noqa: E402
from portal.notifications.outbox import Address, notify  # noqa: E402
from tests.factories.accounts import OrganizationFactory  # noqa: E402


def promise(kind: str, count: int, name: str) -> None:
    meeting = Organization.objects.filter(slug="bridge").first() or OrganizationFactory(
        slug="bridge", name="Bridge", agency=True
    )
    for start in range(0, count, 10):
        with transaction.atomic():
            for number in range(start, min(start + 10, count)):
                person = Address(f"{name}-{number}@example.com", "fr")
                notify([person], kind, about=meeting, occasion=name, word="x", note="x")
    # The next line may come after PostgreSQL was killed.
    connection.close()


def main() -> None:
    for line in sys.stdin:
        kind, count, name = line.split()
        promise(kind, int(count), name)
        print("promised", flush=True)  # noqa: T201 -- what the test waits for


if __name__ == "__main__":
    main()
