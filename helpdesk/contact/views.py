"""The door of the contact page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from channels_app.models import Brand
from helpdesk.contact.entries import contact_entries
from helpdesk.core.services import read_site_settings

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@require_safe
@vary_on_headers("Accept-Language")
@cache_control(public=True, max_age=60)
def contact_page(request: HttpRequest) -> HttpResponse:
    """The active channels with their links, opening state and usual reply time. Needs no script, sets no cookie."""
    context = {
        "entries": contact_entries(),
        "brand": Brand.objects.order_by("id").first(),
        "time_zone": read_site_settings().time_zone,
    }
    response = render(request, "contact/contact.html", context)
    response.headers["Content-Security-Policy"] = _POLICY
    return response
