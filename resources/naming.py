"""Addresses of resources: each is one word of its own under /resources/, for life."""

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from resources.models import Resource

#: Addresses under /resources/ that are pages of their own.
RESERVED = {
    "coverage",
    "dates",
    "export",
    "feed",
    "finder",
    "import",
    "links",
    "lists",
    "manage",
    "reports",
    "shared",
    "suggest",
    "versions",
}


def asked(slug: str) -> str:
    """The address somebody asks for; raise ``ValidationError`` on ``slug`` when it is none, or is taken."""
    try:
        Resource._meta.get_field("slug").clean(slug, None)
    except ValidationError as error:
        raise ValidationError({"slug": error.messages}) from error
    if slug in RESERVED or Resource.objects.filter(slug=slug).exists():
        raise ValidationError({"slug": [_("This short name is taken.")]})
    return slug


def free(resource: Resource, economies: list) -> str:
    """An address from the title: Latin titles are spelled out, others get the publisher's name and a number."""
    title = resource.text("en")[0] or resource.reading(resource.source_language).title
    codes = "-".join(sorted(economy.pk.lower() for economy in economies)[:3]) or resource.scope
    name = slugify(title) or resource.publisher.slug
    base = f"{codes}-{name}"[:90].strip("-")
    taken = set(Resource.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | RESERVED
    candidates = [base, *(f"{base}-{number}" for number in range(2, len(taken) + 3))]
    return next(slug for slug in candidates if slug not in taken)
