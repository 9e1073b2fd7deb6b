import pytest

from channels_app.adapters.webchat.forms import WebchatConfigForm


def test_sites_alone_are_enough():
    form = WebchatConfigForm({"origins": "https://shop.example/\nhttps://shop.example"})
    assert form.is_valid(), form.errors
    assert form.config()["origins"] == ["https://shop.example"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origins", "shop"),
        ("color", "blue"),
        ("questions", "1\n2\n3\n4\n5\n6"),
        ("identity_secrets", "short"),
        ("identity_secrets", "\n".join(["x" * 40] * 3)),
    ],
)
def test_value_that_cannot_work_is_refused_at_its_field(field, value):
    form = WebchatConfigForm({"origins": "https://shop.example", field: value})
    assert not form.is_valid()
    assert field in form.errors


def test_consent_needs_something_to_read():
    form = WebchatConfigForm({"origins": "https://shop.example", "needs_consent": True})
    assert not form.is_valid()
    assert "privacy_url" in form.errors


def test_new_channel_gets_a_secret_of_256_bits():
    [secret] = WebchatConfigForm({}).initial_secrets()["identity_secrets"]
    assert len(bytes.fromhex(secret)) == 32
