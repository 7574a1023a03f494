"""Success stories: a confirmed agreement or alliance told in public, with both firms' names, once both sides agree.

A consent is to the text as somebody read it: another text has to be agreed anew. Either side may take the story back at
any time; and nobody reads it any more when a side takes back its consent to be known to the other.
"""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import outcomes, seating, sides
from partners.models import Introduction, Rung, Side, SuccessStory
from portal.accounts.models import User
from portal.accounts.permissions import company_ids
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications.outbox import notify

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

Status = SuccessStory.Status
_AGREED: dict[str, str] = {Side.REQUEST: "request_agreed_at", Side.INTERESTED: "interested_agreed_at"}


def published() -> QuerySet[SuccessStory]:
    """What everybody may read, newest first."""
    return for_pages(SuccessStory.objects.told()).order_by(F("published_at").desc(), "-pk")


def for_pages(rows: QuerySet[SuccessStory]) -> QuerySet[SuccessStory]:
    """With the two firms and what they traded in."""
    return rows.select_related(
        "introduction__interest__request__company__economy", "introduction__interest__company__economy",
        "introduction__interest__sent_for", "introduction__interest__request__chamber",
    ).prefetch_related("introduction__interest__consents")  # fmt: skip


def may_be_told(introduction: "WithAnnotations[Introduction, outcomes.Words]") -> bool:
    """Whether both sides confirm an agreement or alliance, stand by it, and it is not told yet. The introduction comes
    from ``outcomes.with_words``."""
    is_told = SuccessStory.objects.filter(introduction=introduction).exists()
    return (
        introduction.confirmed_stage in outcomes.DEALS and introduction.interest.is_open(Rung.COMPANY) and not is_told
    )


def may_agree(person: User, introduction: Introduction, side: str) -> bool:
    """Being named in public is the firm's own word; its chamber's only for a firm with nobody on the portal."""
    company = seating.company_at(introduction, side)
    if company.pk in company_ids(person):
        return True
    return seating.side_of(person, introduction.interest) == side and not sides.people_of([company]).exists()


@transaction.atomic
def write(
    introduction: Introduction, *, side: str, language: str, title: str, text: str, person: User, by: User | None
) -> SuccessStory:
    """Write the story for one side, which agrees to it by writing where ``person`` may; the other side is asked.

    Raises ``ValidationError``: ``not_confirmed`` without an outcome that both sides confirm, ``exists``, and by field.
    """
    lock(introduction)
    confirmed = outcomes.with_words(seating.for_seats()).get(pk=introduction.pk)
    if SuccessStory.objects.filter(introduction=introduction).exists():
        raise ValidationError(_("This story is written already."), code="exists")
    if not may_be_told(confirmed):
        raise ValidationError(
            _("A story needs an agreement or alliance that both sides confirm."), code="not_confirmed"
        )
    story = SuccessStory(
        introduction=introduction,
        language=language,
        title=title.strip(),
        text=text.strip(),
        written_for=seating.company_at(introduction, side),
    )
    return _saved(story, side=side, person=person, by=by, verb="story_written")


@transaction.atomic
def revise(
    story: SuccessStory, *, side: str, language: str, title: str, text: str, person: User, by: User | None
) -> SuccessStory:
    """Write it anew while it is not public: both sides' consent is taken back with the old text, and asked for again.

    Raises ``ValidationError``: ``published``, ``ended``, and by field.
    """
    story = lock(story)
    if story.status == Status.PUBLISHED:
        raise ValidationError(_("Take the story back before you change it."), code="published")
    _refuse_ended(story)
    if story.status == Status.WITHDRAWN:
        story = move(story, Status.DRAFT, by=by, verb="story_taken_up_again")
    story.language, story.title, story.text = language, title.strip(), text.strip()
    story.request_agreed_at = story.interested_agreed_at = None
    return _saved(story, side=side, person=person, by=by, verb="story_revised")


@transaction.atomic
def agree(story: SuccessStory, *, side: str, version: str, person: User, by: User | None) -> SuccessStory:
    """Agree for one side to the text that was read (``version_of``). With both sides' consent it is public, and both
    are told.

    Raises ``ValidationError``: ``not_yours`` for who may not, ``changed`` when the text is another by now, ``ended``,
    ``illegal_move`` when it is not a draft.
    """
    story = lock(story)
    introduction = seating.for_seats().get(pk=story.introduction_id)
    if not may_agree(person, introduction, side):
        raise ValidationError(_("Only the company itself agrees to being named."), code="not_yours")
    if version_of(story) != version:
        raise ValidationError(_("The text has changed since. Read it again."), code="changed")
    _refuse_ended(story)
    if story.status != Status.DRAFT:
        move(story, Status.PUBLISHED, by=by)  # says why not
    if getattr(story, _AGREED[side]) is None:
        setattr(story, _AGREED[side], timezone.now())
        story.save(update_fields=[_AGREED[side]])
        record(by, "story_agreed", story, side=side)
    if story.request_agreed_at and story.interested_agreed_at:
        story = move(story, Status.PUBLISHED, by=by, published_at=timezone.now())
        _tell(story, list(Side), "partners/story_published")
    return story


@transaction.atomic
def withdraw(story: SuccessStory, *, side: str, by: User | None) -> SuccessStory:
    """Take the story back: nobody reads it any more, and both consents end. The other side is told."""
    story = move(
        story,
        Status.WITHDRAWN,
        by=by,
        verb="story_withdrawn",
        request_agreed_at=None,
        interested_agreed_at=None,
        changed_at=timezone.now(),
    )
    _tell(story, [seating.OTHER[side]], "partners/story_withdrawn")
    return story


def version_of(story: SuccessStory) -> str:
    """Which text somebody has read; another one after each change."""
    return story.changed_at.isoformat()


def agreed(story: SuccessStory, side: str) -> bool:
    return getattr(story, _AGREED[side]) is not None


def _saved(story: SuccessStory, *, side: str, person: User, by: User | None, verb: str) -> SuccessStory:
    story.changed_at = timezone.now()
    introduction = seating.for_seats().get(pk=story.introduction_id)
    if may_agree(person, introduction, side):
        setattr(story, _AGREED[side], story.changed_at)
    story.full_clean()
    story.save()
    record(by, verb, story, side=side)
    _tell(story, [seating.OTHER[side]], "partners/story_written")
    return story


def _refuse_ended(story: SuccessStory) -> None:
    introduction = seating.for_seats().get(pk=story.introduction_id)
    if not introduction.interest.is_open(Rung.COMPANY):
        raise ValidationError(_("One side has taken its consent back: the story cannot be told."), code="ended")


def _tell(story: SuccessStory, told: list[str], kind: str) -> None:
    introduction = seating.for_seats().get(pk=story.introduction_id)
    for side in told:
        notify(
            seating.people_at(introduction, side),
            kind,
            about=story,
            occasion=version_of(story),
            own=lambda person: {"url": seating.path(introduction, person, "story")},
        )


def story_of(introduction: Introduction) -> SuccessStory | None:
    """Its story, in whatever state; None while nobody has written one. Its text is for who stands by it alone."""
    return SuccessStory.objects.filter(introduction=introduction).first()
