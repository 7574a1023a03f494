"""The pages of the guided finder: five questions, one page each, then what to use in which order."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from portal.accounts.models import Organization
from portal.accounts.permissions import company_ids
from portal.languages import current
from portal.pagecache import kept_for_visitors
from portal.reference.labels import labels
from portal.web import go, require, show
from resources import answers, guiding, reasons, rows
from resources.answers import QUESTIONS, Answers
from resources.finder_words import choices
from resources.models import FirmNeeds, Resource


@require_GET
@kept_for_visitors
def finder(request: HttpRequest) -> HttpResponse:
    """The first question that is not answered, or the one to change; the result when all are answered.

    Everything said so far stands in the address, so every page can be shared, kept and gone back to.
    """
    known = labels(current())
    said = answers.read(request.GET, known)
    asked = request.GET.get("ask", "")
    question = asked if asked in QUESTIONS else said.next_question
    if question:
        return _ask(request, question, said, known)
    return _result(request, said, known)


@login_required
@require_POST
def finder_keep(request: HttpRequest) -> HttpResponse:
    """Keep the answers for a firm of hers."""
    firm = _firm(request)
    said = answers.read(request.POST, labels(current()))
    try:
        guiding.keep(firm, said, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        text = _("Kept for %(firm)s. The next time you can start from these answers.")
        messages.success(request, text % {"firm": firm})
    return go(request, f"{_home()}?{said.address()}")


@login_required
@require_POST
def finder_forget(request: HttpRequest) -> HttpResponse:
    """Delete what is kept for a firm of hers."""
    firm = _firm(request)
    guiding.forget(firm, by=request.user)
    messages.success(request, _("Deleted. Nothing is kept for %(firm)s now.") % {"firm": firm})
    return go(request, _home())


def _ask(request, question, said, known):
    number = QUESTIONS.index(question) + 1
    context = {
        "question": question,
        "number": number,
        "total": len(QUESTIONS),
        "said": said,
        "groups": choices(question, said, known),
        "others": list(said.pairs(without=question)),
        "back": _address(said, ask=QUESTIONS[number - 2]) if number > 1 else "",
        # She pressed the button without choosing; the browser did not stop her.
        "is_missing": request.GET.get("from") == question and question not in said.given,
        "kept": [] if request.GET else _kept(request),
    }
    return show(request, "resources/finder_question.html", context)


def _result(request, said, known):
    guidance = guiding.guide(said, user=request.user, language=current())
    seen = Resource.objects.visible_to(request.user).published()
    found = {
        row.pk: row for row in rows.read(seen, [line.pk for line in guidance.lines], language=current(), labels=known)
    }
    lines = [
        (line.step, found[line.pk], reasons.sentence(line.reason, said, known))
        for line in guidance.lines
        if line.pk in found
    ]
    context = {
        "lines": lines,
        "relaxed": reasons.relaxed(guidance),
        "summary": _summary(said, known),
        "said": said,
        "pairs": list(said.pairs()),
        "firms": _firms(request),
        "all_address": _list_address(said),
    }
    return show(request, "resources/finder_result.html", context)


def _summary(said: Answers, known):
    """Each answer in words, with the address that asks it again."""
    words = [_("“%(words)s”") % {"words": said.words}] if said.words else []
    sold = [known.sectors[slug] for slug in said.sectors]
    texts = {
        "home": [known.economies[said.home]],
        "market": [pgettext("market", "My own market")] if said.is_own_market else [known.economies[said.market]],
        "sells": [*words, *sold] or [_("Any product or service")],
        "stage": [FirmNeeds.Stage(said.stage).label],
        "needs": [known.topics[slug] for slug in said.needs] or [_("Whatever helps")],
    }
    return [(question, texts[question], _address(said, ask=question)) for question in QUESTIONS]


def _list_address(said):
    """The ordinary list, narrowed to much the same."""
    query = QueryDict(mutable=True)
    query.setlist("economy", list(dict.fromkeys(code for code in (said.abroad, said.home) if code)))
    query.setlist("topic", list(said.needs))
    query.setlist("sector", list(said.sectors))
    return query.urlencode()


def _firms(request):
    """The firms she may keep the answers for, with what is kept already."""
    hers = Organization.objects.filter(pk__in=company_ids(request.user)) if request.user.is_authenticated else []
    return [(firm, guiding.needs_of(firm)) for firm in hers]


def _kept(request):
    """What her firms said the last time, each with its address."""
    return [(firm, needs, _address(answers.of_needs(needs))) for firm, needs in _firms(request) if needs]


def _firm(request):
    """The firm that the form names, or her only one."""
    hers = company_ids(request.user)
    require(bool(hers))
    given = request.POST.get("organization", "")
    if not given and len(hers) == 1:
        (given,) = (str(pk) for pk in hers)
    is_number = given.isascii() and given.isdigit() and len(given) < 10  # noqa: PLR2004 -- digits of a key
    return get_object_or_404(Organization.objects.filter(pk__in=hers), pk=int(given) if is_number else 0)


def _address(said, **more):
    return f"?{said.address(**more)}"


def _home():
    return reverse("resources:finder")
