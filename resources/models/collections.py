"""Lists of resources that people and chambers put together."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization
from portal.accounts.permissions import organization_ids
from resources.models.resource import Resource


def new_token() -> str:
    return secrets.token_urlsafe(18)


def go_along(collector, field, lists, using):
    """With an account go the lists that are its person's own; an organization's outlive who began them."""
    models.CASCADE(collector, field, lists.filter(organization=None), using)
    models.SET_NULL(collector, field, lists.exclude(organization=None), using)


class CollectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Her own, and her organizations'. A shared one is also read by whoever has its link."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(owner=user, organization=None) | Q(organization__in=organization_ids(user)))

    def shared(self):
        return self.filter(is_shared=True)


class Collection(models.Model):
    """A named list: a person's own ("My list"), or her organization's. Shared by an unguessable link."""

    # Who began it; of an organization's list nobody, once that account is gone.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        go_along,
        null=True,
        blank=True,
        related_name="collections",
        verbose_name=_("owner"),
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="collections", verbose_name=_("organization")
    )
    title = models.CharField(_("title"), max_length=150)
    note = models.TextField(_("what it is for"), max_length=1000, blank=True)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    is_shared = models.BooleanField(_("shared by link"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    resources = models.ManyToManyField(Resource, through="CollectionItem", related_name="collections")

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("collection")
        verbose_name_plural = _("collections")
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False) | Q(organization__isnull=False), name="collection_of_somebody"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("resources:collection-detail", args=[self.pk])


class CollectionItem(models.Model):
    """One resource in a collection, with its place and a word of advice."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "resource"], name="collection_item_once"),
        ]

    def __str__(self):
        return f"{self.collection_id}: {self.resource_id}"
