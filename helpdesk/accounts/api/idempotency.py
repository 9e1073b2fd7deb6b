"""``Idempotency-Key``: a POST that is repeated has one effect and gives one answer."""

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.accounts.models import User
from helpdesk.accounts.services import StoredAnswer, claim_idempotency_key, keep_answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEPT_HEADERS = ("ETag", "Location")


class IdempotentPosts:
    """Every POST of the view honours the header.

    The claim and the effect commit together; a call that is refused leaves no claim.
    """

    def initial(self: Any, request: Request, *args: Any, **kwargs: Any) -> None:
        """Put the claim around the handler, which DRF looks up right after this."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(HEADER)
        if request.method == "POST" and key is not None:
            if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
                raise ValidationError({HEADER: _("Give 1 to 255 printable ASCII characters.")})
            self.post = partial(_answer_once, self.post, key)


def _answer_once(handler: Callable[..., Response], key: str, request: Request, *args: Any, **kwargs: Any) -> Response:
    digest, owner = _call_digest(request), cast("User", request.user)
    with transaction.atomic():
        stored = claim_idempotency_key(owner=owner, key=key, body_digest=digest)
        if stored is not None:
            return Response(stored.body, status=stored.status, headers=stored.headers | {REPLAYED: "true"})
        response = handler(request, *args, **kwargs)
        headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        body = json.loads(JSONRenderer().render(response.data) or b"null")
        keep_answer(owner=owner, key=key, answer=StoredAnswer(status=response.status_code, body=body, headers=headers))
    return response


def _call_digest(request: Request) -> bytes:
    """What makes two calls the same: the address and the meaning of the body, whatever the order of its keys."""
    data = request.data
    if hasattr(data, "lists"):
        data = {name: [_value_digest(value) for value in values] for name, values in data.lists()}
    canonical = json.dumps([request.path, data], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def _value_digest(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256(f"{value.name}\n".encode())
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return digest.hexdigest()
