"""Address lists as they are written."""

import pytest

from channels_app.adapters.email.address import parse_addresses


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("ann@example.org", [("ann@example.org", "")]),
        ("Ann <Ann@Example.ORG>", [("ann@example.org", "Ann")]),
        ("a@x.org <b@y.org>", [("b@y.org", "a@x.org")]),
        ('"boss@corp.example" <evil@x.org>', [("evil@x.org", "boss@corp.example")]),
        ("=?utf-8?q?=22boss=40corp=2Eexample=22?= <evil@x.org>", [("evil@x.org", '"boss@corp.example"')]),
        ("=?utf-8?q?=3Cboss@corp.example=3E?= <evil@x.org>", [("evil@x.org", "<boss@corp.example>")]),
        ("=?utf-8?q?=3Cboss@corp.example=3E?= evil@x.org", [("evil@x.org", "")]),
        ("ann@example.org (Ann B.)", [("ann@example.org", "Ann B.")]),
        ('"B, Ann" <a@x.org>, Bob <b@x.org>', [("a@x.org", "B, Ann"), ("b@x.org", "Bob")]),
        ("B, Ann <a@x.org>", [("a@x.org", "B, Ann")]),
        ("=?utf-8?q?B,_Ann?= <a@x.org>", [("a@x.org", "B, Ann")]),
        ('"=?utf-8?q?J=C3=B6rg?=" <j@x.org>', [("j@x.org", "Jörg")]),
        ('"Bob \\"the\\" B" <b@x.org>', [("b@x.org", 'Bob "the" B')]),
        ("a@x.org; b@x.org", [("a@x.org", ""), ("b@x.org", "")]),
        ("Team: a@x.org, B <b@x.org>; c@x.org", [("a@x.org", ""), ("b@x.org", "B"), ("c@x.org", "")]),
        ("undisclosed-recipients:;", []),
        ("undisclosed recipients", []),
        ("Ann <ann@x.org", [("ann@x.org", "Ann")]),
        ("<<ann@x.org>>", [("ann@x.org", "")]),
        ("<mailto:ann@x.org>", [("ann@x.org", "")]),
        ("<@relay.org,@other.org:ann@x.org>", [("ann@x.org", "")]),
        ('"ann b"@x.org', [('"ann b"@x.org', "")]),
        ('"ann.b"@x.org', [("ann.b@x.org", "")]),
        ("ann+tag@x.org", [("ann+tag@x.org", "")]),
        ("ann@BÜCHER.example", [("ann@xn--bcher-kva.example", "")]),
        ("ann@bu\u0308cher.example", [("ann@xn--bcher-kva.example", "")]),
        ("Ann < ann @ x . org >", [("ann@x.org", "Ann")]),
        ("Ann [ann@x.org]", [("ann@x.org", "Ann")]),
        ("Ann ann@x.org", [("ann@x.org", "Ann")]),
        ("=?utf-8?Q?Ann_=3Cann@x.org=3E?=", [("ann@x.org", "Ann")]),
        ('"unterminated <ann@x.org>', [("ann@x.org", "unterminated")]),
        ("Foo: Bar <f@x.org>", [("f@x.org", "Foo: Bar")]),
        ("ann@[192.0.2.1]", [("ann@[192.0.2.1]", "")]),
        ("Ann", []),
        ("<>", []),
        ("<@", []),
        ("(" * 1000, []),
        ("", []),
    ],
)
def test_mailboxes_are_found(written, expected):
    assert [(found.address, found.name) for found in parse_addresses(written)] == expected


def test_address_keeps_what_was_written():
    assert parse_addresses("Ann <Ann@X.org>")[0].raw == "Ann <Ann@X.org>"


def test_reading_stops_at_the_limit():
    assert len(parse_addresses("a@x.org," * 1000, limit=7)) == 7


@pytest.mark.parametrize(
    "piece", ['("', "<", '"\\', "a<", "(a", "g:", "=?utf-8?q?x?=,", "a@", ":", "x:;", "=?", '"a"', "a@b ", "\\"]
)
def test_hostile_lists_are_read_in_one_pass(piece):
    assert isinstance(parse_addresses(piece * (250_000 // len(piece))), list)
