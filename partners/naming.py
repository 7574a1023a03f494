"""Hears of organizations that are created or renamed, so that their names are compared with the screening lists."""

from typing import Any

from django.db import transaction

from partners import screening, screening_tasks
from portal.accounts.models import Organization
from portal.accounts.naming import named


def listen() -> None:
    """Hear of every name from now on; called once, when the app is ready."""
    named.connect(on_named, dispatch_uid="partners.screening")


def on_named(organization: Organization, **signal: Any) -> None:
    """Keep the names in the transaction of the verb; compare them after its commit."""
    if screening.note_names([organization]):
        transaction.on_commit(screening_tasks.hint)
