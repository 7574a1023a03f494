from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization
from portal.accounts.permissions import organization_ids
from portal.reference.models import Economy, Topic

#: A contact that nobody confirmed for so long is not shown any more.
CONFIRMED_WITHIN = timedelta(days=365)


class FocalPointQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Current ones are public; an office's own people see hers in every state, administrators all."""
        if user.is_authenticated and user.is_staff:
            return self
        return self.filter(_current() | Q(organization__in=organization_ids(user)))

    def current(self):
        """In use, of a verified organization, and confirmed within a year."""
        return self.filter(_current())

    def lapsing(self, days):
        """Current ones that drop out within so many days unless somebody confirms them."""
        return self.current().filter(confirmed_at__lte=timezone.now() - CONFIRMED_WITHIN + timedelta(days=days))

    def answering(self, topics):
        """Those who answer for one of these topics (slugs), or for every topic; ``is_on_topic`` tells which."""
        on_topic = Exists(_topics_of_it().filter(topic__slug__in=list(topics)))
        return self.with_breadth().annotate(is_on_topic=on_topic).filter(Q(is_on_topic=True) | Q(is_for_all=True))

    def with_breadth(self):
        """``is_for_all``: whether it answers for every topic."""
        return self.annotate(is_for_all=~Exists(_topics_of_it()))

    def for_rows(self):
        """What a row of the directory shows."""
        return self.select_related("organization", "economy", "confirmed_by").prefetch_related("topics")

    def for_open_data(self):
        """The current ones with the slugs of their topics."""
        slugs = ArrayAgg("topics__slug", filter=Q(topics__isnull=False), default=[], order_by="topics__slug")
        return self.current().annotate(topic_slugs=slugs).order_by("economy__order", "economy", "pk")


def _topics_of_it():
    return FocalPoint.topics.through.objects.filter(focalpoint=OuterRef("pk"))


def _current():
    return Q(
        is_active=True,
        organization__status=Organization.Status.VERIFIED,
        confirmed_at__gt=timezone.now() - CONFIRMED_WITHIN,
    )


class FocalPoint(models.Model):
    """An office that answers questions on some topics for one economy; never a private person.

    Source of the duty: the agreements' chapters on SMEs ask each Party to name a contact (data/agreements.json).
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="focal_points", verbose_name=_("organization")
    )
    economy = models.ForeignKey(Economy, models.PROTECT, related_name="focal_points", verbose_name=_("economy"))
    #: Empty: every topic.
    topics = models.ManyToManyField(Topic, related_name="focal_points", verbose_name=_("topics"), blank=True)
    office = models.CharField(_("office"), max_length=200)
    hours = models.CharField(_("hours"), max_length=200, blank=True)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    email = models.EmailField(_("e-mail address of the office"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    url = models.URLField(_("page"), max_length=500, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)
    confirmed_at = models.DateTimeField(_("last confirmed"), default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    #: False until its own people confirm or edit what came with the portal's catalogue.
    is_confirmed = models.BooleanField(_("confirmed by its people"), default=True)
    #: By which the catalogue's file knows it; empty for those that people entered here.
    catalogue_key = models.SlugField(
        _("name in the catalogue"), max_length=80, unique=True, null=True, blank=True, editable=False
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    objects = FocalPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("focal point")
        verbose_name_plural = _("focal points")
        ordering = ["economy", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone="") | ~Q(url=""), name="focal_point_can_be_reached"
            ),
        ]
        indexes = [models.Index(fields=["economy", "-confirmed_at"], name="focal_point_of_economy")]

    def __str__(self):
        return self.office

    def get_absolute_url(self):
        return reverse("focal:point-detail", args=[self.pk])

    @property
    def lapses_at(self):
        """When it drops out of the directory unless somebody confirms it before."""
        return self.confirmed_at + CONFIRMED_WITHIN

    @property
    def is_current(self) -> bool:
        """Whether everybody sees it."""
        return self.is_active and self.organization.is_verified and self.lapses_at > timezone.now()
