"""Finding a session in an address, for those who may see it."""

from django.shortcuts import get_object_or_404

from dialogues.models import Dialogue, Registration, Session
from portal.reference import renaming


def find_dialogue(request, slug):
    """The dialogue with its agreement and Parties, also by a name that it had before; or 404."""
    dialogues = Dialogue.objects.visible_to(request.user).with_parties()
    found = dialogues.filter(slug=slug).first()
    return found or get_object_or_404(dialogues, slug=renaming.latest("dialogue", slug))


def find_session(request, slug, pk):
    """The session with its dialogue and Parties, or 404 for hidden and missing alike."""
    sessions = Session.objects.visible_to(request.user).with_dialogue()
    found = sessions.filter(dialogue__slug=slug, pk=pk).first()
    return found or get_object_or_404(sessions, dialogue__slug=renaming.latest("dialogue", slug), pk=pk)


def own_registration(request, session) -> Registration | None:
    """The reader's own open registration."""
    if not request.user.is_authenticated:
        return None
    return session.registrations.open().filter(user=request.user).select_related("organization").first()
