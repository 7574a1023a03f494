"""What screening puts on an administrator's desk."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import ScreeningFlag
from portal.accounts.models import User
from portal.desk import Waiting


def waiting_for(user: User) -> list[Waiting]:
    """One task for all names that look like listed ones, as old as the oldest."""
    if not user.is_staff:
        return []
    flags = ScreeningFlag.objects.visible_to(user).filter(status=ScreeningFlag.Status.OPEN)
    found = flags.aggregate(count=Count("pk"), since=Min("found_at"))
    if not found["count"]:
        return []
    title = _title(found["count"])
    return [Waiting(title, reverse("partners:screening-list"), found["since"], kind="partners/screening")]


def _title(count: int) -> str:
    if count == 1:
        return _("Compare a name with a screening list")
    return _("Compare %(count)d names with screening lists") % {"count": count}
