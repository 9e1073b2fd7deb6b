"""The settings of channels: secrets are write-only, wrong values are named where they stand."""

import pytest

from channels_app.adapters.api.forms import ApiConfigForm, decode_secret, make_secret
from channels_app.adapters.email.forms import EmailConfigForm
from channels_app.forms import is_local_host

MAILBOX = {"address": "support@desk.example", "imap_host": "imap.desk.example", "imap_password": "canary"}


def test_stored_secret_is_never_shown():
    form = EmailConfigForm(stored_config=MAILBOX, stored_secrets={"imap_password": "canary"})
    assert "canary" not in form["imap_password"].as_widget()
    assert form["imap_password"].field.widget.attrs["placeholder"]
    assert "canary" not in ApiConfigForm(stored_secrets={"signing_secrets": ["canary"]}).as_p()


def test_entered_secret_is_not_shown_again_on_an_error():
    form = EmailConfigForm({**MAILBOX, "address": "wrong"})
    assert not form.is_valid()
    assert "canary" not in form.as_p()
    entered = make_secret()
    api = ApiConfigForm({"signing_secrets": entered, "deliver_url": "no url"})
    assert not api.is_valid()
    assert entered not in api.as_p()


def test_empty_secret_keeps_the_stored_one_and_an_entered_one_replaces_it():
    stored = {"imap_password": "old", "smtp_password": "kept"}
    kept = EmailConfigForm({**MAILBOX, "imap_password": ""}, stored_secrets=stored)
    assert kept.is_valid(), kept.errors
    assert kept.secrets(stored) == stored
    replaced = EmailConfigForm({**MAILBOX, "imap_password": "new"}, stored_secrets=stored)
    assert replaced.is_valid()
    assert replaced.secrets(stored) == {"imap_password": "new", "smtp_password": "kept"}


def test_settings_hold_no_secret_and_nothing_empty():
    form = EmailConfigForm(
        {**MAILBOX, "folders": "INBOX\nOrders\n", "first_poll": "since", "first_poll_since": "2026-01-02"}
    )
    assert form.is_valid(), form.errors
    assert form.config() == {
        "address": "support@desk.example",
        "imap_host": "imap.desk.example",
        "folders": ["INBOX", "Orders"],
        "first_poll": "since",
        "first_poll_since": "2026-01-02",
        "has_subject_tag": False,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": "nobody"}, "address"),
        ({"aliases": "fine@desk.example\nbroken"}, "aliases"),
        ({"imap_password": ""}, "imap_password"),
        ({"imap_security": "plain"}, "imap_security"),
        ({"smtp_host": "smtp.desk.example", "smtp_security": "plain"}, "smtp_security"),
        ({"imap_port": "70000"}, "imap_port"),
        ({"first_poll": "since"}, "first_poll_since"),
        ({"after_storing": "move"}, "move_to_folder"),
    ],
)
def test_wrong_mailbox_setting_is_named(changes, field):
    form = EmailConfigForm({**MAILBOX, **changes})
    assert not form.is_valid()
    assert list(form.errors) == [field]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "mail.intranet"])
def test_encryption_may_be_left_out_only_where_nobody_listens(host, settings):
    settings.HELPDESK_TRUSTED_HOSTS = ["Mail.Intranet"]
    assert is_local_host(host)
    assert not is_local_host("mail.example")


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_QUJD", "QUJD" * 10, "whsec_%%%%", "whsec_" + "QUJD" * 30])
def test_signing_secret_of_another_shape_is_refused(secret):
    with pytest.raises(ValueError, match="not "):
        decode_secret(secret)


def test_made_secrets_are_accepted_and_differ():
    first, second = make_secret(), make_secret()
    assert first != second
    form = ApiConfigForm({"signing_secrets": f"{first}\n{second}"})
    assert form.is_valid()
    assert form.secrets({}) == {"signing_secrets": [first, second]}
    assert len(decode_secret(first)) == 32
