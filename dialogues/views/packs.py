import logging

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from dialogues import pack_docx, pack_pdf, packing
from dialogues.models import Session
from dialogues.permissions import acts_in
from dialogues.views.finding import find_session
from portal import limits
from portal.web import show

logger = logging.getLogger(__name__)

#: Packs drawn for one visitor, and for one signed-in person, in :data:`SECONDS`: drawing one takes real work.
VISITOR, PERSON = 30, 120
SECONDS = 600
#: Raised when the drawings change, so that a kept copy is not taken for today's.
EDITION = 1
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def session_pack(request, slug, pk):
    """The pack as a page to read and to print."""
    session = find_session(request, slug, pk)
    reader = _reader(request)
    context = {
        "session": session,
        "dialogue": session.dialogue,
        "pack": packing.pack(session, user=reader),
        # An official may hand out what everybody may see; a draft has nothing for everybody.
        "may_choose": acts_in(request.user, session.dialogue)
        and Session.objects.visible_to(AnonymousUser()).filter(pk=session.pk).exists(),
        "is_for_public": reader is not request.user,
        "query": "?for=public" if reader is not request.user else "",
    }
    response = show(request, "dialogues/session_pack.html", context)
    response["Cache-Control"] = "private, no-cache"
    return response


@require_safe
def session_pack_pdf(request, slug, pk):
    return _file(request, slug, pk, ending="pdf", content_type="application/pdf", draw=pack_pdf.draw)


@require_safe
def session_pack_docx(request, slug, pk):
    return _file(request, slug, pk, ending="docx", content_type=WORD, draw=pack_docx.draw)


def _reader(request):
    """For whom the pack is: the reader, or everybody when she asks for that."""
    return AnonymousUser() if request.GET.get("for") == "public" else request.user


def _file(request, slug, pk, *, ending, content_type, draw):
    """The pack as a file; drawn only when it says something else than the copy the reader has."""
    session = find_session(request, slug, pk)
    pack = packing.pack(session, user=_reader(request))
    etag = f'"{ending}-{EDITION}-{packing.fingerprint(pack)}"'
    response = get_conditional_response(request, etag=etag)
    if response is None and not _may_draw(request):
        response = render(
            request, "dialogues/pack_later.html", {"session": session, "minutes": SECONDS // 60}, status=429
        )
        response["Retry-After"] = str(SECONDS)
        return response
    if response is None:
        response = HttpResponse(draw(pack), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="{pack.filename}.{ending}"'
        response["X-Content-Type-Options"] = "nosniff"
        response["X-Robots-Tag"] = "noindex"
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


def _may_draw(request):
    user = request.user
    who, at_most = (f"user {user.pk}", PERSON) if user.is_authenticated else (limits.visitor(request), VISITOR)
    try:
        return limits.take("pack", who, at_most=at_most, seconds=SECONDS)
    except RedisError as error:
        # Reading does not stop because nobody counts.
        logger.warning("packs are not counted", extra={"error": repr(error)})
        return True
