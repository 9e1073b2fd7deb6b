from uuid import UUID

import pytest

from surveys.models import Invitation
from surveys.services.tokens import BadToken, make_token, read_token, survey_url

UUID_TEXT = "0f8fad5bd9cb469fa16570867728950e"


@pytest.fixture
def token() -> str:
    return make_token(Invitation(uuid=UUID(UUID_TEXT)))


def test_own_token_opens_its_invitation(token: str) -> None:
    assert read_token(token) == UUID(UUID_TEXT)


def test_token_is_the_same_on_every_attempt(token: str) -> None:
    assert make_token(Invitation(uuid=UUID(UUID_TEXT))) == token


def test_token_carries_128_secret_bits(token: str) -> None:
    assert len(token.removeprefix(UUID_TEXT)) == 22


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t + "A", lambda t: "", lambda t: t.upper(), lambda t: t + "\n"]
)
def test_cut_or_altered_shape_is_broken(token: str, change: object) -> None:
    assert read_token(change(token)) is BadToken.BROKEN


@pytest.mark.parametrize(
    "change",
    [
        lambda t: "1" + t[1:] if t[0] != "1" else "2" + t[1:],
        lambda t: t[:32] + ("B" if t[32] != "B" else "C") + t[33:],
        lambda t: t[:32] + "A" * 22,
    ],
)
def test_token_without_our_signature_is_forged(token: str, change: object) -> None:
    assert read_token(change(token)) is BadToken.FORGED


def test_link_can_choose_a_score(token: str, settings: object) -> None:
    settings.SITE_URL = "https://desk.example/"
    assert survey_url(Invitation(uuid=UUID(UUID_TEXT)), score=8) == f"https://desk.example/survey/{token}/?score=8"
