"""The past sessions of a dialogue side by side."""

from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.views.decorators.http import require_safe

from dialogues.models import Commitment, Decision, Registration, Session
from dialogues.views.finding import find_dialogue
from portal.web import show

PER_PAGE = 40


@require_safe
def session_history(request, slug):
    """One line a session: when, where, how many took part, what was decided, what was promised and kept."""
    dialogue = find_dialogue(request, slug)
    sessions = Session.objects.visible_to(request.user).filter(dialogue=dialogue).past()
    sessions = sessions.select_related("dialogue", "host").annotate(
        decided=_count(Decision.objects.published()),
        promised=_count(Commitment.objects.published()),
        kept=_count(Commitment.objects.published().filter(status=Commitment.Status.DONE)),
        came=_count(Registration.objects.filter(attended=True)),
    )
    page = Paginator(sessions, PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "dialogues/session_history.html", {"dialogue": dialogue, "page": page})


def _count(rows):
    """How many of ``rows`` belong to the session."""
    of_session = rows.filter(session=OuterRef("pk")).order_by().values("session")
    return Coalesce(Subquery(of_session.annotate(count=Count("pk")).values("count")), 0)
