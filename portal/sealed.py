"""Texts that the database holds encrypted: whoever reads a dump of it cannot use them.

The key is made from ``SECRET_KEY``; what was sealed under one of ``SECRET_KEY_FALLBACKS`` is still read. Fernet
(https://github.com/fernet/spec) encrypts and authenticates.
"""

import base64
from functools import lru_cache
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

#: How a sealed text begins; one without is from before they were sealed.
MARK = "sealed:"


class Unreadable(str):
    """An empty text in the place of one that no key opens any more. Saved again, what is stored stays as it is."""

    sealed: str
    __slots__ = ("sealed",)

    def __new__(cls, sealed: str) -> Self:
        empty = super().__new__(cls, "")
        empty.sealed = sealed
        return empty


def seal(text: str) -> str:
    """The text encrypted with the key of today; an empty one stays empty."""
    if isinstance(text, Unreadable):
        return text.sealed
    return MARK + _keys().encrypt(text.encode()).decode() if text else ""


def unseal(stored: str) -> str:
    """The text again; ``Unreadable`` when none of the keys opens it."""
    if not stored.startswith(MARK):
        return stored
    try:
        return _keys().decrypt(stored.removeprefix(MARK)).decode()
    except InvalidToken:
        return Unreadable(stored)


def reseal(rows: models.QuerySet[Any]) -> int:
    """Seal every such text of these rows with the key of today; return how many rows have one that no key opens."""
    names = [field.name for field in rows.model._meta.concrete_fields if isinstance(field, SealedText)]
    lost = 0
    for row in rows.select_for_update(of=("self",)).order_by("pk"):
        row.save(update_fields=names)
        lost += any(isinstance(getattr(row, name), Unreadable) for name in names)
    return lost


class SealedText(models.TextField):
    """A text that stands encrypted in the database, and plain on the model. It cannot be searched."""

    def from_db_value(self, value: str | None, *_connection: Any) -> str | None:
        return None if value is None else unseal(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else seal(value)


def _keys() -> MultiFernet:
    return _made_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _made_of(secrets: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    # A key of its own: what leaks of this one says nothing of the signatures made with SECRET_KEY.
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"portal.sealed").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
