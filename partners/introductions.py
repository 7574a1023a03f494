"""The disclosure ladder: anonymous, company, contact person. Every step leaves a line its owner can read."""

from collections.abc import Iterable, Iterator

from django.db import transaction

from partners import sides
from partners.models import Disclosure, ExpressionOfInterest, Introduction, PartnerRequest
from portal.accounts.models import Organization, User
from portal.accounts.permissions import memberships

Rung = Disclosure.Rung


@transaction.atomic
def show_company_to_public(request: PartnerRequest) -> None:
    """Note that the request names its firm to everyone who reads it."""
    row = Disclosure(rung=Rung.COMPANY, owner=request.company, request=request)
    Disclosure.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def show_interested_company(interest: ExpressionOfInterest) -> None:
    """Note that the people on the request's side now see who is interested."""
    to = sides.people_with_place(sides.places(interest.request))
    _note(interest, Rung.COMPANY, owner=interest.company, to=to)


@transaction.atomic
def introduce(interest: ExpressionOfInterest, *, by: User) -> Introduction:
    """Open the top rung for both sides of an accepted interest; from here on its contacts are fixed."""
    request = interest.request
    person, owner = sides.request_contact(request)
    introduction = Introduction.objects.create(
        interest=interest,
        request_contact=person,
        request_contact_of=owner,
        interested_contact=sides.company_contact(interest.company) or interest.by,
        accepted_by=by,
    )
    _note(interest, Rung.COMPANY, owner=request.company, to=sides.people_with_place([interest.company]))
    for contact, contact_of, places in _contacts(introduction):
        to = sides.people_with_place(places)
        _note(interest, Rung.CONTACT, owner=contact_of, to=to, person=contact, introduction=introduction)
    return introduction


@transaction.atomic
def note_view(introduction: Introduction, *, by: User) -> None:
    """Note that ``by`` has the other side's contact on her screen; she may have joined after the acceptance.

    The first time counts: whoever was told at the acceptance is in the log already.
    """
    for contact, contact_of, places in _contacts(introduction):
        ids = {place.pk for place in places}
        to = [(by, m.organization) for m in memberships(by) if m.organization_id in ids]
        _note(
            introduction.interest,
            Rung.CONTACT,
            owner=contact_of,
            to=to,
            person=contact,
            introduction=introduction,
        )


def _contacts(introduction: Introduction) -> Iterator[tuple[User | None, Organization, list[Organization]]]:
    """Each side's contact, whose data it is, and the organizations it is shown to."""
    interest = introduction.interest
    yield introduction.request_contact, introduction.request_contact_of, [interest.company]
    yield introduction.interested_contact, interest.company, sides.places(interest.request)


def _note(
    interest: ExpressionOfInterest,
    rung: str,
    *,
    owner: Organization,
    to: Iterable[tuple[User, Organization]],
    person: User | None = None,
    introduction: Introduction | None = None,
) -> None:
    rows = [
        Disclosure(
            rung=rung,
            owner=owner,
            person=person,
            to_organization=organization,
            to_user=user,
            request=interest.request,
            interest=interest,
            introduction=introduction,
        )
        for user, organization in to
        if organization.pk != owner.pk
    ]
    Disclosure.objects.bulk_create(rows, ignore_conflicts=True)
