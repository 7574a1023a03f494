from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts.models import Organization
from portal.languages import Language, column
from portal.templatetags.ui import language_name
from portal.web import go, require, show
from resources import differing, permissions, translating
from resources.forms import TranslationForm
from resources.models import TRANSLATED, Resource, Translation
from resources.views.keeping import shown_version
from resources.views.reading import find

PER_PAGE = 20


@login_required
@require_http_methods(["GET", "POST"])
def resource_translate(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """One language beside the source, field by field, with what changed in the source since."""
    resource = _find(request, slug, language)
    standing = translating.standing(resource, language)
    origin = standing.row.origin if standing.row else Translation.Origin.PUBLISHER
    form = TranslationForm(request.POST or None, resource=resource, language=language, origin=origin)
    if form.is_valid() and _saved(request, resource, language, form):
        messages.success(request, _("Saved. This translation is current."))
        return go(request, resource)
    before = translating.made_from(resource, language) if standing.state == translating.State.STALE else None
    context = {
        "resource": resource,
        "target": language,
        "standing": standing,
        "made_from": before,
        "form": form,
        "pairs": [_pair(resource, form, name, before) for name in TRANSLATED],
        "others": [other for other in translating.standings(resource) if other.language != language],
    }
    return show(request, "resources/resource_translate.html", context)


def _saved(request, resource, language, form):
    values = form.cleaned_data
    texts = {name: values[name] for name in TRANSLATED}
    try:
        translating.translate(
            resource, language, version=values["version"] or 0, origin=values["origin"], by=request.user, **texts
        )
    except ValidationError as refusal:
        form.add_error(None, _as_said_here(refusal, language))
        return False
    return True


def _as_said_here(refusal, language):
    """The verbs name the columns of every language; this form has one."""
    if not hasattr(refusal, "error_dict"):
        return refusal
    names = {column(name, language): name for name in TRANSLATED}
    return ValidationError({names.get(field) or "title": errors for field, errors in refusal.error_dict.items()})


def _pair(resource, form, name, before):
    """A field of the source, what changed in it, and the field to write in."""
    source = getattr(resource, column(name, resource.source_language)) or ""
    changes = differing.pieces(before.source_text(name), source) if before else []
    has_changed = any(piece.kind != differing.SAME for piece in changes)
    return {"name": name, "source": source, "changes": changes if has_changed else [], "field": form[name]}


@login_required
@require_POST
def resource_still_right(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The source changed, the translation need not."""
    resource = _find(request, slug, language)
    try:
        translating.confirm(resource, language, version=shown_version(request), by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return go(request, "resources:resource-translate", slug, language)
    text = _("Marked as still right. The %(language)s text is current.")
    messages.success(request, text % {"language": language_name(language)})
    return go(request, resource)


def _find(request, slug, language):
    resource = find(request, slug)
    if language not in Language.values or language == resource.source_language:
        raise Http404
    require(permissions.can_translate(request.user, resource))
    return resource


@login_required
@require_GET
def language_coverage(request: HttpRequest) -> HttpResponse:
    """Publisher by language: how much of what she keeps is current, stale or missing."""
    require(permissions.can_draft(request.user))
    lines = translating.coverage(request.user)
    return show(request, "resources/language_coverage.html", {"lines": lines, "languages": Language.values})


@login_required
@require_GET
def language_list(request: HttpRequest, language: str, state: str) -> HttpResponse:
    """What stands behind one cell of the coverage; ``?publisher=`` narrows it to one."""
    require(permissions.can_draft(request.user))
    if language not in Language.values or state not in translating.State.values:
        raise Http404
    publisher = _publisher(request)
    rows = translating.in_state(request.user, publisher.pk if publisher else None, language, state)
    context = {
        "page": Paginator(rows.for_rows().by_title(), PER_PAGE).get_page(request.GET.get("page")),
        "target": language,
        "state": translating.State(state),
        "publisher": publisher,
    }
    return show(request, "resources/language_list.html", context)


def _publisher(request):
    """The publisher in the address by its short name; 404 for one that does not exist or keeps nothing of hers."""
    slug = request.GET.get("publisher")
    if not slug:
        return None
    kept = Resource.objects.kept_by(request.user)
    publisher = Organization.objects.filter(slug=slug, pk__in=kept.values("publisher")).first()
    if publisher is None:
        raise Http404
    return publisher
