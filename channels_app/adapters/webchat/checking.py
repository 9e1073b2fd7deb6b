"""Test connection: whether the sites answer, and whether the widget stands on them."""

from django.utils.translation import gettext as _

from channels_app.adapters.base import ChannelConfig, Finding
from helpdesk.common import http

_MOST_SITES = 10
_MAX_PAGE_BYTES = 2 * 1024 * 1024


def check_sites(channel: ChannelConfig) -> list[Finding]:
    """One finding a site: its first page is fetched and looked through for our script."""
    origins = [str(origin) for origin in channel.config.get("origins") or []]
    if not origins:
        advice = _("Enter the sites that carry the widget. Until then it is closed everywhere.")
        return [Finding(is_ok=False, what=_("No site is allowed."), advice=advice)]
    findings = [_check_site(origin, channel) for origin in origins[:_MOST_SITES]]
    if channel.site_url.startswith("http://") and any(origin.startswith("https://") for origin in origins):
        advice = _("Browsers refuse to load it from there. Serve the helpdesk under https.")
        findings.insert(
            0, Finding(is_ok=False, what=_("A site under https cannot load a widget from http."), advice=advice)
        )
    return findings


def _check_site(origin: str, channel: ChannelConfig) -> Finding:
    if origin.rstrip("/") == channel.site_url.rstrip("/"):
        return Finding(is_ok=True, what=_("%(site)s is this helpdesk itself (preview).") % {"site": origin})
    try:
        answer = http.call("GET", f"{origin}/", max_bytes=_MAX_PAGE_BYTES)
    except http.HttpError as error:
        advice = _("The site could not be looked at from here: %(reason)s The widget may work all the same.")
        what = _("%(site)s is allowed.") % {"site": origin}
        return Finding(is_ok=False, what=what, advice=advice % {"reason": error.message})
    if f"/widget/{channel.uuid}.js".encode() in answer.content:
        return Finding(
            is_ok=True, what=_("%(site)s is allowed, and its first page carries the widget.") % {"site": origin}
        )
    advice = _("Its first page does not carry the snippet (or a script adds it later). Copy it from the install page.")
    return Finding(is_ok=False, what=_("%(site)s is allowed.") % {"site": origin}, advice=advice)
