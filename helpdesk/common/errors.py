"""The errors that services raise and doors translate: one class per way of saying no."""

from collections.abc import Mapping, Sequence
from typing import Any


class HelpdeskError(Exception):
    """A refusal with a stable machine-readable ``code`` and a text for people.

    ``fields`` maps an input field to what is wrong with it. ``status`` is the HTTP status the API answers with.
    """

    status = 400

    def __init__(self, code: str, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})


class InvalidInput(HelpdeskError):
    """The request is understood but a value in it cannot be used."""

    status = 400


class Unprocessable(HelpdeskError):
    """Well-formed, but refused as it stands (an empty reply, an open placeholder)."""

    status = 422


class PermissionRefused(HelpdeskError):
    """The actor may see the object but may not do this."""

    status = 403


class NotVisible(HelpdeskError):
    """The object does not exist, or the actor may not know that it does."""

    status = 404


class Conflict(HelpdeskError):
    """The object is not in a state that allows this, or somebody else was faster."""

    status = 409


class Stale(HelpdeskError):
    """The caller acted on an older version of the object than the stored one."""

    status = 412


class TooManyRequests(HelpdeskError):
    """A limit was passed; ``retry_after_seconds`` says when to come back."""

    status = 429

    def __init__(self, code: str, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(code, message)
        self.retry_after_seconds = retry_after_seconds


class SignatureError(Exception):
    """A webhook is not signed by who it says it is. The text never holds a secret or the body."""


class ExpiredSignature(SignatureError):
    """The signature is right but the time in it is too far from now: a replay, or a clock that is wrong."""


class ParseError(Exception):
    """A stored payload cannot be read, and never will be: quarantine it with this ``code`` and reason.

    ``items`` are those of its items that could be read all the same: file them before the event is quarantined.
    """

    def __init__(self, code: str, message: str, *, items: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.items = list(items)


class AdapterError(Exception):
    """A provider refused or could not be reached.

    ``permanent`` decides between giving up and trying again; ``retry_after_seconds`` is the provider's own wish.
    ``is_uncertain`` says that the provider may have accepted the message although no answer came. ``concerns_channel``: not this
    message is at fault but the channel (credentials refused or run out, account blocked): it waits until somebody has put that right.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        permanent: bool,
        retry_after_seconds: float | None = None,
        is_uncertain: bool = False,
        concerns_channel: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds
        self.is_uncertain = is_uncertain
        self.concerns_channel = concerns_channel
