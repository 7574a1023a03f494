from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from modeltranslation.admin import TranslationAdmin

from portal.accounts.models import Organization
from portal.languages import NAMES, Language, column
from resources import assigning, reviewing
from resources.models import Resource, Translation

SHOWN = 20  # of the chosen ones, by title


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [
            ("overdue", _("Overdue")),
            ("7", _("Due within 7 days")),
            ("30", _("Due within 30 days")),
            ("later", _("Later")),
            ("never", _("Never reviewed")),
        ]

    def queryset(self, request, queryset):
        today, chosen = timezone.now().date(), self.value()
        published = queryset.published()
        if chosen == "overdue":
            return published.filter(review_due_on__lt=today)
        if chosen in {"7", "30"}:
            return published.filter(review_due_on__range=(today, today + timedelta(days=int(chosen))))
        if chosen == "later":
            return published.filter(review_due_on__gt=today + timedelta(days=30))
        return published.filter(reviewed_on=None) if chosen == "never" else queryset


class LookFilter(admin.SimpleListFilter):
    """What was changed in public and nobody else has looked over yet."""

    title = _("second look")
    parameter_name = "look"

    def lookups(self, request, model_admin):
        return [("waits", _("Changed, not yet seen by a second person"))]

    def queryset(self, request, queryset):
        return queryset.filter(pk__in=Resource.objects.unseen().values("pk")) if self.value() == "waits" else queryset


class LanguageFilter(admin.SimpleListFilter):
    """What is missing or stale in which language."""

    title = _("text in a language")
    parameter_name = "text"

    def lookups(self, request, model_admin):
        missing = [(f"missing:{code}", _("%(language)s: missing") % {"language": NAMES[code]}) for code in Language]
        stale = [(f"stale:{code}", _("%(language)s: stale") % {"language": NAMES[code]}) for code in Language]
        return missing + stale

    def queryset(self, request, queryset):
        state, _colon, code = (self.value() or "").partition(":")
        if code not in Language.values:
            return queryset
        if state == "missing":
            title = column("title", code)
            return queryset.filter(Q(**{title: ""}) | Q(**{f"{title}__isnull": True}))
        older = Translation.objects.filter(
            resource=OuterRef("pk"), language=code, source_version__lt=OuterRef("source_version")
        )
        return queryset.filter(Exists(older))


class PublisherForm(forms.Form):
    publisher = forms.ModelChoiceField(label=_("Publisher"), queryset=Organization.objects.none())

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        bodies = Organization.objects.verified().exclude(kind=Organization.Kind.SME)
        self.fields["publisher"].queryset = bodies.order_by(F("economy__order").asc(nulls_last=True), "slug")
        self.fields["publisher"].label_from_instance = lambda body: f"{body.economy_id or '–'} · {body}"


class TranslationInline(admin.TabularInline):
    model = Translation
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Resource)
class ResourceAdmin(TranslationAdmin):
    """A window on every resource. Texts, tags and states change on the portal's own pages alone: their verbs check,
    keep versions and log, tell people and index, none of which a form here could be trusted to do. The actions of the
    list go by verbs too."""

    list_display = ("title", "kind", "publisher", "status", "reviewed_on", "review_due_on", "link_status")
    list_filter = (
        "status",
        ReviewFilter,
        LookFilter,
        "link_status",
        LanguageFilter,
        ("publisher__economy", admin.RelatedOnlyFieldListFilter),
        "kind",
        "economies",
        "topics",
    )
    list_select_related = ("publisher",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = (
        "slug",
        "title_en",
        "title_zh_hant",
        "title_es",
        "title_fr",
        "url",
        "publisher__slug",
        "publisher__name_en",
    )
    date_hierarchy = "published_at"
    inlines = (TranslationInline,)
    actions = ("confirm_review", "assign_publisher")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        """Of the list, for its actions; never of one resource in a form."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request, obj=None):
        return False

    @admin.action(description=_("Confirm: still correct"), permissions=["change"])
    def confirm_review(self, request, queryset):
        try:
            done = reviewing.confirm_several(_some(queryset), by=request.user)
        except ValidationError as refusal:
            self.message_user(request, " ".join(refusal.messages), messages.ERROR)
            return
        text = ngettext("%(count)s resource confirmed.", "%(count)s resources confirmed.", done.count)
        self.message_user(request, text % {"count": done.count}, messages.SUCCESS)
        if done.doubted:
            titles = ", ".join(resource.title for resource in done.doubted[:SHOWN])
            left_out = _("Left out, because readers say they are out of date: %(titles)s") % {"titles": titles}
            self.message_user(request, left_out, messages.WARNING)

    @admin.action(description=_("Assign a publisher"), permissions=["change"])
    def assign_publisher(self, request, queryset):
        """First the page that asks for the publisher; then, sent from there, the verb."""
        chosen = _some(queryset)
        form = PublisherForm(request.POST if "assign" in request.POST else None)
        if form.is_valid():
            publisher = form.cleaned_data["publisher"]
            try:
                count = assigning.assign_several(chosen, publisher=publisher, by=request.user)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                text = ngettext(
                    "%(count)s resource is now published by %(publisher)s.",
                    "%(count)s resources are now published by %(publisher)s.",
                    count,
                )
                self.message_user(request, text % {"count": count, "publisher": publisher}, messages.SUCCESS)
                return None
        context = self.admin_site.each_context(request) | {
            "title": _("Assign a publisher"),
            "opts": self.opts,
            "form": form,
            "chosen": chosen[:SHOWN],
            "more": len(chosen) - len(chosen[:SHOWN]),
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
            "checkbox_name": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/resources/resource/assign_publisher.html", context)


def _some(queryset):
    """At most one more than the verbs take, so that a click on "all" of a million is refused, not read."""
    return list(queryset.order_by("pk")[: reviewing.AT_ONCE + 1])
