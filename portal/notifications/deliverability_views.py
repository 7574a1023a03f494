"""What people and their mail providers say about addresses."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.notifications import deliverability
from portal.web import go


@login_required
@require_POST
def address_works_again(request: HttpRequest) -> HttpResponse:
    """Your own address takes mail again."""
    deliverability.works_again(request.user.email, by=request.user)
    messages.success(request, _("Mail goes to your address again. What came meanwhile is in your inbox here."))
    return go(request, "notifications:inbox")
