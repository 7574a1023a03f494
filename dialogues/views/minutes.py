"""Reading minutes: the latest version, an earlier one, two side by side."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dialogues import commenting, comparing
from dialogues.forms import languages_of
from dialogues.models import Minutes
from dialogues.views.finding import find_session
from dialogues.views.minutes_showing import reading
from portal.web import go, show


@require_safe
def minutes_detail(request, slug, pk):
    """The latest version, section by section in the working languages side by side, with what was decided and promised
    in each."""
    session = find_session(request, slug, pk)
    found = _versions(request, session).first()
    if found is None:
        if commenting.own_place(session, request.user) and session.minutes.exists():
            messages.info(request, _("The minutes are being written. You are told when you can read them."))
            return go(request, session)
        raise Http404
    return show(request, "dialogues/minutes_detail.html", reading(request, session, found))


@require_safe
def minutes_version(request, slug, pk, version):
    """One version as it was published."""
    session = find_session(request, slug, pk)
    found = get_object_or_404(_versions(request, session), version=version)
    return show(request, "dialogues/minutes_detail.html", reading(request, session, found))


@require_safe
def minutes_compare(request, slug, pk):
    """Two versions side by side: those asked for, or the last two."""
    session = find_session(request, slug, pk)
    versions = list(_versions(request, session))
    after = _asked(versions, request.GET.get("to")) or (versions[0] if versions else None)
    earlier = [version for version in versions if after and version.version < after.version]
    before = _asked(earlier, request.GET.get("from")) or (earlier[0] if earlier else None)
    if before is None or after is None:
        raise Http404
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "before": before,
        "after": after,
        "versions": versions,
        "languages": languages_of(session.dialogue),
        "differences": comparing.compare(before, after, reader=request.user),
        "added_decisions": comparing.added_decisions(before, after),
    }
    return show(request, "dialogues/minutes_compare.html", context)


def _versions(request, session):
    return Minutes.objects.visible_to(request.user).filter(session=session).order_by("-version")


def _asked(versions, number):
    return next((version for version in versions if str(version.version) == number), None)
