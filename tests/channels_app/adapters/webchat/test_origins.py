import pytest

from channels_app.adapters.webchat.origins import is_allowed, normalise_origin


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://www.shop.example", "https://www.shop.example"),
        ("https://Shop.example:443/lamps?x=1", "https://shop.example"),
        ("http://localhost:3000/", "http://localhost:3000"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("shop.example", ""),
        ("https://*.shop.example", ""),
        ("https://user:pass@shop.example", ""),
        ("javascript:alert(1)", ""),
        ("null", ""),
        ("", ""),
        ("https://shop.example:99999", ""),
    ],
)
def test_site_is_written_as_browsers_name_it(written, origin):
    assert normalise_origin(written) == origin


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "",
        "null",
        "*",
        "http://shop.example",
        "https://shop.example.evil.example",
        "https://shop.example:444",
        "https://evil.example",
    ],
)
def test_every_other_origin_stays_outside(origin):
    assert not is_allowed(origin, ["https://shop.example"])


def test_site_of_the_list_is_allowed():
    assert is_allowed("https://shop.example", ["https://shop.example"])
