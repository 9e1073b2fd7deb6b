"""The one view behind ``/hooks/<kind>/<channel uuid>/``: verify the raw bytes, store, commit, answer."""

import logging
import uuid
from collections.abc import Mapping
from contextlib import suppress

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.request import UnreadablePostError
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from channels_app.adapters.base import Can, ChannelAdapter, RawEvent, SignatureError, WebhookRequest
from channels_app.models import Channel
from channels_app.registry import adapter_for
from channels_app.services.storing import MAX_EVENT_BYTES, store_events
from helpdesk.common.clock import now
from helpdesk.common.crypto import SecretUnreadable
from helpdesk.common.errors import ExpiredSignature, TooManyRequests
from helpdesk.common.failpoints import failpoint
from helpdesk.core.services import count_and_check

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
_REFUSALS_COUNTED_PER_HOUR = 1_000_000
_CHALLENGES_PER_MINUTE = 60
_MAX_HEADER_CHARACTERS = 4_000
# They prove something about the sender and nothing about the content: not kept.
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "x-telegram-bot-api-secret-token"})


@csrf_exempt
def receive_webhook(request: HttpRequest, kind: str, channel_uuid: uuid.UUID) -> HttpResponse:
    """Take a provider's call. 2xx means stored and committed; every other answer means that nothing was.

    401 wrong signature, 400 replayed one, 404 no such active channel, 413 over 25 MB, 503 (with Retry-After) while the
    database or the storage is away. No answer repeats anything of the request.
    """
    try:
        return _answer(request, kind, channel_uuid)
    except (OperationalError, InterfaceError, OSError, SecretUnreadable) as error:
        logger.warning("A webhook could not be stored: %s", type(error).__name__)
        return _refuse(503, "unavailable", {"Retry-After": str(RETRY_AFTER_SECONDS)})


def _answer(request: HttpRequest, kind: str, channel_uuid: uuid.UUID) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    if request.method == "POST" and _declared_size(request) > MAX_EVENT_BYTES:
        return _refuse(413, "too_large")
    channel = Channel.objects.select_related("brand").filter(uuid=channel_uuid, kind=kind, is_active=True).first()
    adapter = adapter_for(channel) if channel is not None else None
    if channel is None or adapter is None or Can.WEBHOOK not in adapter.can:
        return _refuse(404, "not_found")
    if request.method == "HEAD":
        return HttpResponse()
    if request.method == "GET":
        return _answer_challenge(request, channel, adapter)
    try:
        body = request.read(MAX_EVENT_BYTES + 1)
    except UnreadablePostError:
        return _refuse(400, "incomplete")
    if len(body) > MAX_EVENT_BYTES:
        return _refuse(413, "too_large")
    return _store(_as_webhook_request(request, body), channel, adapter)


def _store(request: WebhookRequest, channel: Channel, adapter: ChannelAdapter) -> HttpResponse:
    try:
        adapter.verify(request)
    except ExpiredSignature:
        return _refuse_signature(channel, 400, "expired_signature")
    except SignatureError:
        return _refuse_signature(channel, 401, "invalid_signature")
    event = RawEvent(
        body=request.body,
        headers={name: value for name, value in request.headers.items() if name not in _SECRET_HEADERS},
        content_type=request.headers.get("content-type", ""),
        received_at=request.received_at,
        source="webhook",
        meta={"query": dict(request.query)} if request.query else {},
    )
    failpoint("webhook.before_store")
    event_ids = store_events(channel=channel, events=[event])
    failpoint("webhook.after_commit")
    wanted = _answer_of_higher_app(channel, event) or adapter.reply_body(event)
    if wanted is not None:
        return HttpResponse(wanted[1], content_type=wanted[0])
    return JsonResponse({"stored": len(event_ids)})


def _answer_of_higher_app(channel: Channel, event: RawEvent) -> tuple[str, bytes] | None:
    """What a higher app says in the same request (the next step of a call); the event is stored by then."""
    path = settings.HELPDESK_REQUEST_ANSWERS.get(channel.kind)
    answer: tuple[str, bytes] | None = import_string(path)(channel, event) if path else None
    return answer


def _answer_challenge(request: HttpRequest, channel: Channel, adapter: ChannelAdapter) -> HttpResponse:
    try:
        answer = adapter.handshake(_as_webhook_request(request, b""))
    except SignatureError:
        try:
            count_and_check(f"webhook-challenge:{channel.pk}", limit=_CHALLENGES_PER_MINUTE, window_seconds=60)
        except TooManyRequests as error:
            return _refuse(429, error.code, {"Retry-After": str(error.retry_after_seconds)})
        return _refuse(403, "invalid_challenge")
    if answer is None:
        return HttpResponseNotAllowed(["HEAD", "POST"])
    return HttpResponse(answer[1], content_type=answer[0])


def _refuse_signature(channel: Channel, status: int, code: str) -> HttpResponse:
    """Refuse and count by the hour. The count limits nothing: a flood of forgeries must not shut the real sender out."""
    with suppress(TooManyRequests):
        count_and_check(f"webhook-refused:{channel.pk}", limit=_REFUSALS_COUNTED_PER_HOUR, window_seconds=3600)
    return _refuse(status, code)


def _refuse(status: int, code: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return JsonResponse({"code": code}, status=status, headers=dict(headers or {}))


def _declared_size(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else 0


def _as_webhook_request(request: HttpRequest, body: bytes) -> WebhookRequest:
    return WebhookRequest(
        method=request.method or "",
        body=body,
        headers={name.lower(): value[:_MAX_HEADER_CHARACTERS] for name, value in request.headers.items()},
        query={name: str(request.GET.get(name)) for name in request.GET},
        # The address that providers sign is the public one, whatever the Host header claims.
        url=settings.SITE_URL.rstrip("/") + request.get_full_path(),
        received_at=now(),
    )
