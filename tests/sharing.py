"""Data that many tests only look at is made once for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.db import transaction
from django.utils import translation
from pytest_django import DjangoDbBlocker


@contextmanager
def kept(blocker: DjangoDbBlocker) -> Iterator[None]:
    """What is written inside stays until the end, and is then taken back.

    For fixtures of a class or a module, which ask for ``django_db_setup`` and ``django_db_blocker`` and yield inside:
    each test's own transaction is a savepoint in this one. Every test of that class or module must want the data, and
    none may need real commits.
    """
    with blocker.unblock(), translation.override("en"), transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside is undone at its end, in the database and in the cache."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    cache.clear()
