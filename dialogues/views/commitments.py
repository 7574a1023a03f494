from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dialogues import commitments
from dialogues.forms import CommitmentStateForm
from dialogues.models import Commitment
from dialogues.permissions import can_keep
from dialogues.views.finding import find_session
from portal.web import go, require, show


@login_required
@require_http_methods(["GET", "POST"])
def commitment_report(request, slug, pk, row_pk):
    """Say what became of a commitment."""
    session = find_session(request, slug, pk)
    rows = Commitment.objects.visible_to(request.user).filter(session=session).select_related("owner")
    commitment = get_object_or_404(rows, pk=row_pk)
    commitment.session = session
    require(can_keep(request.user, commitment))
    form = CommitmentStateForm(request.POST or None, commitment=commitment)
    if form.is_valid():
        try:
            _report(commitment, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Recorded."))
            return go(request, session)
    context = {"form": form, "commitment": commitment, "session": session, "dialogue": session.dialogue}
    return show(request, "dialogues/commitment_report.html", context)


def _report(commitment, *, to, reason, by):
    if to == Commitment.Status.DROPPED:
        commitments.drop(commitment, reason=reason, by=by)
    elif to == Commitment.Status.DONE:
        commitments.finish(commitment, by=by)
    else:
        commitments.begin(commitment, by=by)
