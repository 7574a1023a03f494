from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from portal.web import show
from resources import permissions, wording
from resources.filters import ResourceFilter
from resources.models import Resource

PER_PAGE = 20


@require_GET
def resource_list(request: HttpRequest) -> HttpResponse:
    """Everything published, narrowed by the filters in the address."""
    published = Resource.objects.visible_to(request.user).published()
    found = ResourceFilter(request.GET, queryset=published)
    page = Paginator(found.qs.for_rows(), PER_PAGE).get_page(request.GET.get("page"))
    chosen = found.chosen()
    labels = {name: field.label for name, field in found.form.fields.items()}
    context = {
        "filter": found,
        "page": page,
        "sentence": wording.count_sentence(
            page.paginator.count, {name: [label for _value, label in pairs] for name, pairs in chosen.items()}
        ),
        "chips": wording.chips(chosen, labels, request.GET),
        "can_draft": permissions.can_draft(request.user),
    }
    return show(request, "resources/resource_list.html", context, fragments=["results"])
