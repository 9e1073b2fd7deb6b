import pytest

from channels_app.adapters.webchat.signing import identity_hash, is_proven

UUID = "0d8fa2f5-8c5a-4c1a-9a57-3f9a3c1f2b10"
AT = 1_800_000_000


def check(**changes):
    given = {
        "secrets": ["new" * 12, "old" * 12], "channel_uuid": UUID, "identifier": "42", "expires_at": AT + 60, "at": AT,
        "given": identity_hash(secret="old" * 12, channel_uuid=UUID, identifier="42", expires_at=AT + 60),
    }  # fmt: skip
    return is_proven(**(given | changes))


def test_hash_is_that_of_the_documented_text():
    # printf %s "<uuid>.1800000060.42" | openssl dgst -sha256 -hmac "secret"
    made = identity_hash(secret="secret", channel_uuid=UUID, identifier="42", expires_at=AT + 60)
    assert made == "dbef247dec2dba73f196fff067d0e46679bd60c5177347e31bf857777dfbab5f"


def test_each_of_two_secrets_is_valid():
    for secret in ("new" * 12, "old" * 12):
        given = identity_hash(secret=secret, channel_uuid=UUID, identifier="42", expires_at=AT + 60)
        assert check(given=given)
        assert check(given=given.upper())


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": "43"},
        {"channel_uuid": UUID.replace("0d", "1d")},
        {"expires_at": AT + 61},
        {"at": AT + 60},
        {"at": AT + 61},
        {"secrets": ["new" * 12]},
        {"secrets": []},
        {"given": ""},
        {"given": "é" * 64},
        {"identifier": ""},
    ],
)
def test_hash_of_another_person_channel_time_or_secret_proves_nothing(changes):
    assert not check(**changes)


def test_promise_for_longer_than_a_week_is_refused():
    expires_at = AT + 7 * 24 * 3600 + 1
    given = identity_hash(secret="new" * 12, channel_uuid=UUID, identifier="42", expires_at=expires_at)
    assert not check(expires_at=expires_at, given=given)
    assert check(expires_at=expires_at, given=given, at=AT + 2)
