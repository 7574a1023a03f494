"""The figures by which a dialogue is judged: drawn, as a table, to take away, and added by officials."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dialogues import charts, figures, partnering
from dialogues.initiative_forms import FigureForm
from dialogues.models import IndicatorValue
from dialogues.permissions import can_add_figures
from dialogues.templatetags.promises import in_words
from dialogues.views.finding import find_dialogue
from dialogues.views.scoreboard import table
from portal.web import go, require, show

#: Of the table. Names are for machines, the same in every language.
COLUMNS = (
    "indicator", "label", "unit", "year", "period", "economy", "agreement", "qualifier", "value", "reliability",
    "source", "caution",
)  # fmt: skip


@require_safe
def indicator_list(request, slug):
    """Every series with its drawing and its table."""
    dialogue = find_dialogue(request, slug)
    values = about(dialogue)
    may_add = can_add_figures(request.user, dialogue)
    context = {
        "dialogue": dialogue,
        "series": series(values, dialogue, under_agreement=True),
        "party_series": series(values, dialogue, under_agreement=False),
        "partnering": partnering.totals(dialogue),
        "can_add": may_add,
        "removable": figures.added_here() if may_add else set(),
    }
    return show(request, "dialogues/indicator_list.html", context)


@require_safe
def indicator_table(request, slug):
    """Every figure with its period, source and verification, and what partnering came to, as CSV."""
    dialogue = find_dialogue(request, slug)
    lines = [
        (
            value.indicator.metric,
            value.indicator.label,
            value.indicator.unit,
            value.year,
            value.period_label,
            value.economy_id,
            value.agreement.slug if value.agreement else "",
            value.qualifier,
            f"{value.value.normalize():f}",
            value.reliability,
            value.source,
            value.indicator.caution,
        )
        for value in about(dialogue).select_related("agreement")
    ]
    lines += [
        (name, "", "", year, "", economies, dialogue.agreement.slug, qualifier, value, "", settings.SITE_URL, "")
        for name, year, economies, qualifier, value in partnering.figures(partnering.totals(dialogue))
    ]
    return table(f"indicators-{dialogue.slug}", COLUMNS, lines)


@login_required
@require_http_methods(["GET", "POST"])
def figure_add(request, slug):
    dialogue = find_dialogue(request, slug)
    require(can_add_figures(request.user, dialogue))
    form = FigureForm(request.POST or None, dialogue=dialogue)
    if form.is_valid():
        try:
            figures.add(dialogue, **form.cleaned_data, by=request.user)
        except ValidationError as refusal:
            form.take_refusal(refusal)
        else:
            messages.success(request, _("Added. It stands in the drawing and in the table."))
            return go(request, "dialogues:indicator-list", slug)
    return show(request, "dialogues/figure_form.html", {"form": form, "dialogue": dialogue})


@login_required
@require_POST
def figure_take_off(request, slug, pk):
    dialogue = find_dialogue(request, slug)
    require(can_add_figures(request.user, dialogue))
    figure = get_object_or_404(IndicatorValue, agreement=dialogue.agreement, pk=pk)
    try:
        figures.take_off(figure, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("Removed."))
    return go(request, "dialogues:indicator-list", slug)


def about(dialogue):
    return IndicatorValue.objects.about(dialogue).select_related("indicator", "economy", "session__dialogue")


def series(values, dialogue, *, under_agreement):
    """The indicators in their order, each with its figures and their drawing; ``values`` is evaluated once."""
    found = {}
    for value in values:
        if (value.agreement_id is not None) == under_agreement:
            found.setdefault(value.indicator, []).append(value)
    return [charts.drawn(indicator, some, dialogue, in_words) for indicator, some in found.items()]
