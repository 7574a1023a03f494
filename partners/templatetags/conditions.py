"""What a request asks, how ready it is, and its English beside the original."""

from django import template
from django.utils.translation import get_language

from partners import condition_words, duplicates, permissions, readiness, reaffirming, stating
from partners.models import PartnerRequest

register = template.Library()


@register.inclusion_tag("partners/condition_list.html")
def conditions_of(found):
    """What the partner must and had better have, in the reader's language; what nobody confirmed is marked."""
    return {"lines": condition_words.lines(found.conditions.all()), "found": found}


@register.inclusion_tag("partners/request_readiness.html", takes_context=True)
def readiness_of(context, found):
    """What a request still lacks: for who writes it, and for the chamber that reviews it; nobody else sees it."""
    user = context["user"]
    may_edit = permissions.can_edit(user, found)
    if not (may_edit or permissions.can_review(user, found)):
        return {"readiness": None}
    return {
        "readiness": readiness.look(found),
        "found": found,
        "may_edit": may_edit,
        "suggested": [
            (condition_words.said(one.kind, one.value, one.amount), one.quote) for one in stating.suggested(found)
        ],
        "likely": duplicates.of(found),
    }


@register.inclusion_tag("partners/capacity_facts.html")
def capacities_of(profile):
    """What the company itself said it can make or take in."""
    return {"capacities": [one for one in profile.capacities.all() if one.is_confirmed]}


@register.inclusion_tag("partners/profile_standing.html", takes_context=True)
def standing_of(context, profile):
    """Since when the profile holds, and where its people say that it still does."""
    said = reaffirming.last_word(profile)
    is_asked = profile.asked_at is not None and profile.asked_at > said
    return {"profile": profile, "since": said, "is_asked": is_asked, "csrf_token": context.get("csrf_token")}


@register.filter
def capacity(one):
    """A capacity to read: "20,000 pieces a month"."""
    return condition_words.volume(one.unit, one.amount)


@register.filter
def in_english(request: PartnerRequest) -> bool:
    """Whether the reader, of another language than the writer's, is shown the English beside the original."""
    return bool(request.english_title) and request.language not in {"en", get_language()}
