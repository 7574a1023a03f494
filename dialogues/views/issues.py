from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dialogues import issue_search
from dialogues.issue_search import LABELS, ORDERS
from dialogues.models import Dialogue, Issue
from dialogues.permissions import can_raise_issues
from portal.languages import current
from portal.search.text import COLUMNS
from portal.web import show
from resources import wording

PER_PAGE = 30


@require_safe
def issue_list(request):
    """Every public issue, narrowed by the filters in the address."""
    return _list(request, None)


@require_safe
def dialogue_issues(request, slug):
    """The public issues of one dialogue, where new ones are raised."""
    return _list(request, get_object_or_404(Dialogue.objects.visible_to(request.user).with_parties(), slug=slug))


def _list(request, dialogue):
    found = issue_search.find(request.GET, user=request.user, language=current(), dialogue=dialogue)
    context = {
        "dialogue": dialogue,
        "dialogues": [] if dialogue else Dialogue.objects.visible_to(request.user),
        "found": found,
        "page": found.page(request.GET.get("page")),
        "sentence": found.sentence,
        "chips": wording.chips(found.chosen, {"words": _("Words"), **LABELS}, request.GET),
        "orders": ORDERS,
        "correction_address": found.asked.address(words=found.correction),
        "can_raise": not request.user.is_authenticated or can_raise_issues(request.user),
        "is_fragment": request.htmx.target == "results",
    }
    return show(request, "dialogues/issue_list.html", context, fragments=["results"])


@require_safe
@login_required
def issue_mine(request):
    """What you and your organizations raised, what stands behind your firms' names, and what you follow."""
    raised = Issue.objects.of_side(request.user).exclude(status=Issue.Status.WITHDRAWN, reference="")
    drafts_first = Case(When(status=Issue.Status.DRAFT, then=0), default=1)
    rows = raised.with_dialogue().defer(*COLUMNS.values()).order_by(drafts_first, "-changed_at", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    followed = Issue.objects.public().filter(followers__user=request.user).select_related("dialogue")
    context = {
        "page": page,
        "followed": followed.defer(*COLUMNS.values()).order_by("-changed_at", "-pk")[:PER_PAGE],
        "dialogues": Dialogue.objects.visible_to(request.user),
        "can_raise": can_raise_issues(request.user),
    }
    return show(request, "dialogues/issue_mine.html", context)
