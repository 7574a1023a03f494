""" "Not for me": a company sets a request aside, and says why; what it is shown next follows from the reason."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners import matching
from partners.models import Dismissal, Match, PartnerRequest
from portal.accounts.models import Organization, User
from portal.activity.log import record


@transaction.atomic
def dismiss(request: PartnerRequest, *, company: Organization, reason: str, by: User) -> Dismissal:
    """Show ``company`` this request no more; for a reason of field, goods, market or kind, others like it weigh less
    for a year. A second time replaces the reason.

    Raises ``ValidationError(code="reason")`` for none of the fixed reasons.
    """
    if reason not in Dismissal.Reason.values:
        raise ValidationError(_("Choose a reason."), code="reason")
    # First of all: a worker that stores the company's matches holds the company and then comes to this one.
    matching.company_changed(company)
    found, _is_new = Dismissal.objects.update_or_create(
        request=request, company=company, defaults={"reason": reason, "by": by, "at": timezone.now()}
    )
    Match.objects.filter(request=request, company=company).delete()
    record(by, "dismissed", company, request=request.slug)
    return found


@transaction.atomic
def bring_back(request: PartnerRequest, *, company: Organization, by: User) -> None:
    """Undo it; free to call when nothing was set aside."""
    gone, _models = Dismissal.objects.filter(request=request, company=company).delete()
    if gone:
        record(by, "brought_back", company, request=request.slug)
        matching.company_changed(company)
