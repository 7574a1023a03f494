"""Two sides that agreed to meet, and the log of what each was shown of the other.

Every step up the ladder (partners/ladder.py) leaves a line that the owner of the data can read, and every look at a
contact another one.
"""

from collections.abc import Iterable, Iterator

from django.db import transaction

from partners import sides
from partners.models import ContactView, Disclosure, ExpressionOfInterest, Introduction, PartnerRequest, Rung
from portal.accounts.models import Organization, User
from portal.accounts.permissions import memberships
from portal.lifecycle import lock


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
def show_companies(interest: ExpressionOfInterest) -> None:
    """Note that each side now sees the other's company."""
    show_interested_company(interest)
    to = sides.people_with_place(sides.interested_places(interest))
    _note(interest, Rung.COMPANY, owner=interest.request.company, to=to)


@transaction.atomic
def introduce(interest: ExpressionOfInterest, *, by: User) -> Introduction:
    """Bring the two sides of an accepted interest together: their companies, and their contacts where both sides
    agreed to share them."""
    person, owner = sides.request_contact(interest.request)
    introduction = Introduction.objects.create(
        interest=interest, request_contact=person, request_contact_of=owner, accepted_by=by
    )
    show_companies(interest)
    return name_contacts(introduction)


@transaction.atomic
def name_contacts(introduction: Introduction) -> Introduction:
    """Choose each side's contact person as things are now, and note to whom they are shown, if they are."""
    introduction = lock(introduction)
    interest = introduction.interest
    introduction.request_contact, introduction.request_contact_of = sides.request_contact(interest.request)
    introduction.interested_contact, introduction.interested_contact_of = sides.interested_contact(interest)
    introduction.save(
        update_fields=["request_contact", "request_contact_of", "interested_contact", "interested_contact_of"]
    )
    for contact, contact_of, places in _contacts(introduction):
        to = sides.people_with_place(places)
        _note(interest, Rung.CONTACT, owner=contact_of, to=to, person=contact, introduction=introduction)
    return introduction


@transaction.atomic
def note_view(introduction: Introduction, *, by: User) -> None:
    """Note that ``by`` has the other side's contact on her screen, each time; she may have joined after the
    acceptance, and is then entered in the log as well."""
    for contact, contact_of, places in _contacts(introduction):
        ids = {place.pk for place in places}
        to = [(by, m.organization) for m in memberships(by) if m.organization_id in ids]
        _note(introduction.interest, Rung.CONTACT, owner=contact_of, to=to, person=contact, introduction=introduction)
        lines = Disclosure.objects.filter(
            introduction=introduction, owner=contact_of, person=contact, to_user=by, rung=Rung.CONTACT
        )
        # One look of one person, whichever of her organizations she looks for.
        for line in lines.order_by("pk")[:1]:
            ContactView.objects.create(disclosure=line, by=by)


def _contacts(introduction: Introduction) -> Iterator[tuple[User, Organization, list[Organization]]]:
    """Each side's contact that is shown now, whose data it is, and the organizations it is shown to."""
    interest = introduction.interest
    if person := introduction.shown_request_contact:
        yield person, introduction.request_contact_of, sides.interested_places(interest)
    if person := introduction.shown_interested_contact:
        yield person, introduction.interested_contact_of or interest.company, sides.places(interest.request)


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
