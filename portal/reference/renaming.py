"""Another code for a part of the vocabulary, two that become one, one that is given up: everything goes along.

A code stands in addresses, in what things are found under (arrays ``facets``) and in what people follow. A change
rewrites the arrays in one statement for each kind of thing, leaves a :class:`CodeChange` by which old addresses are
understood, and says so (``code_changed``) to those who keep codes of their own.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import connection, models, transaction
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from portal import pagecache
from portal.activity.log import record
from portal.lifecycle import lock
from portal.reference.models import Agreement, CodeChange, Sector, Topic

#: Sent inside the transaction, while the old row still has its label; ``change``: a :class:`CodeChange`; ``touched``:
#: the label of a model → the keys of its rows that were found under the old code.
code_changed = Signal()
#: How far a chain of renamings is followed.
_MOST_STEPS = 10
#: Of one address; nobody types more.
_MOST_VALUES = 50

#: Facet → the model whose slugs are its codes.
_models: dict[str, type[models.Model]] = {"topic": Topic, "sector": Sector, "agreement": Agreement}


def declare(facet: str, model: type[models.Model]) -> None:
    """Let the slugs of ``model`` be renamed as the codes of ``facet``; called once, when its app is ready."""
    _models[facet] = model


def facets() -> list[str]:
    return sorted(_models)


def find(facet: str, slug: str) -> Any:
    """Raises ``LookupError`` for a facet whose codes are nobody's slugs, or a slug that nothing has."""
    if facet not in _models:
        raise LookupError(f"The codes of “{facet}” are not kept here.")
    row = _models[facet]._default_manager.filter(slug=slug).first()
    if row is None:
        raise LookupError(f"There is no {facet} “{slug}”.")
    return row


def facet_of(row: models.Model) -> str:
    """Raises ``LookupError`` for a model whose slugs are no codes."""
    for facet, model in _models.items():
        if isinstance(row, model):
            return facet
    raise LookupError(f"{row._meta.label} has no codes.")


@transaction.atomic
def rename(row: Any, *, to: str, by: Any) -> Any:
    """Give ``row`` another slug, and everything that names the old one the new.

    Raises ``ValidationError``: ``invalid`` for what is no slug, ``taken``, ``same``.
    """
    row, facet = lock(row), facet_of(row)
    validate_slug(to)
    if to == row.slug:
        raise ValidationError(_("That is the code it has now."), code="same")
    if type(row)._default_manager.filter(slug=to).exists():
        raise ValidationError(_("Another one has this code. Merge them instead."), code="taken")
    old, row.slug = row.slug, to
    row.save(update_fields=["slug"])
    _change(row, facet, old, to, by=by)
    return row


@transaction.atomic
def merge(row: Any, *, into: Any, by: Any) -> Any:
    """Let ``into`` stand for ``row`` wherever that is named, and take ``row`` away; return ``into``.

    Raises ``ValidationError``: ``same`` for one and the same, ``kind`` for two of different kinds.
    """
    if type(row) is not type(into):
        raise ValidationError(_("Only two of the same kind can become one."), code="kind")
    if row.pk == into.pk:
        raise ValidationError(_("Choose another one to merge it into."), code="same")
    if any(relation.related_model is type(row) and _names(relation, into) == row.pk for relation in _others(row)):
        raise ValidationError(_("It is a part of what you merge into it. Take it out first."), code="circle")
    # In one order, so that two who merge crosswise wait for each other instead of for ever.
    for one in sorted((row, into), key=lambda one: one.pk):
        lock(one)
    _change(into, facet_of(row), row.slug, into.slug, by=by, is_merge=True)
    for relation in _others(row):
        _relate(relation, row, into)
    row.delete()
    return into


@transaction.atomic
def give_up(row: Any, *, by: Any) -> None:
    """Take ``row`` away: nothing is found under its code any more.

    Raises ``ProtectedError`` while something cannot be without it.
    """
    row, facet = lock(row), facet_of(row)
    _change(row, facet, row.slug, "", by=by)
    row.delete()


def followed(facet: str, given: Iterable[str], known: Collection[str]) -> list[str]:
    """The values of an address with those that were renamed since under their new names, each once. Costs a query only
    when one of them is unknown."""
    values = list(given)
    unknown = [value for value in values if value not in known and "\0" not in value][:_MOST_VALUES]
    renamed = dict(_newest(facet, unknown, known)) if unknown else {}
    return list(dict.fromkeys(renamed.get(value, value) for value in values))


def latest(facet: str, code: str) -> str:
    """What ``code`` is called now; itself when it was never renamed. For an address that leads nowhere any more."""
    if "\0" in code or facet not in _models:
        return code
    known = set(_models[facet]._default_manager.values_list("slug", flat=True))
    return dict(_newest(facet, [code], known)).get(code, code)


def _newest(facet: str, old: list[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each old code with what it is called now, of those that are called something known."""
    now = {value: value for value in old}
    for _step in range(_MOST_STEPS):
        unsettled = {value for value in now.values() if value not in known}
        if not unsettled:
            break
        rows = CodeChange.objects.filter(facet=facet, old__in=unsettled).order_by("pk").values_list("old", "new")
        step = dict(rows)
        if not step:
            break
        now = {value: step.get(name, name) for value, name in now.items()}
    yield from ((value, name) for value, name in now.items() if name in known)


def _change(row: Any, facet: str, old: str, new: str, *, by: Any, is_merge: bool = False) -> None:
    change = CodeChange.objects.create(facet=facet, old=old, new=new, is_merge=is_merge, by=by)
    touched = _rewrite(f"{facet}:{old}", f"{facet}:{new}" if new else "")
    record(by, "code_changed", row, facet=facet, old=old, new=new)
    code_changed.send(CodeChange, change=change, touched=touched)
    pagecache.changed()


def _rewrite(old: str, new: str) -> dict[str, list[int]]:
    """What things are found under: each code once, in order. Return the keys of those that changed, by model."""
    touched: dict[str, list[int]] = {}
    for model in apps.get_models():
        if "facets" not in {field.name for field in model._meta.concrete_fields}:
            continue
        table, key = (connection.ops.quote_name(str(name)) for name in (model._meta.db_table, model._meta.pk.column))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET facets = ARRAY("  # noqa: S608 -- our tables
                " SELECT item FROM (SELECT DISTINCT unnest(CASE WHEN %(new)s = '' THEN array_remove(facets::text[],"
                " %(old)s) ELSE array_replace(facets::text[], %(old)s, %(new)s) END) AS item) AS held"
                ' ORDER BY item COLLATE "C")'
                f" WHERE facets @> ARRAY[%(old)s]::varchar[] RETURNING {key}",
                {"old": old, "new": new},
            )
            touched[model._meta.label] = [pk for (pk,) in cursor.fetchall()]
    return touched


def _others(row: Any) -> list[Any]:
    """The relations by which other rows name this one."""
    return list(row._meta.related_objects)


def _names(relation: Any, other: Any) -> Any:
    """What ``other`` names by this relation, when it can name one."""
    return None if relation.many_to_many else getattr(other, relation.field.attname)


def _relate(relation: Any, row: Any, into: Any) -> None:
    """Let what names ``row`` by this relation name ``into``."""
    if relation.many_to_many:
        through, near, far = relation.through, relation.field.m2m_reverse_field_name(), relation.field.m2m_field_name()
        rows = through._default_manager.filter(**{near: row})
        has = through._default_manager.filter(**{near: into}).values(far)
        rows.filter(**{f"{far}__in": has}).delete()
        rows.update(**{near: into})
    else:
        relation.related_model._default_manager.filter(**{relation.field.name: row}).update(
            **{relation.field.name: into}
        )
