"""From the bytes of a call to its fields, in plain and in safe mode, and the answer in the same call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels_app.adapters.base import ChannelConfig, ParseError
from channels_app.adapters.wechat.signing import DecryptionError, decrypt, encrypt, make_signature
from channels_app.adapters.wechat.xml import read_xml, write_xml

PLAIN, SAFE = "plain", "aes"


@dataclass(frozen=True, kw_only=True)
class Account:
    """What proves calls to be the account's; the first token and key are the ones in use, the others those before them."""

    app_id: str
    mode: str
    tokens: Sequence[str]
    keys: Sequence[str]

    @classmethod
    def of(cls, channel: ChannelConfig) -> "Account":
        return cls(
            app_id=str(channel.config.get("app_id") or ""),
            mode=str(channel.config.get("mode") or PLAIN),
            tokens=channel.secret_list("tokens"),
            keys=channel.secret_list("aes_keys"),
        )

    @property
    def is_safe(self) -> bool:
        return self.mode == SAFE


def encrypted_part(body: bytes) -> str:
    """The encrypted text of a call in safe mode. Raises ParseError."""
    encrypted = read_xml(body).get("Encrypt", "").strip()
    if not encrypted:
        raise ParseError("not_encrypted", "The body is not encrypted, and this channel takes encrypted bodies only.")
    return encrypted


def open_body(body: bytes, account: Account) -> dict[str, str]:
    """The fields of the message or event. Raises ParseError.

    In safe mode only what was encrypted counts: what stands beside it in clear ("compatible mode") is signed by nobody.
    """
    if account.is_safe:
        try:
            return read_xml(decrypt(encrypted_part(body), keys=account.keys, app_id=account.app_id))
        except DecryptionError as error:
            raise ParseError("cannot_decrypt", f"{error}.") from None
    fields = read_xml(body)
    if "MsgType" not in fields and "Encrypt" in fields:
        raise ParseError("encrypted", "The body is encrypted: choose the safe mode in the channel's settings.")
    return fields


def passive_reply(fields: Mapping[str, str], text: str, account: Account, *, at: int, nonce: str) -> bytes:
    """The XML that answers a customer in the same call, encrypted in safe mode."""
    content = write_xml(
        {
            "ToUserName": fields.get("FromUserName", ""),
            "FromUserName": fields.get("ToUserName", ""),
            "CreateTime": at,
            "MsgType": "text",
            "Content": text,
        }
    )
    return seal(content, account, at=at, nonce=nonce) if account.is_safe else content


def seal(content: bytes, account: Account, *, at: int, nonce: str) -> bytes:
    """``content`` as a signed, encrypted body."""
    encrypted = encrypt(content, key=account.keys[0], app_id=account.app_id)
    signature = make_signature(account.tokens[0], str(at), nonce, encrypted)
    return write_xml({"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": at, "Nonce": nonce})
