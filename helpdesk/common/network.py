"""Who is at the other end of a request."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's IP address in its normal form; "" when there is none (a socket file).

    ``X-Forwarded-For`` is believed for as many entries from its right end as the setting HELPDESK_PROXY_HOPS says we
    have proxies of our own; everything left of them is the client's free text. A header that is shorter than that did
    not pass our proxies, so it is not believed at all.
    """
    peer = _normal(str(request.META.get("REMOTE_ADDR", "")))
    hops: int = settings.HELPDESK_PROXY_HOPS
    if not hops:
        return peer
    forwarded = [entry.strip() for entry in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
    if len(forwarded) < hops:
        return peer
    return _normal(forwarded[-hops]) or peer


def address_for_limits(request: HttpRequest) -> str:
    """What attempts are counted under: the IPv4 address, or the /64 that an IPv6 client has to himself."""
    address = client_address(request)
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False))


def _normal(text: str) -> str:
    """The address in its normal form, IPv4 inside IPv6 unpacked; "" for what is no address."""
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address).partition("%")[0]
