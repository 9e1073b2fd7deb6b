"""Secrets at rest and signed tokens."""

import stat

import pytest
from cryptography.fernet import Fernet

from helpdesk.common import crypto


def test_secret_comes_back_and_is_not_readable_in_between():
    token = crypto.encrypt_json({"password": "hunter2"})
    assert "hunter2" not in token
    assert crypto.decrypt_json(token) == {"password": "hunter2"}
    assert crypto.encrypt_json({}) == ""
    assert crypto.decrypt_json("") == {}


def test_secret_without_its_key_is_refused_with_a_word_to_do(settings, tmp_path):
    token = crypto.encrypt_json({"password": "x"})
    settings.HELPDESK_KEYS_DIR = tmp_path / "elsewhere"
    with pytest.raises(crypto.SecretUnreadable, match="Enter it again"):
        crypto.decrypt_json(token)


def test_newest_key_encrypts_and_older_ones_still_read(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.HELPDESK_FIELD_KEYS = [old]
    token = crypto.encrypt_json({"a": 1})
    settings.HELPDESK_FIELD_KEYS = [new, old]
    assert crypto.decrypt_json(token) == {"a": 1}
    rotated = crypto.rotate_token(token)
    settings.HELPDESK_FIELD_KEYS = [new]
    assert crypto.decrypt_json(rotated) == {"a": 1}


def test_signature_is_bound_to_text_and_purpose():
    signature = crypto.sign_text("7", purpose="survey")
    assert crypto.is_signed("7", signature, purpose="survey")
    assert not crypto.is_signed("8", signature, purpose="survey")
    assert not crypto.is_signed("7", signature, purpose="portal")
    assert not crypto.is_signed("7", signature[:-1], purpose="survey")
    assert not crypto.is_signed("7", "\ud800", purpose="survey")


def test_key_file_is_for_the_owner_only(settings):
    crypto.sign_text("x", purpose="survey")
    path = settings.HELPDESK_KEYS_DIR / "survey_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
