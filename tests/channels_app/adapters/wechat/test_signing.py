"""Signatures and encryption: vectors, and everything that must be refused alike."""

import base64
import dataclasses
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels_app.adapters.base import ChannelConfig, RawEvent, WebhookRequest
from channels_app.adapters.wechat.adapter import WeChatAdapter
from channels_app.adapters.wechat.envelope import Account, seal
from channels_app.adapters.wechat.signing import DecryptionError, decode_key, decrypt, encrypt, make_signature
from channels_app.adapters.wechat.xml import read_xml
from helpdesk.common.errors import ExpiredSignature, SignatureError

AT = datetime(2026, 11, 16, 12, tzinfo=UTC)
STAMP = str(int(AT.timestamp()))
# The values that the documentation of the encryption uses.
KEY, TOKEN, APP_ID = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "spamtest", "wx2c2769f8efd9abc2"
OTHER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
XML = (
    b"<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1763290821</CreateTime>"
    b"<MsgType>text</MsgType><Content>Hi</Content><MsgId>7</MsgId></xml>"
)


def adapter(mode="aes", tokens=(TOKEN,), keys=(KEY,), app_id=APP_ID):
    config = {"app_id": app_id, "mode": mode}
    return WeChatAdapter(
        ChannelConfig(uuid="u", config=config, secrets={"tokens": list(tokens), "aes_keys": list(keys)})
    )


def request(body=b"", *, token=TOKEN, stamp=STAMP, nonce="n1", method="POST", at=AT, **query):
    signed = {"timestamp": stamp, "nonce": nonce, "signature": make_signature(token, stamp, nonce)} | query
    return WebhookRequest(
        method=method, body=body, headers={}, query=signed, url=f"https://x/?{urlencode(signed)}", received_at=at
    )


def safe_request(encrypted, *, token=TOKEN, stamp=STAMP, nonce="n1", **more):
    body = f"<xml><ToUserName>gh_1</ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()
    signature = make_signature(token, stamp, nonce, encrypted)
    return request(body, token=token, stamp=stamp, nonce=nonce, encrypt_type="aes", msg_signature=signature, **more)


def test_signature_is_sha1_of_the_sorted_parts():
    assert make_signature("token", "1409659813", "1372623149") == make_signature("1372623149", "token", "1409659813")
    assert make_signature("weixin", "1", "2") == "a5090167a868234957d29dcaf2e34e5e349ecf60"


# The call that the documentation's own sample opens, and its signature.
DOCUMENTED = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2LdJF9FrXpbUAh0B5G"
    "IItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMe"
    "zR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl"
    "9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE="
)


def test_documented_call_is_proven_and_opened():
    sent_at = datetime.fromtimestamp(1409735669, tz=UTC)
    signature = "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
    body = f"<xml><Content>abcdteT</Content><Encrypt><![CDATA[{DOCUMENTED}]]></Encrypt></xml>".encode()
    call = request(
        body, stamp="1409735669", nonce="1320562132", at=sent_at, encrypt_type="aes", msg_signature=signature
    )
    adapter().verify(call)
    item = adapter().parse(RawEvent(body=body))[0]
    assert (item.text, item.external_id) == ("abcdteT", "6054768590064713728")


def test_plain_call_is_accepted():
    adapter("plain").verify(request(XML))


@pytest.mark.parametrize(
    "change", [{"signature": "0" * 40}, {"timestamp": "1"}, {"nonce": "other"}, {"signature": ""}, {"nonce": ""}]
)
def test_tampered_query_is_refused(change):
    call = request(XML)
    with pytest.raises(SignatureError):
        adapter("plain").verify(dataclasses.replace(call, query={**call.query, **change}))


@pytest.mark.parametrize("minutes", [-6, 6])
def test_replayed_call_is_refused_as_expired(minutes):
    with pytest.raises(ExpiredSignature):
        adapter("plain").verify(request(XML, at=AT + timedelta(minutes=minutes)))


def test_safe_call_is_accepted_and_read():
    call = safe_request(encrypt(XML, key=KEY, app_id=APP_ID))
    adapter().verify(call)
    assert adapter().parse(RawEvent(body=call.body))[0].text == "Hi"


def test_safe_mode_takes_no_unencrypted_call():
    with pytest.raises(SignatureError):
        adapter().verify(request(XML))


def test_what_stands_in_clear_beside_the_encrypted_text_counts_for_nothing():
    encrypted = encrypt(XML, key=KEY, app_id=APP_ID)
    body = f"<xml><Content>Forged</Content><MsgType>text</MsgType><Encrypt>{encrypted}</Encrypt></xml>".encode()
    assert adapter().parse(RawEvent(body=body))[0].text == "Hi"


def test_call_under_the_earlier_token_and_key_is_accepted_while_both_are_known():
    call = safe_request(encrypt(XML, key=OTHER_KEY, app_id=APP_ID), token="earlier1")
    adapter(tokens=(TOKEN, "earlier1"), keys=(KEY, OTHER_KEY)).verify(call)
    with pytest.raises(SignatureError):
        adapter(tokens=(TOKEN,), keys=(KEY, OTHER_KEY)).verify(call)
    with pytest.raises(SignatureError):
        adapter(tokens=(TOKEN, "earlier1"), keys=(KEY,)).verify(call)


def test_signature_of_another_ciphertext_is_refused():
    call = safe_request(encrypt(XML, key=KEY, app_id=APP_ID))
    forged = safe_request(encrypt(XML.replace(b"Hi", b"No"), key=KEY, app_id=APP_ID))
    with pytest.raises(SignatureError):
        adapter().verify(request(forged.body, encrypt_type="aes", msg_signature=call.query["msg_signature"]))


def padded_cipher(plain):
    """The cipher text of bytes whose padding the caller has made."""
    key = decode_key(KEY)
    encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def garbage():
    good = base64.b64decode(encrypt(XML, key=KEY, app_id=APP_ID))
    flipped = bytearray(good)
    flipped[-1] ^= 1
    head = bytes(16) + len(XML).to_bytes(4, "big") + XML + APP_ID.encode()
    return {
        "last byte flipped": base64.b64encode(bytes(flipped)).decode(),
        "cut": base64.b64encode(good[:-16]).decode(),
        "no whole block": base64.b64encode(good[:-1]).decode(),
        "empty": "",
        "no base64": "%%%",
        "random": base64.b64encode(secrets.token_bytes(64)).decode(),
        "padding of 33": padded_cipher(head + bytes([33]) * (64 - len(head) % 32)),
        "padding of 0": padded_cipher(head + bytes(32 - len(head) % 32)),
        "uneven padding": padded_cipher(head + bytes(31 - len(head) % 32) + bytes([32 - len(head) % 32])),
        "length beyond the end": padded_cipher(bytes(16) + (9999).to_bytes(4, "big") + b"x" * 11 + bytes([1])),
        "another account": encrypt(XML, key=KEY, app_id="wx000000000000000000"),
        "no account": encrypt(XML, key=KEY, app_id=""),
        "another key": encrypt(XML, key=OTHER_KEY, app_id=APP_ID),
    }


@pytest.mark.parametrize("name", sorted(garbage()))
def test_everything_that_does_not_open_is_refused_with_one_error(name):
    with pytest.raises(DecryptionError) as refusal:
        decrypt(garbage()[name], keys=[KEY], app_id=APP_ID)
    assert str(refusal.value) == str(DecryptionError())


def test_hostile_call_is_refused_although_its_signature_is_right():
    with pytest.raises(SignatureError):
        adapter().verify(safe_request(garbage()["another account"]))


def test_same_event_encrypted_anew_has_the_same_key():
    calls = [safe_request(encrypt(XML, key=KEY, app_id=APP_ID)) for _ in range(2)]
    assert calls[0].body != calls[1].body
    keys = {adapter().event_key(RawEvent(body=call.body)) for call in calls}
    assert len(keys) == 1
    assert keys == {adapter("plain").event_key(RawEvent(body=XML))}


def test_challenge_is_echoed_to_who_knows_the_token():
    assert adapter().handshake(request(method="GET", echostr="5837397520665")) == ("text/plain", b"5837397520665")
    assert adapter().handshake(request(method="GET")) is None
    with pytest.raises(SignatureError):
        adapter().handshake(request(method="GET", token="guess", echostr="1"))
    with pytest.raises(SignatureError):
        adapter(tokens=()).handshake(request(method="GET", echostr="1"))


def test_own_answer_can_be_opened_by_the_receiver():
    account = Account(app_id=APP_ID, mode="aes", tokens=[TOKEN], keys=[KEY])
    sealed = read_xml(seal(b"<xml/>", account, at=1763290821, nonce="n2"))
    assert decrypt(sealed["Encrypt"], keys=[KEY], app_id=APP_ID) == b"<xml/>"
    assert sealed["MsgSignature"] == make_signature(TOKEN, "1763290821", "n2", sealed["Encrypt"])
