"""System checks of our own habits: every state has its row of moves, every kind of message its three templates."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 -- its name in Django
from django.db import connections, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from portal.notifications import reasons
from portal.notifications.mails import PARTS, template_name
from portal.notifications.models import Category
from portal.search import meaning, searched

#: A kind as it is spelled in code: "dialogues/session_scheduled". Paths of templates end in a suffix, of pages in "/";
#: what waits on a desk is named by keyword.
KIND = re.compile(rf"""(?<!kind=)["']((?:{"|".join(Category.values)})/[a-z_]+)["']""")


@register(Tags.models)
def check_moves(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E001: a status without a row in MOVES. E002: a row or a target that is no status."""
    return [
        problem
        for model in apps.get_models()
        if isinstance(moves := getattr(model, "MOVES", None), dict)
        for problem in problems_of_moves(model, moves)
    ]


def problems_of_moves(model: type[models.Model], moves: dict) -> Iterator[CheckMessage]:
    field: Any = model._meta.get_field("status")
    statuses = {str(value) for value, _label in field.flatchoices}
    sources = {str(name) for name in moves}
    targets = {str(name) for names in moves.values() for name in names}
    for status in sorted(statuses - sources):
        yield Error(f"The status “{status}” has no row in MOVES.", obj=model, id="portal.E001")
    for name in sorted((sources | targets) - statuses):
        yield Error(f"MOVES names “{name}”, which is no status.", obj=model, id="portal.E002")


@register(Tags.templates)
def check_mails(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """W001: a kind of message without its three mail templates. Its rows would wait, so the portal may start.
    W003: one that does not say why people get it."""
    own = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).is_relative_to(settings.BASE_DIR)]
    spelled = {kind: place for folder in own for kind, place in kinds_spelled(folder)}
    return [problem for kind, place in sorted(spelled.items()) for problem in problems_of_kind(kind, place)]


@register(Tags.database)
def check_meaning(app_configs: object, databases: object = None, **kwargs: object) -> list[CheckMessage]:
    """W002: search goes by words alone. Run by ``migrate`` and by ``check --database default``."""
    if not databases:
        return []
    without = [entry for entry in searched.with_meaning() if entry.meaning and meaning.is_without(entry.meaning)]
    return [
        Warning(
            f"{entry.label} is found by words and the thesaurus, but not by meaning.",
            hint="Install pgvector on the database server, run CREATE EXTENSION vector, then manage.py embed.",
            id="portal.W002",
        )
        for entry in without
    ]


@register(Tags.database)
def check_squashed(
    app_configs: object, databases: Collection[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """E004: some of the migrations that one stands for now. Django would pass over the rest and say nothing, or name
    something else. Run as W002 is."""
    problems: list[CheckMessage] = []
    for name in databases or ():
        loader = MigrationLoader(connections[name], load=False)
        loader.load_disk()
        applied = MigrationRecorder(connections[name]).applied_migrations()
        problems += problems_of_squashed(loader.disk_migrations, applied)
    return problems


def problems_of_squashed(
    on_disk: Mapping[tuple[str, str], Migration], applied: Collection[tuple[str, str]]
) -> Iterator[CheckMessage]:
    for (app, name), migration in sorted(on_disk.items()):
        stood_for = migration.replaces or []
        gone = [key for key in stood_for if key not in applied and key not in on_disk]
        if gone and any(key in applied for key in stood_for):
            yield Error(
                f"This database has only some of the migrations that {app}.{name} stands for; {gone[0][1]} is missing.",
                hint="Run “migrate” of the last version that has that one as a file, then of this one. Where a new"
                " database's first “migrate” was cut off, make that database anew.",
                id="portal.E004",
            )


def kinds_spelled(folder: Path) -> Iterator[tuple[str, Path]]:
    """Each kind of message that the code below ``folder`` spells out, and the file it stands in."""
    for path in folder.rglob("*.py"):
        for kind in KIND.findall(path.read_text(encoding="utf-8")):
            yield kind, path


def problems_of_kind(kind: str, place: Path) -> Iterator[CheckMessage]:
    if missing := [name for part in PARTS if not _exists(name := template_name(kind, part))]:
        yield Warning(f"“{kind}” needs {', '.join(missing)}.", hint=f"It is sent in {place}.", id="portal.W001")
    if not reasons.is_declared(kind):
        yield Warning(f"“{kind}” does not say why people get it.", hint=f"It is sent in {place}.", id="portal.W003")


@register(Tags.security)
def check_way_out(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """E003: this machine's own servers are open to whoever types an address, where real people are."""
    if not settings.OUTGOING_LOOPBACK_PORTS or settings.DEBUG:
        return []
    text = "OUTGOING_LOOPBACK_PORTS lets addresses that people type reach this machine's own servers."
    return [Error(text, hint="Leave it empty: it is for tests and development.", id="portal.E003")]


def _exists(template: str) -> bool:
    try:
        get_template(template)
    except TemplateDoesNotExist:
        return False
    return True
