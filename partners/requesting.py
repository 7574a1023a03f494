"""The life of a partner request: draft, review by a chamber, publication, renewal, close."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import alerting, confirming, facets, introductions, matching, mentoring, renewing, sides
from partners.models import ChamberMember, ExpressionOfInterest, PartnerRequest
from partners.models.requests import last_day_on_earth
from portal.accounts.models import Organization, User
from portal.activity.log import record
from portal.lifecycle import lock, move
from portal.notifications import reasons
from portal.notifications.matching import announce
from portal.notifications.outbox import notify
from portal.search.text import vectors

Status = PartnerRequest.Status

#: How long a request stays open unless its writer says otherwise, and at most.
USUAL_DAYS = 90
MOST_DAYS = 365
#: How many companies hear of one publication: the best matches.
MOST_TOLD = 200
TEXT_FIELDS = ("title", "teaser", "description", "language")


def usual_closing_day() -> date:
    return last_day_on_earth() + timedelta(days=USUAL_DAYS)


@transaction.atomic
def draft(*, company: Organization, by: User, chamber: Organization | None = None, **fields: Any) -> PartnerRequest:
    """Begin a request for ``company``; with ``chamber``, the chamber writes it for its member firm.

    ``fields``: type, language, title, teaser, description, closes_on, shows_company, hs_codes, and the
    lists ``sectors`` and ``target_economies``.
    Raises ``ValidationError(code="not_a_member")`` when the firm is no member of that chamber.
    """
    lists: dict[str, Any] = {name: fields.pop(name, ()) for name in ("sectors", "target_economies")}
    origin = PartnerRequest.Origin.CHAMBER if chamber else PartnerRequest.Origin.COMPANY
    request = PartnerRequest(company=company, chamber=chamber, origin=origin, posted_by=by, **fields)
    if chamber:
        _require_member(chamber, company)
    request.full_clean(exclude=["sectors", "target_economies"])
    request.save()
    _set_lists(request, lists)
    index(request)
    record(by, "drafted", request)
    return request


@transaction.atomic
def revise(request: PartnerRequest, *, by: User, **fields: Any) -> PartnerRequest:
    """Change a draft; return it fresh. What the firm was asked about the old text needs no answer any more.

    Raises ``ValidationError(code="illegal_move")`` when it is no draft.
    """
    request = lock(request)
    if request.status != Status.DRAFT:
        raise ValidationError(_("Only a draft can be changed."), code="illegal_move")
    lists: dict[str, Any] = {name: fields.pop(name) for name in ("sectors", "target_economies") if name in fields}
    for name, value in fields.items():
        setattr(request, name, value)
    request.changed_at = timezone.now()
    request.full_clean(exclude=["sectors", "target_economies"])
    request.save(update_fields=[*fields, "changed_at"])
    _set_lists(request, lists)
    index(request)
    confirming.forget_open(request)
    record(by, "revised", request)
    return request


@transaction.atomic
def submit(request: PartnerRequest, *, chamber: Organization, by: User) -> PartnerRequest:
    """Hand the firm's own draft to a verified chamber of its economy, which is told.

    Raises ``ValidationError``: ``wrong_chamber`` when it is no such chamber, ``closing_day`` when the
    closing day has passed or is missing.
    """
    is_chamber = chamber.kind == Organization.Kind.CHAMBER and chamber.is_verified
    if not is_chamber or chamber.economy_id != request.company.economy_id:
        raise ValidationError(_("Choose a verified chamber of the company's economy."), code="wrong_chamber")
    _require_closing_day(request)
    now = timezone.now()
    request = move(
        request, Status.SUBMITTED, by=by, chamber=chamber, submitted_at=now, returned_reason="", changed_at=now
    )
    people = sides.people_of([chamber])
    notify(people, "partners/request_submitted", about=request, occasion=now.isoformat())
    return request


@transaction.atomic
def publish(request: PartnerRequest, *, by: User, seen_version: str | None = None) -> PartnerRequest:
    """Make the request public, tell its side, and tell every company it suits, with the reasons.

    A chamber publishes its own draft once the member firm has confirmed the text, or what it has reviewed:
    ``seen_version`` is the text it had before it (``PartnerRequest.version``).
    Raises ``ValidationError``: ``closing_day``; ``not_a_member`` when the firm has left the chamber;
    ``not_confirmed`` when the firm has not confirmed the chamber's text; ``own_text`` when who reviews wrote any of
    it; ``changed_meanwhile`` when the firm took it back since, or wrote another text.
    """
    request = lock(request)
    _require_closing_day(request)
    _require_what_was_read(request, seen_version)
    _require_second_eyes(request, by)
    now = timezone.now()
    request = move(request, Status.PUBLISHED, by=by, published_at=now, returned_reason="", changed_at=now)
    if request.shows_company:
        introductions.show_company_to_public(request)
    others = sides.request_side(request).exclude(pk=by.pk)
    notify(others, "partners/request_published_owner", about=request, occasion=now.isoformat())
    _tell_companies(request)
    matching.own_requests_changed(request.company)
    announce(request)
    return request


@transaction.atomic
def send_back(request: PartnerRequest, *, reason: str, by: User) -> PartnerRequest:
    """Return a submitted request to its writers with what should change; they are told.

    Raises ``ValidationError(code="reason")`` without a reason.
    """
    if not reason.strip():
        raise ValidationError(_("Say what should change."), code="reason")
    now = timezone.now()
    request = move(request, Status.DRAFT, by=by, verb="sent_back", returned_reason=reason.strip(), changed_at=now)
    people = sides.people_of([request.company])
    notify(people, "partners/request_sent_back", about=request, occasion=now.isoformat())
    return request


@transaction.atomic
def take_back(request: PartnerRequest, *, by: User) -> PartnerRequest:
    """The firm makes its submitted request a draft again before the chamber has answered."""
    return move(request, Status.DRAFT, by=by, verb="taken_back", changed_at=timezone.now())


@transaction.atomic
def discard(request: PartnerRequest, *, by: User) -> PartnerRequest:
    """Give up a draft. Raises ``ValidationError(code="illegal_move")`` when it is none."""
    if lock(request).status != Status.DRAFT:
        raise ValidationError(_("Only a draft can be discarded."), code="illegal_move")
    return move(
        request,
        Status.CLOSED,
        by=by,
        verb="discarded",
        close_reason=PartnerRequest.CloseReason.NOT_NEEDED,
        changed_at=timezone.now(),
    )


@transaction.atomic
def close(request: PartnerRequest, *, reason: str, by: User) -> PartnerRequest:
    """Close a published or expired request; whoever waits for an answer is told that it is closed."""
    if lock(request).status == Status.DRAFT:
        raise ValidationError(_("A draft is discarded, not closed."), code="illegal_move")
    request = move(request, Status.CLOSED, by=by, close_reason=reason, changed_at=timezone.now(), match_is_due=True)
    for interest in request.interests.unanswered().order_by("pk"):
        _decline_as_closed(interest, by=by)
    mentoring.decline_waiting(request, by=by)
    matching.own_requests_changed(request.company)
    return request


@transaction.atomic
def renew(request: PartnerRequest, *, closes_on: date, by: User) -> PartnerRequest:
    """Move the closing day of a published request, or open an expired one again.

    Raises ``ValidationError(code="closing_day")`` when the day has passed or is over a year away.
    """
    check_closing_day(closes_on)
    now = timezone.now()
    request = lock(request)
    if request.status == Status.EXPIRED:
        request = move(request, Status.PUBLISHED, by=by, verb="renewed", closes_on=closes_on, changed_at=now)
    elif request.status == Status.PUBLISHED:
        request.closes_on, request.changed_at = closes_on, now
        request.save(update_fields=["closes_on", "changed_at"])
        record(by, "renewed", request, closes_on=closes_on.isoformat())
    else:
        raise ValidationError(_("Only a published or expired request can be renewed."), code="illegal_move")
    facets.keep(PartnerRequest, [request.pk])
    matching.request_changed(request)
    matching.own_requests_changed(request.company)
    return request


def expire_due(limit: int = 200) -> int:
    """Expire what is past its closing day and tell its side how to renew; return how many.

    Runs as often as one likes, also in parallel: each row is taken once.
    """
    with transaction.atomic():
        due = PartnerRequest.objects.lapsed().order_by("closes_on", "pk")
        rows = list(due.select_for_update(skip_locked=True, of=("self",))[:limit])
        for row in rows:
            request = move(row, Status.EXPIRED, by=None, changed_at=timezone.now(), match_is_due=True)
            people = sides.request_side(request)
            notify(
                people,
                "partners/request_expired",
                about=request,
                occasion=request.closes_on.isoformat(),
                own=partial(_renewal, request),
            )
        matching.own_requests_changed(*(row.company for row in rows))
    return len(rows)


def _renewal(request: PartnerRequest, person: User) -> dict[str, str]:
    return {"url": renewing.path(request, person)}


def _tell_companies(request: PartnerRequest) -> None:
    """Whoever also follows such requests is told once, here, with both reasons."""
    fitting = [judgement for judgement in matching.refresh(request) if judgement.is_told][:MOST_TOLD]
    searches = alerting.searches_finding(request, of=sides.people_of([judgement.company for judgement in fitting]))
    for judgement in fitting:
        notify(
            sides.people_of([judgement.company]),
            alerting.SUITS,
            about=request,
            own=lambda person: {reasons.ALSO_FOLLOWED: searches[person.pk]} if person.pk in searches else {},
            company=str(judgement.company),
            reasons=judgement.as_json(),
        )


def _decline_as_closed(interest: ExpressionOfInterest, *, by: User) -> None:
    interest = move(
        interest,
        ExpressionOfInterest.Status.DECLINED,
        by=by,
        answered_at=timezone.now(),
        decline_reason=ExpressionOfInterest.DeclineReason.CLOSED,
    )
    notify(sides.interested_side(interest), "partners/interest_declined", about=interest)


def _require_member(chamber: Organization | None, company: Organization) -> None:
    if not ChamberMember.objects.active().filter(chamber=chamber, company=company).exists():
        raise ValidationError(_("This company is not a member of the chamber."), code="not_a_member")


def _require_second_eyes(request: PartnerRequest, by: User) -> None:
    """A chamber's text is confirmed by its firm, a firm's own is reviewed by somebody who wrote none of it."""
    if request.origin == PartnerRequest.Origin.CHAMBER:
        _require_member(request.chamber, request.company)
        confirming.require_confirmed(request)
    elif by.pk in confirming.writers(request):
        raise ValidationError(_("You wrote this text, so somebody else reviews it."), code="own_text")


def _require_what_was_read(request: PartnerRequest, seen_version: str | None) -> None:
    """A firm may take its text back, and submit another, while the chamber still has the first one on its screen."""
    taken_back = request.status == Status.DRAFT and request.origin == PartnerRequest.Origin.COMPANY
    if taken_back or seen_version not in {None, request.version}:
        raise ValidationError(
            _("The text was changed after you opened it. Read it again before you publish it."),
            code="changed_meanwhile",
        )


def _require_closing_day(request: PartnerRequest) -> None:
    if request.closes_on is None:
        raise ValidationError(_("Say until when the request is open."), code="closing_day")
    check_closing_day(request.closes_on)


def check_closing_day(day: date) -> None:
    """Raise ``ValidationError(code="closing_day")`` when the day has passed or is over a year away."""
    today = last_day_on_earth()
    if day < today:
        raise ValidationError(_("The closing day has passed."), code="closing_day")
    if day > today + timedelta(days=MOST_DAYS):
        raise ValidationError(_("A request is open for at most a year; it can be renewed."), code="closing_day")


def _set_lists(request: PartnerRequest, lists: dict[str, Any]) -> None:
    for name, rows in lists.items():
        getattr(request, name).set(rows)


def index(request: PartnerRequest) -> None:
    """Make the text findable, and the request countable under what it asks for; call it when either has changed.

    The firm's name stays out: a search must not reveal who asks.
    """
    texts = [("A", request.title), ("B", request.teaser), ("D", request.description)]
    PartnerRequest.objects.filter(pk=request.pk).update(**vectors({request.language: texts}))
    facets.keep(PartnerRequest, [request.pk])
