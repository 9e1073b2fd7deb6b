"""Secrets are compared in constant time: no ``==`` decides about a signature, a token or a secret (C4)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from channels_app.adapters.base import Can, SignatureError, WebhookRequest
from channels_app.registry import adapter_class, kinds
from helpdesk.common.clock import now
from tests.support.hostile_payloads import trial_adapter

ROOT = Path(__file__).resolve().parent.parent
APPS = ("channels_app", "helpdesk", "reporting", "surveys", "tickets")
# Names of what somebody who calls us has to know.
_SECRET = re.compile(
    r"secret|signature|\bsigned\b|hmac|(?:verify|access|auth|bot|upload|survey|visitor|reply)_?token\b|given_token|\bproof\b"
    r"|api_key|identity_hash|hexdigest|\.digest\(",
    re.IGNORECASE,
)
# What only looks like a secret: names of settings, counts, the checksum of a file.
_HARMLESS = re.compile(
    r"secret_names?\b|secrets_to|len\(|\.kind\b|\.code\b|sha256\(content\)|names_set|has_secret", re.IGNORECASE
)


def comparisons(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every ``==`` and ``!=`` between two values of which one is called like a secret."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare) or not any(isinstance(one, ast.Eq | ast.NotEq) for one in node.ops):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Constant) for side in sides):
            continue
        text = ast.unparse(node)
        if _SECRET.search(text) and not _HARMLESS.search(text):
            yield node.lineno, text


def test_no_secret_is_compared_with_an_equals_sign():
    found = [
        f"{file.relative_to(ROOT)}:{line}: {text}"
        for app in APPS
        for file in sorted((ROOT / app).rglob("*.py"))
        for line, text in comparisons(file.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "given == self.channel.secrets['app_secret']",
        "signature != wanted",
        "hmac.new(a, b, c).hexdigest() == given",
        "request.headers['x-token'] == verify_token",
        "x = 1 if proof == other else 2",
    ],
)
def test_the_search_finds_what_it_is_for(source):
    assert list(comparisons(source))


@pytest.mark.parametrize("kind", [kind for kind in kinds() if Can.WEBHOOK in adapter_class(kind).can])
def test_every_door_compares_in_constant_time(kind, monkeypatch):
    compared = []
    monkeypatch.setattr("hmac.compare_digest", lambda one, other: compared.append((one, other)) or False)
    adapter = trial_adapter(kind)
    headers = {name.lower(): value for name, value in adapter.sign(b"{}").items()}
    query = adapter.sign_query(b"{}")
    request = WebhookRequest(
        method="POST", body=b"{}", headers=headers, query=query, url=adapter.webhook_url, received_at=now()
    )
    with pytest.raises(SignatureError):
        adapter.verify(request)
    assert compared
