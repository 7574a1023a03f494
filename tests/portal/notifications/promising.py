"""A web process, as far as promises go: run as ``python -m tests.portal.notifications.promising 20 10 0.05``.

Commits 20 transactions of 10 promises each, made by 10 calls of notify(), with a pause between them, and prints for
each how many milliseconds the commit took with the hint to the workers.
"""

import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402

from portal.accounts.models import Organization  # noqa: E402
from portal.notifications.outbox import Address, notify  # noqa: E402


def main(transactions: int, promises: int, pause: float) -> None:
    meeting = Organization.objects.get()
    for number in range(transactions):
        with transaction.atomic():
            for other in range(promises):
                person = Address(f"person-{number}-{other}@example.com", "fr")
                notify([person], "dialogues/meeting", about=meeting, word="x")
            started = time.perf_counter()
        print((time.perf_counter() - started) * 1000, flush=True)  # noqa: T201 -- what the test reads
        time.sleep(pause)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
