"""Addresses that only one person knows, for programs that cannot sign in: her calendar, her feed.

The row behind one (a model with ``user``, ``generation``, ``is_on``, ``changed_at``) names which of the addresses that
were given is the one that works, so that each can be made anew and ended.
"""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.activity.log import record


@dataclass(frozen=True)
class SecretAddress:
    """One kind of them: its rows, the name of its URL (with the token as its only argument), and its verbs' names."""

    model: type[models.Model]
    salt: str
    url_name: str
    made: str
    ended: str

    def begin(self, *, by: User) -> Any:
        """Give her an address; an old one stops working. Returns its row."""
        with transaction.atomic():
            rows: Any = self.model._default_manager.select_for_update()
            mine, is_new = rows.get_or_create(user=by)
            if not is_new:
                mine.generation += 1
                mine.is_on, mine.changed_at = True, timezone.now()
                mine.save(update_fields=["generation", "is_on", "changed_at"])
            record(by, self.made, by)
            return mine

    def end(self, *, by: User) -> None:
        """Let the address stop working. Doing it twice changes nothing."""
        with transaction.atomic():
            mine: Any = self.model._default_manager.select_for_update().filter(user=by, is_on=True).first()
            if mine is not None:
                mine.is_on, mine.changed_at = False, timezone.now()
                mine.save(update_fields=["is_on", "changed_at"])
                record(by, self.ended, by)

    def of(self, user: User) -> Any:
        """The row of the address that works now, or None."""
        return self.model._default_manager.filter(user=user, is_on=True).first()

    def path(self, mine: Any) -> str:
        """The secret address, in the active language."""
        return reverse(self.url_name, args=[signing.dumps([mine.user_id, mine.generation], salt=self.salt)])

    def owner(self, token: str) -> User | None:
        """Whose it is, if the address is one we gave and still good."""
        try:
            said: Any = signing.loads(token, salt=self.salt)
            pk, generation = (int(part) for part in said)
        except (signing.BadSignature, TypeError, ValueError):
            return None
        mine: Any = self.model._default_manager.filter(user=pk, generation=generation, is_on=True, user__is_active=True)
        found = mine.select_related("user").first()
        return found.user if found else None
