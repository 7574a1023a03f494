"""Success stories: the public list and page, and where two introduced firms write and agree to theirs."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partners import outcomes, seating, telling_stories
from partners.meeting_forms import StoryForm
from partners.models import SuccessStory
from partners.seating import Seat
from partners.views import sharing
from partners.views.meetings import WRONG, seated
from portal.memberpages import kept
from portal.web import show

PER_PAGE = 20


@require_safe
def story_list(request: HttpRequest) -> HttpResponse:
    """What came of introductions, as both firms tell it; newest first."""
    page = Paginator(telling_stories.published(), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "partners/story_list.html", {"page": page})


@require_safe
@kept(sharing.reads_like_others)
def story_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The public page; before that, what the two sides and their chamber see of it."""
    rows = telling_stories.for_pages(SuccessStory.objects.visible_to(request.user))
    story = get_object_or_404(rows, slug=slug)
    interest = story.introduction.interest
    context = {"story": story, "firms": [interest.request.company, interest.company]}
    return show(request, "partners/story_detail.html", context)


@seated
@require_safe
def story(request: HttpRequest, seat: Seat) -> HttpResponse:
    return _page(request, seat)


@seated
@require_POST
def story_save(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Write it, or write it anew."""
    written = _written(seat)
    form = StoryForm(request.POST, instance=written)
    if form.is_valid():
        given = form.cleaned_data | {"side": seat.side, "person": seat.person, "by": seat.by}
        try:
            if written:
                telling_stories.revise(written, **given)
            else:
                telling_stories.write(seat.introduction, **given)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The story is kept. It is public once both sides agree to it."))
            return redirect(seat.address("story"))
    return _page(request, seat, story_form=form)


@seated
@require_POST
def story_agree(request: HttpRequest, seat: Seat) -> HttpResponse:
    written = get_object_or_404(SuccessStory, introduction=seat.introduction)
    version = request.POST.get("version", "")
    try:
        agreed = telling_stories.agree(written, side=seat.side, version=version, person=seat.person, by=seat.by)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(seat.address("story"))
    if agreed.status == SuccessStory.Status.PUBLISHED:
        messages.success(request, _("The story is public."))
    else:
        messages.success(request, _("You agree to the story. It is public once the other side agrees, too."))
    return redirect(seat.address("story"))


@seated
@require_POST
def story_withdraw(request: HttpRequest, seat: Seat) -> HttpResponse:
    written = get_object_or_404(SuccessStory, introduction=seat.introduction)
    try:
        telling_stories.withdraw(written, side=seat.side, by=seat.by)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("The story is taken back. Nobody reads it any more."))
    return redirect(seat.address("story"))


def _written(seat: Seat) -> SuccessStory | None:
    return telling_stories.story_of(seat.introduction)


def _page(request: HttpRequest, seat: Seat, **forms: Any) -> HttpResponse:
    written = _written(seat)
    introduction = outcomes.with_words(seating.for_seats()).get(pk=seat.introduction.pk)
    is_public = written is not None and written.status == SuccessStory.Status.PUBLISHED
    context = {
        "seat": seat,
        "introduction": introduction,
        # Its text names both firms: without both consents nobody reads it here either.
        "story": written if seat.goes_on else None,
        "version": telling_stories.version_of(written) if written else "",
        "is_public": is_public,
        "may_write": seat.goes_on and not is_public and (written or telling_stories.may_be_told(introduction)),
        "may_agree": telling_stories.may_agree(seat.person, introduction, seat.side),
        "own_agreed": written is not None and telling_stories.agreed(written, seat.side),
        "other_agreed": written is not None and telling_stories.agreed(written, seating.OTHER[seat.side]),
        "story_form": StoryForm(instance=written),
        **forms,
    }
    return show(request, "partners/story_edit.html", context, status=WRONG if forms else 200)
