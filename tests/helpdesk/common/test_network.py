"""The client's address: what proxies of our own say, nothing else."""

import pytest
from django.test import RequestFactory

from helpdesk.common.network import address_for_limits, client_address


def request(peer="10.0.0.1", forwarded=None):
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, **headers)


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, None, "10.0.0.1"),
        (0, "203.0.113.7", "10.0.0.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.9", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, None, "10.0.0.1"),
    ],
)
def test_only_the_entries_of_own_proxies_are_believed(settings, hops, forwarded, expected):
    settings.HELPDESK_PROXY_HOPS = hops
    assert client_address(request(forwarded=forwarded)) == expected


def test_client_on_a_socket_file_has_no_address(settings):
    settings.HELPDESK_PROXY_HOPS = 0
    assert client_address(request(peer="")) == ""


def test_ipv6_client_is_counted_by_his_whole_network(settings):
    settings.HELPDESK_PROXY_HOPS = 0
    first = address_for_limits(request(peer="2001:db8:1:2::1"))
    assert first == address_for_limits(request(peer="2001:db8:1:2:ffff::9")) == "2001:db8:1:2::/64"
