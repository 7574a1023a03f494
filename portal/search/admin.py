from collections import Counter

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from portal.languages import Language
from portal.search import editing
from portal.search.models import Concept, Term


class ConceptForm(forms.ModelForm):
    class Meta:
        model = Concept
        fields = ("slug", "topics", "sectors", "economies", "broader", "related")

    def clean_broader(self):
        broader = self.cleaned_data["broader"]
        if self.instance.pk and editing.would_go_round(self.instance, broader):
            raise ValidationError(_("A concept cannot be wider than itself, also not by way of others."))
        return broader

    def clean_related(self):
        related = self.cleaned_data["related"]
        if self.instance.pk and self.instance in related:
            raise ValidationError(_("A concept is not related to itself."))
        return related


class TermFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        left = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        said = Counter(data.get("language") for data in left)
        if missing := [str(language.label) for language in Language if not said[language]]:
            raise ValidationError(
                _("Give at least one term in each language; missing: %(languages)s.")
                % {"languages": ", ".join(missing)}
            )


class TermInline(admin.TabularInline):
    model = Term
    formset = TermFormSet
    fields = ("language", "text", "order", "is_acronym")
    extra = 1


@admin.register(Concept)
class ConceptAdmin(admin.ModelAdmin):
    form = ConceptForm
    inlines = (TermInline,)
    list_display = ("slug", "english", "chinese", "spanish", "french")
    list_filter = ("topics", "economies", ("sectors", admin.RelatedOnlyFieldListFilter))
    search_fields = ("slug", "terms__text", "terms__folded")
    search_help_text = _("Any term in any language, or the short name")
    autocomplete_fields = ("broader", "related")
    filter_horizontal = ("topics", "sectors", "economies")
    list_per_page = 50

    def get_queryset(self, request):
        preferred = Prefetch("terms", Term.objects.filter(is_preferred=True), to_attr="preferred")
        return super().get_queryset(request).prefetch_related(preferred)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        editing.note_edited(form.instance, by=request.user, is_new=not change)

    def delete_model(self, request, obj):
        editing.discard(obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for concept in queryset:
            editing.discard(concept, by=request.user)

    @admin.display(description=Language.EN.label)
    def english(self, concept):
        return _preferred(concept, Language.EN)

    @admin.display(description=Language.ZH_HANT.label)
    def chinese(self, concept):
        return _preferred(concept, Language.ZH_HANT)

    @admin.display(description=Language.ES.label)
    def spanish(self, concept):
        return _preferred(concept, Language.ES)

    @admin.display(description=Language.FR.label)
    def french(self, concept):
        return _preferred(concept, Language.FR)


def _preferred(concept, language):
    return next((term.text for term in concept.preferred if term.language == language), "")
