from django.conf import settings
from django.core.files.storage import storages
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dialogues.models.agenda import AgendaItem
from dialogues.models.dialogue import Dialogue
from dialogues.models.registration import Registration
from dialogues.models.session import Session
from portal.accounts.permissions import delegation
from portal.languages import Language


def _of_her_parties(user, dialogue: str) -> Q:
    """Whether she is an official of a Party to the dialogue in that column."""
    parties = Dialogue.parties.through.objects
    return Q(Exists(parties.filter(dialogue=OuterRef(dialogue), economy__in=delegation(user))))


def _latest() -> Q:
    """No version of the same document and language has a higher number."""
    same = DocumentVersion.objects.filter(document=OuterRef("document"), language=OuterRef("language"))
    return ~Q(Exists(same.filter(number__gt=OuterRef("number"))))


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Public ones for all who see the session; the others for participants and officials of the Parties. A document
        of an agenda item is seen by nobody who does not see the item."""
        documents = self.filter(session__in=Session.objects.visible_to(user), removed_at=None).filter(
            Q(agenda_item=None) | Q(agenda_item__in=AgendaItem.objects.visible_to(user))
        )
        public = Q(audience=Document.Audience.PUBLIC)
        if not user.is_authenticated:
            return documents.filter(public)
        official = _of_her_parties(user, "session__dialogue")
        # As in SessionQuerySet: the place of a delegate opens nothing once she has left her agency.
        places = Registration.objects.confirmed().exclude(role=Registration.Role.DELEGATE)
        places = places.filter(session=OuterRef("session"), user=user)
        participants = Q(audience=Document.Audience.PARTICIPANTS) & Q(Exists(places))
        return documents.filter(public | participants | official)

    def taken_off(self, user):
        """What was taken off, for officials of the Parties: the only ones who can put it back."""
        gone = self.filter(session__in=Session.objects.visible_to(user), removed_at__isnull=False)
        return gone.filter(_of_her_parties(user, "session__dialogue"))


class Document(models.Model):
    """A paper of a session, in one or several languages, each with its versions."""

    class Audience(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("document", "Everyone")
        PARTICIPANTS = "participants", pgettext_lazy("document", "Participants")
        OFFICIALS = "officials", pgettext_lazy("document", "Officials only")

    class Kind(models.TextChoices):
        PAPER = "paper", pgettext_lazy("document", "Paper")
        SLIDES = "slides", pgettext_lazy("document", "Slides")
        STATEMENT = "statement", pgettext_lazy("document", "Statement")
        OTHER = "other", pgettext_lazy("document", "Other")

    session = models.ForeignKey(Session, models.CASCADE, related_name="documents", verbose_name=_("session"))
    agenda_item = models.ForeignKey(
        AgendaItem, models.SET_NULL, null=True, blank=True, related_name="documents", verbose_name=_("agenda item")
    )
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind, default=Kind.PAPER)
    audience = models.CharField(_("who may read it"), max_length=12, choices=Audience, default=Audience.OFFICIALS)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by")
    )
    added_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    #: Taken off, not deleted: the versions stay for the record.
    removed_at = models.DateTimeField(_("taken off"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    #: The latest version of each language, where ``documents.papers`` found it.
    files: list["DocumentVersion"]

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["pk"]
        indexes = [models.Index(fields=["session"], condition=Q(removed_at=None), name="document_of_session")]

    def __str__(self):
        return self.title


def stored_name(_version: "DocumentVersion | None", _filename: str) -> str:
    """Nothing of the uploader's in it, and not to be guessed."""
    return f"documents/{timezone.now():%Y/%m}/{get_random_string(43)}"


def private_storage():
    """Files that no web server hands out by itself."""
    return storages["private"]


class DocumentVersionQuerySet(models.QuerySet):
    def latest(self):
        """The one that counts, of each document and language."""
        return self.filter(_latest())

    def visible_to(self, user):
        """The latest ones for the readers of the document. Those they replaced for officials of the Parties only: a
        version may have been replaced because nobody else should read it."""
        versions = self.filter(document__in=Document.objects.visible_to(user))
        if not user.is_authenticated:
            return versions.latest()
        return versions.filter(_of_her_parties(user, "document__session__dialogue") | _latest())


class DocumentVersion(models.Model):
    """One file of a document. A version never changes; the latest of a language is the one that counts."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions", verbose_name=_("document"))
    language = models.CharField(_("language"), max_length=7, choices=Language)
    number = models.PositiveSmallIntegerField(_("version"))
    file = models.FileField(_("file"), upload_to=stored_name, storage=private_storage, max_length=200)
    #: As the uploader called it, made safe; what a download is called.
    filename = models.CharField(_("file name"), max_length=150)
    content_type = models.CharField(_("kind of file"), max_length=100)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    digest = models.CharField(_("SHA-256"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a document")
        verbose_name_plural = _("versions of documents")
        ordering = ["language", "-number"]
        constraints = [models.UniqueConstraint(fields=["document", "language", "number"], name="document_version_once")]

    def __str__(self):
        return f"{self.document_id} {self.language} {self.number}"

    def get_absolute_url(self):
        session = self.document.session
        return reverse("dialogues:document-download", args=[session.dialogue.slug, session.pk, self.pk])

    @property
    def extension(self) -> str:
        """What kind of file it is, as its name says: "PDF"."""
        return self.filename.rpartition(".")[2].upper()
