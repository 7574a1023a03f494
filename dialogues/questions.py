"""What the secretariat asks everybody who registers."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _

from dialogues.models import Question, Registration, Reply, Session
from dialogues.scheduling import columns
from portal.activity.log import record
from portal.languages import Language, column
from portal.lifecycle import lock

AT_MOST = 20
LONGEST_ANSWER = 2000  # characters
#: A choice is worth asking between so many lines.
CHOICES = range(2, 31)
YES_NO = ("yes", "no")


@transaction.atomic
def add(
    session: Session,
    *,
    kind: str,
    labels: Mapping[str, str],
    by: Any,
    choices: Mapping[str, str] | None = None,
    is_required: bool = False,
) -> Question:
    """Ask one thing more. ``labels`` and ``choices`` (one a line) are by language code.

    Raises ``ValidationError``: ``over``, ``too_many``, ``required`` without a text, ``choices`` when their lines are
    too few, too many or not equally many in every language.
    """
    session = _open(session)
    if session.questions.count() >= AT_MOST:
        raise ValidationError(
            _("A session asks at most %(most)d questions."), code="too_many", params={"most": AT_MOST}
        )
    last = session.questions.aggregate(last=Max("order"))["last"] or 0
    texts = columns("label", labels) | _choice_columns(kind, choices or {})
    question = Question.objects.create(session=session, order=last + 1, kind=kind, is_required=is_required, **texts)
    record(by, "question_added", session, question=question.pk)
    return question


@transaction.atomic
def revise(
    question: Question,
    *,
    labels: Mapping[str, str],
    by: Any,
    choices: Mapping[str, str] | None = None,
    is_required: bool = False,
) -> Question:
    """Correct what is asked. Once somebody has answered, choices may be added at the end but none taken away.

    Raises ``ValidationError``: as :func:`add`, and ``answered``.
    """
    session = _open(question.session)
    question = lock(question)
    before = len(lines(question.choices))
    changes = columns("label", labels) | _choice_columns(question.kind, choices or {})
    for name, value in changes.items():
        setattr(question, name, value)
    if len(lines(question.choices)) < before and question.replies.exists():
        raise ValidationError(_("People have chosen among these already: you can only add to them."), code="answered")
    question.is_required = is_required
    question.save(update_fields=[*changes, "is_required"])
    record(by, "question_revised", session, question=question.pk)
    return question


@transaction.atomic
def move_up(question: Question, *, by: Any) -> Question:
    """Ask it before the one before it; the first one stays."""
    session = _open(question.session)
    question = lock(question)
    before = session.questions.filter(order__lt=question.order).order_by("-order").first()
    if before is None:
        return question
    here, there = question.order, before.order
    # By way of a number nobody has, because two may never hold the same.
    Question.objects.filter(pk=before.pk).update(order=(session.questions.aggregate(m=Max("order"))["m"] or 0) + 1)
    Question.objects.filter(pk=question.pk).update(order=there)
    Question.objects.filter(pk=before.pk).update(order=here)
    record(by, "question_moved", session, question=question.pk)
    question.refresh_from_db()
    return question


@transaction.atomic
def remove(question: Question, *, by: Any) -> None:
    """Ask it no longer. Raises ``ValidationError(code="answered")`` once somebody has answered it."""
    session = _open(question.session)
    question = lock(question)
    if question.replies.exists():
        raise ValidationError(_("People have answered this question: it stays."), code="answered")
    record(by, "question_removed", session, question=question.pk)
    order = question.order
    question.delete()
    for later in session.questions.filter(order__gt=order).order_by("order"):
        later.order = F("order") - 1
        later.save(update_fields=["order"])


@transaction.atomic
def copy(source: Session, target: Session, *, by: Any) -> int:
    """Ask in ``target`` what ``source`` asked, if it asks nothing yet; return how many questions it has got."""
    target = _open(target)
    if target.questions.exists():
        return 0
    named = [column(name, code) for name in ("label", "choices") for code in Language.values]
    copies = [
        Question(
            session=target, order=number, kind=row.kind, is_required=row.is_required,
            **{name: getattr(row, name) for name in named},
        )
        for number, row in enumerate(source.questions.all(), start=1)
    ]  # fmt: skip
    Question.objects.bulk_create(copies)
    if copies:
        record(by, "questions_copied", target, count=len(copies))
    return len(copies)


def check(session: Session, answers: Mapping[int, str]) -> dict[Question, str]:
    """The answers as they are kept, by question. Raises ``ValidationError`` that names the form field at fault
    (``question_<id>``): ``required``, ``max_length``, ``invalid_choice``."""
    found, wrong = {}, {}
    for question in session.questions.all():
        value = (answers.get(question.pk) or "").strip()
        if refusal := _refusal(question, value):
            wrong[field_name(question)] = refusal
        found[question] = value
    if wrong:
        raise ValidationError(wrong)
    return found


def keep(registration: Registration, checked: Mapping[Question, str]) -> None:
    """Write the answers that :func:`check` found down; an empty one is none."""
    for question, value in checked.items():
        if value:
            Reply.objects.update_or_create(registration=registration, question=question, defaults={"value": value})
        else:
            Reply.objects.filter(registration=registration, question=question).delete()


def field_name(question: Question) -> str:
    return f"question_{question.pk}"


def lines(choices: str | None) -> list[str]:
    """The choices, one a line; empty lines are none."""
    return [line.strip() for line in (choices or "").splitlines() if line.strip()]


def in_words(reply: Reply) -> str:
    """An answer as the reader is shown it, in her language."""
    if reply.question.kind == Question.Kind.YES_NO:
        return str(_("Yes") if reply.value == "yes" else _("No"))
    if reply.question.kind == Question.Kind.CHOICE:
        choices = lines(reply.question.choices)
        return choices[int(reply.value)] if int(reply.value) < len(choices) else ""
    return reply.value


def _refusal(question: Question, value: str) -> ValidationError | None:
    if not value:
        missing = ValidationError(_("Answer this question."), code="required")
        return missing if question.is_required else None
    if question.kind == Question.Kind.TEXT:
        return (
            ValidationError(_("This answer is too long."), code="max_length") if len(value) > LONGEST_ANSWER else None
        )
    if question.kind == Question.Kind.YES_NO:
        known = set(YES_NO)
    else:
        known = {str(number) for number in range(len(lines(question.choices)))}
    return None if value in known else ValidationError(_("Choose one of the answers."), code="invalid_choice")


def _choice_columns(kind: str, choices: Mapping[str, str]) -> dict[str, str]:
    """The choices per language column, equally many in each language that has any; empty for other kinds."""
    if kind != Question.Kind.CHOICE:
        return {column("choices", code): "" for code in choices}
    found = {column("choices", code): "\n".join(lines(text)) for code, text in choices.items()}
    counts = {len(lines(text)) for text in found.values() if text}
    if len(counts) != 1 or counts.pop() not in CHOICES:
        raise ValidationError(
            _("Write %(least)d to %(most)d choices, one a line, equally many in every language."),
            code="choices",
            params={"least": CHOICES.start, "most": CHOICES.stop - 1},
        )
    return found


def _open(session: Session) -> Session:
    session = lock(session)
    if session.is_over:
        raise ValidationError(_("The session is over."), code="over")
    return session
