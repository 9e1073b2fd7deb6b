"""Twilio's request signature: HMAC-SHA1 over the public address and the sorted parameters, keyed with an auth token.

Rules of https://www.twilio.com/docs/usage/webhooks/webhooks-security: every parameter is appended as name and value, sorted by
name; of a parameter that comes several times each different value once, sorted. A JSON body is not appended: its SHA-256 stands
in the address as ``bodySHA256``. With and without the standard port both forms of an address count.
"""

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from channels_app.adapters.base import ParseError, SignatureError, WebhookRequest

HEADER = "x-twilio-signature"
BODY_DIGEST = "bodySHA256"
MAX_FIELDS = 300
MAX_FORM_BYTES = 256 * 1024
_STANDARD_PORTS = {"https": 443, "http": 80}


def is_json(body: bytes) -> bool:
    """Whether a body is JSON and not a form: no form of Twilio's begins with a brace."""
    return body[:64].lstrip().startswith((b"{", b"["))


def read_form(body: bytes) -> list[tuple[str, str]]:
    """The parameters of a form in their order. Raises ParseError for more than any provider sends."""
    if len(body) > MAX_FORM_BYTES:
        raise ParseError("too_large", "The form is larger than 256 KB.")
    try:
        return parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace"
        )
    except ValueError:
        raise ParseError("invalid_form", f"The form has more than {MAX_FIELDS} fields.") from None


def signature_of(url: str, parameters: Iterable[tuple[str, str]], *, token: str) -> str:
    """The signature in base64 of one form of the address."""
    values: dict[str, set[str]] = defaultdict(set)
    for name, value in parameters:
        values[name].add(value)
    signed = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    code = hmac.new(token.encode(), signed.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(code.digest()).decode()


def verify_request(request: WebhookRequest, *, tokens: Sequence[str]) -> None:
    """Raise SignatureError unless one of the tokens signed this request. Without any token the door is closed."""
    live = [token for token in tokens if token]
    if not live:
        raise SignatureError("this channel has no auth token, so nothing can be signed for it")
    given = request.headers.get(HEADER, "")
    if not given:
        raise SignatureError("the signature is missing")
    try:
        parameters = _signed_parameters(request.body, request.query)
    except ParseError as error:
        raise SignatureError(error.message) from error
    # Every candidate is computed and compared, whichever fits: the time says nothing.
    fits = [
        hmac.compare_digest(signature_of(url, parameters, token=token).encode(), given.encode("utf-8", "replace"))
        for token in live
        for url in _written_forms(request.url)
    ]
    if not any(fits):
        raise SignatureError("the signature does not match")


def sign_request(url: str, body: bytes, *, token: str) -> str:
    """The signature that Twilio would send with this body to this address (without a query)."""
    if is_json(body):
        return signature_of(f"{url}?{BODY_DIGEST}={hashlib.sha256(body).hexdigest()}", [], token=token)
    return signature_of(url, read_form(body), token=token)


def signed_query(body: bytes) -> dict[str, str]:
    """What Twilio adds to the address with this body."""
    return {BODY_DIGEST: hashlib.sha256(body).hexdigest()} if is_json(body) else {}


def _signed_parameters(body: bytes, query: Mapping[str, str]) -> list[tuple[str, str]]:
    digest = query.get(BODY_DIGEST)
    if digest is None:
        return read_form(body)
    if not hmac.compare_digest(hashlib.sha256(body).hexdigest(), digest.lower().encode("ascii", "replace").decode()):
        raise SignatureError("the body is not the one that was signed")
    return []


def _written_forms(url: str) -> list[str]:
    """The address with and without its port; Twilio signs the one or the other."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    try:
        port = parts.port or _STANDARD_PORTS.get(parts.scheme)
    except ValueError:
        return [url]
    with_port = urlunsplit(parts._replace(netloc=f"{host}:{port}"))
    without_port = urlunsplit(parts._replace(netloc=host))
    return list(dict.fromkeys((url, with_port, without_port)))
