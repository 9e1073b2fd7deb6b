"""The overview's section on channels: those that need somebody, and nothing while all is well."""

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from channels_app.admin.channel import ChannelAdmin, health
from channels_app.models import Channel

_MOST_SHOWN = 6
_NEEDS_SOMEBODY = ("danger", "warning")


def troubled_channels(request: HttpRequest) -> SafeString:
    """Channels that fail, are behind, send nothing or whose credentials end, with what to do; for who may put that right."""
    if not request.user.has_perm("channels_app.change_channel"):
        return SafeString("")
    active = ChannelAdmin(Channel, admin.site).get_queryset(request).filter(is_active=True, is_demo=False)
    found = [(channel, health(channel)) for channel in active[:200]]
    troubled = [(channel, state) for channel, state in found if state.tone in _NEEDS_SOMEBODY]
    if not troubled:
        return SafeString("")
    troubled.sort(key=lambda pair: pair[1].tone != "danger")
    context = {"troubled": troubled[:_MOST_SHOWN], "more": max(0, len(troubled) - _MOST_SHOWN)}
    return render_to_string("channels_app/troubled.html", context, request=request)
