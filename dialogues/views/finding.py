"""Finding a session in an address, for those who may see it."""

from django.shortcuts import get_object_or_404

from dialogues.models import Registration, Session


def find_session(request, slug, pk):
    """The session with its dialogue and Parties, or 404 for hidden and missing alike."""
    sessions = Session.objects.visible_to(request.user).with_dialogue()
    return get_object_or_404(sessions, dialogue__slug=slug, pk=pk)


def own_registration(request, session) -> Registration | None:
    """The reader's own open registration."""
    if not request.user.is_authenticated:
        return None
    return session.registrations.open().filter(user=request.user).select_related("organization").first()
