"""Which sites may carry the widget: exact origins, as browsers name them. Pure."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"https": 443, "http": 80}


def normalise_origin(written: str) -> str:
    """The origin of an address as a browser writes it (``https://shop.example``); "" for what has none."""
    try:
        parts = urlsplit(written.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not host or parts.username or "*" in host:
        return ""
    try:
        host = f"[{ipaddress.ip_address(host)}]" if ":" in host else host.encode("idna").decode()
    except (ValueError, UnicodeError):
        return ""
    suffix = f":{port}" if port and port != _DEFAULT_PORTS[parts.scheme] else ""
    return f"{parts.scheme}://{host}{suffix}"


def is_allowed(origin: str | None, allowed: Iterable[str]) -> bool:
    """Whether a browser's Origin header names one of the sites; a missing one and ``null`` never do."""
    return bool(origin) and origin != "null" and origin in set(allowed)
