"""Following sessions and commitments: which ones an address asks for, how that reads, and when they are news.

They are told of once, when they become public. What happens to one of them afterwards is told to who follows that one
(dialogues/watching.py).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from django.db import models
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dialogues import alert_wording, announcing
from dialogues.models import Commitment, Dialogue, Session
from portal.accounts.models import Membership, User
from portal.languages import NAMES, Language, column, current
from portal.notifications import followed, matching
from portal.notifications.followed import Followable, Wish
from portal.reference.labels import labels
from portal.search.facets import code
from portal.search.text import vectors
from resources import filters

Known = Mapping[str, Mapping[str, Any]]
#: What sessions and commitments can be told by, with the names of the facets.
OF_SESSIONS = {
    "dialogue": _("Dialogue"),
    "economy": _("Economy"),
    "topic": _("Topic"),
    "language": _("Language"),
}
OF_COMMITMENTS = {"dialogue": _("Dialogue"), "economy": _("Economy"), "topic": _("Topic")}


def declare() -> None:
    """Let people follow both; called once, when the app is ready."""
    followed.declare(
        Followable(
            name="session",
            model=Session,
            facets=tuple(OF_SESSIONS),
            mail="dialogues/session_followed",
            read=partial(read, OF_SESSIONS),
            sentence=partial(sentence, alert_wording.new_sessions),
            path=partial(path, "dialogues:dialogue-detail"),
            public=upcoming,
            makers=told_of_session,
            names=names,
        )
    )
    followed.declare(
        Followable(
            name="commitment",
            model=Commitment,
            facets=tuple(OF_COMMITMENTS),
            mail="dialogues/commitment_followed",
            read=partial(read, OF_COMMITMENTS),
            sentence=partial(sentence, alert_wording.new_commitments),
            path=partial(path, "dialogues:commitment-list"),
            public=published,
            makers=told_of_commitment,
            names=names,
        )
    )


def announce_session(session: Session) -> None:
    """A session is in the calendar: tell who follows such sessions, unless it is among the Parties alone."""
    if session.is_public:
        _index(session, codes_of_session(session), ("title",), session.topics.all())
        matching.announce(session)


def announce_commitments(commitments: Iterable[Commitment]) -> None:
    """Commitments are published: tell who follows such commitments, unless they were made among the Parties alone."""
    for commitment in commitments:
        if commitment.session.is_public:
            _index(commitment, codes_of_commitment(commitment), ("text",), _topics(commitment))
            matching.announce(commitment)


def codes_of_session(session: Session) -> list[str]:
    """``["dialogue:usmca-sme-dialogue", "economy:MX", "language:es", "topic:customs-procedures"]``: its economies are
    all Parties', for it meets for each of them."""
    held: dict[str, Iterable[str]] = {
        "dialogue": {session.dialogue.slug},
        "economy": set(session.dialogue.party_codes),
        "topic": set(session.topics.values_list("slug", flat=True)),
        "language": set(session.working_languages),
    }
    return sorted(code(facet, value) for facet, values in held.items() for value in values)


def codes_of_commitment(commitment: Commitment) -> list[str]:
    """Its dialogue, the economy of who keeps it, and the topics of its session."""
    held: dict[str, Iterable[Any]] = {
        "dialogue": {commitment.session.dialogue.slug},
        "economy": {commitment.owner.economy_id} - {None},
        "topic": set(_topics(commitment).values_list("slug", flat=True)),
    }
    return sorted(code(facet, str(value)) for facet, values in held.items() for value in values)


def read(facets: Mapping[str, Any], query: QueryDict) -> Wish:
    """What an address asks for, in the codes that sessions and commitments hold."""
    known = {facet: labelled for facet, labelled in names().items() if facet in facets}
    asked = filters.read(query, known, names=facets, orders={})
    codes = sorted(code(facet, value) for facet in facets for value in asked.chosen.get(facet, ()))
    return Wish(tuple(codes), asked.words, asked.left_out)


def names(_codes: Sequence[str] = ()) -> Known:
    """Facet → value → its label, in the active language."""
    known = labels(current())
    dialogues = Dialogue.objects.prefetch_related("parties")
    parties = {economy.pk for dialogue in dialogues for economy in dialogue.parties.all()}
    return {
        "dialogue": {dialogue.slug: dialogue.title for dialogue in dialogues},
        "economy": {place: label for place, label in known.economies.items() if place in parties},
        "topic": known.topics,
        "language": {language.value: name for language, name in NAMES.items()},
    }


def sentence(wording: Any, codes: Sequence[str], words: str, known: Known | None = None) -> str:
    """ "New sessions of the USMCA SME Dialogue, in Spanish", in the active language."""
    known = names() if known is None else known
    named = {"words": [words]} if words else {}
    named |= {
        # A value that has left the vocabulary is shown as its code.
        facet: [str(known.get(facet, {}).get(value, value)) for value in values]
        for facet, values in _chosen(codes).items()
    }
    said: str = wording(named)
    return said


def path(of_one_dialogue: str, codes: Sequence[str], words: str) -> str:
    """The page of the dialogue, when it is of one; else all dialogues. In the active language."""
    dialogues = _chosen(codes).get("dialogue", [])
    return reverse(of_one_dialogue, args=dialogues) if len(dialogues) == 1 else reverse("dialogues:dialogue-list")


def upcoming() -> QuerySet[Session]:
    return Session.objects.public().filter(pk__in=Session.objects.upcoming().order_by().values("pk"))


def published() -> QuerySet[Commitment]:
    return Commitment.objects.published().filter(session__in=Session.objects.public())


def told_of_session(session: Session) -> Iterable[User | None]:
    """Whoever hears of it in person: the Parties' officials, who has a place or an invitation."""
    rows: list[Any] = [*announcing.registered(session), *announcing.invited(session)]
    return [*announcing.officials(session.dialogue), *(row.user for row in rows if row.user)]


def told_of_commitment(commitment: Commitment) -> Iterable[User | None]:
    """Whoever keeps it, and who agreed on it."""
    members = Membership.objects.active().filter(organization=commitment.owner, user__is_active=True)
    keepers = User.objects.filter(pk__in=members.values("user"))
    return [*keepers, *announcing.officials(commitment.session.dialogue)]


def _index(row: models.Model, codes: list[str], written: Sequence[str], topics: Iterable[Any]) -> None:
    """Keep what it is matched by."""
    texts = {
        language: [("A", text) for field in written if (text := getattr(row, column(field, language)))]
        + [("C", text) for topic in topics if (text := getattr(topic, column("label", language)))]
        for language in Language.values
    }
    type(row)._default_manager.filter(pk=row.pk).update(facets=codes, **vectors(texts))


def _topics(commitment: Commitment) -> QuerySet[Any]:
    return commitment.session.topics.all()


def _chosen(codes: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in codes:
        facet, _colon, value = item.partition(":")
        found.setdefault(facet, []).append(value)
    return found
