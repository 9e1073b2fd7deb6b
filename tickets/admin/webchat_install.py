"""How a web chat comes onto a site: the snippet to copy, the policy that the site needs, and the chat itself to try."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from channels_app.adapters.webchat.origins import normalise_origin
from channels_app.models import Channel
from helpdesk.common.csp import POLICY
from tickets.admin.doors import AgentRequest

# The preview is the widget itself, which shows pictures that it fetched as blobs.
_PREVIEW_POLICY = POLICY.replace("img-src 'self' data:", "img-src 'self' data: blob:")


def install(request: AgentRequest, channel_id: int) -> HttpResponse:
    """The install page of one chat, for whoever may set up channels."""
    if not request.user.has_perm("channels_app.change_channel"):
        raise PermissionDenied
    channel = Channel.objects.select_related("brand").filter(pk=channel_id, kind="webchat").first()
    if channel is None:
        raise Http404
    desk = settings.SITE_URL.rstrip("/")
    here = normalise_origin(f"{request.scheme}://{request.get_host()}")
    context = {
        **admin.site.each_context(request),
        "title": _("Install “%(channel)s”") % {"channel": channel},
        "opts": Channel._meta,
        "channel": channel,
        "channel_url": reverse("admin:channels_app_channel_change", args=[channel.pk]),
        "snippet": f'<script src="{desk}/widget/{channel.uuid}.js" async></script>',
        "policy": f"script-src {desk}; connect-src {desk}; img-src blob:",
        "script_url": reverse("webchat:script", args=[channel.uuid]),
        "can_preview": channel.is_active and here == normalise_origin(desk),
        "desk": desk,
        "origins": channel.config.get("origins") or [],
    }
    response = render(request, "tickets/webchat_install.html", context)
    response.headers["Content-Security-Policy"] = _PREVIEW_POLICY
    return response
