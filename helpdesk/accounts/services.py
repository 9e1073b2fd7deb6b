"""Keys for the API, and the answers that repeated calls get again."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.accounts.backends import PERMISSION_CODES, remember_permissions
from helpdesk.accounts.models import ApiKey, IdempotencyKey, User
from helpdesk.common.api.permissions import SCOPES
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput

_KEY = re.compile(r"hd_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_SCOPE = re.compile(rf"([a-z][a-z-]{{0,40}}:)?({'|'.join(SCOPES)})")
_NO_DIGEST = bytes(32)
# One round trip for key, owner and rights.
_KEY_AND_OWNER = f"""
SELECT person.*, {PERMISSION_CODES}, api_key.id AS key_id, api_key.name AS key_name, api_key.digest AS key_digest,
    api_key.scopes AS key_scopes, api_key.expires_at AS key_expires_at, api_key.last_used_at AS key_last_used_at,
    api_key.revoked_at AS key_revoked_at
FROM accounts_apikey AS api_key JOIN accounts_user AS person ON person.id = api_key.user_id WHERE api_key.prefix = %s
"""  # noqa: S608 - constants
LAST_USED_PRECISION = timedelta(minutes=1)
ANSWERS_KEPT = timedelta(hours=24)


def create_api_key(
    *, user: User, name: str, scopes: Iterable[str] = ("read", "write"), expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key of ``user`` and its text ``hd_<prefix>_<secret>``, which is known to nobody afterwards.

    Scopes are ``read``, ``write`` and ``admin``, or one of them for a resource (``tickets:read``). Raises InvalidInput.
    """
    chosen = sorted(set(scopes))
    wrong = [scope for scope in chosen if not _SCOPE.fullmatch(scope)]
    if wrong or not chosen:
        raise InvalidInput(
            "unknown_scope",
            _("Scopes are read, write and admin, alone or behind a resource as in tickets:read."),
            fields={"scopes": ", ".join(wrong)},
        )
    prefix, secret = secrets.token_hex(6), secrets.token_bytes(32)
    digest = hashlib.sha256(secret).digest()
    key = ApiKey.objects.create(
        user=user, name=name[:100], prefix=prefix, digest=digest, scopes=chosen, expires_at=expires_at
    )
    return key, f"hd_{prefix}_{base64.urlsafe_b64encode(secret).decode().rstrip('=')}"


def revoke_api_key(*, key: ApiKey) -> None:
    """End a key now; ending it again changes nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now())


def find_api_key(text: str) -> ApiKey | None:
    """The live key behind ``text`` with its active user and his permissions, in one query; None for everything else.

    The digest is compared in constant time, also for a prefix that nobody has. The row comes without its digest.
    """
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    digest = hashlib.sha256(base64.urlsafe_b64decode(match[2] + "=")).digest()
    owner: Any = next(iter(User.objects.raw(_KEY_AND_OWNER, [match[1]])), None)
    is_right = hmac.compare_digest(digest, bytes(owner.key_digest) if owner else _NO_DIGEST)
    if owner is None or not is_right or owner.key_revoked_at is not None or not owner.is_active:
        return None
    if owner.key_expires_at is not None and owner.key_expires_at <= now():
        return None
    remember_permissions(owner, owner.permission_codes)
    return ApiKey(
        pk=owner.key_id,
        user=owner,
        name=owner.key_name,
        prefix=match[1],
        scopes=owner.key_scopes,
        expires_at=owner.key_expires_at,
        last_used_at=owner.key_last_used_at,
    )


def note_key_use(key: ApiKey) -> None:
    """Keep when the key was last used, to the minute: one write a minute however busy it is."""
    moment = now()
    if key.last_used_at is None or key.last_used_at < moment - LAST_USED_PRECISION:
        is_due = Q(last_used_at=None) | Q(last_used_at__lt=moment - LAST_USED_PRECISION)
        ApiKey.objects.filter(is_due, pk=key.pk).update(last_used_at=moment)


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """The first answer to a call: its status, its body as JSON values, and the headers worth repeating."""

    status: int
    body: Any
    headers: dict[str, str]


def claim_idempotency_key(*, owner: User, key: str, body_digest: bytes) -> StoredAnswer | None:
    """Claim ``key`` within the caller's transaction: None means go on and call ``keep_answer`` before the commit.

    Waits for a concurrent call with the same key; gives the stored answer when that one has committed. Raises Conflict
    ``idempotency_key_reused`` when the key stood for another call. A claim older than 24 hours counts as none.
    """
    moment = now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_idempotencykey AS stored (owner_id, key, body_digest, created_at) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT (owner_id, key) DO UPDATE SET body_digest = EXCLUDED.body_digest, "
            "created_at = EXCLUDED.created_at, status = NULL, response = NULL WHERE stored.created_at < %s "
            "RETURNING id",
            [owner.pk, key, body_digest, moment, moment - ANSWERS_KEPT],
        )
        if cursor.fetchone() is not None:
            return None
    stored = IdempotencyKey.objects.get(owner=owner, key=key)
    if bytes(stored.body_digest) != body_digest or stored.status is None:
        raise Conflict("idempotency_key_reused", _("This Idempotency-Key was used for another call."))
    content = stored.response or {}
    return StoredAnswer(status=stored.status, body=content["body"], headers=content["headers"])


def keep_answer(*, owner: User, key: str, answer: StoredAnswer) -> None:
    """Store the answer to a claimed call, in the transaction of its effect."""
    IdempotencyKey.objects.filter(owner=owner, key=key).update(
        status=answer.status, response={"body": answer.body, "headers": answer.headers}
    )


def delete_old_idempotency_keys() -> int:
    """Forget the answers older than 24 hours; returns how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now() - ANSWERS_KEPT).delete()[0]
