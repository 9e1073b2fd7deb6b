"""The live stream of one conversation: server-sent events that carry ids only; the widget then fetches.

Under WSGI there are none: the widget polls, as it does whenever a stream cannot be had.
"""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from helpdesk.accounts.models import User
from tickets.models import Conversation
from tickets.services.live import AGENT_TYPING, MESSAGE
from tickets.webchat import reading
from tickets.webchat.doors import Call, conversation_or_404, guard
from tickets.webchat.hub import Subscription, hub

HEARTBEAT_SECONDS = 20.0
LIFE_SECONDS = 900.0
_names: dict[int, str] = {}
_MOST_NAMES = 2000


@dataclass(frozen=True, kw_only=True)
class Seat:
    """What a stream needs to know; nothing of the database is held while it is open."""

    conversation_id: int
    visitor_id: int
    known: dict[int, int] | None


@csrf_exempt
async def stream(request: HttpRequest, channel_uuid: uuid.UUID) -> HttpResponseBase:
    """``GET``, with ``Last-Event-ID`` the position up to which the widget knows. 404 before the first message; 503: poll."""
    found: list[Seat] = []
    loop = asyncio.get_running_loop()
    answer = await sync_to_async(_take_seat)(request, channel_uuid, found)
    if not found or not isinstance(request, ASGIRequest):
        return answer
    seat = found[0]
    subscription = hub.subscribe(seat.conversation_id, visitor_id=seat.visitor_id, loop=loop)
    if subscription is None:
        return _as_refusal(answer)
    events = _events(seat, subscription)
    # Begun here: only a generator that runs gives its place back when the visitor is gone before the answer has begun.
    await anext(events)
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    for name, value in answer.headers.items():
        if name.startswith(("Access-Control", "Vary", "Cross-Origin", "Referrer")):
            response.headers[name] = value
    response.headers["Cache-Control"] = "no-store, no-transform"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _take_seat(request: HttpRequest, channel_uuid: uuid.UUID, found: list[Seat]) -> HttpResponseBase:
    """The checks of every door; its connection goes back before the stream begins, which may last for minutes."""

    def enter(call: Call) -> HttpResponseBase:
        visitor = call.visitor()
        call.limit("streams", by="token", most=30, who=visitor.pk)
        call.limit("streams", by="address", most=240)
        conversation = conversation_or_404(visitor)
        if not isinstance(request, ASGIRequest) or not hub.start():
            return _poll_instead()
        known = reading.parse_position(request.headers.get("Last-Event-ID", ""))
        found.append(Seat(conversation_id=conversation.pk, visitor_id=visitor.pk, known=known))
        return JsonResponse({})

    try:
        return guard(request, channel_uuid, ["GET"], enter)
    finally:
        if isinstance(request, ASGIRequest):
            connections.close_all()


def _poll_instead() -> JsonResponse:
    return JsonResponse({"code": "poll_instead", "message": "", "fields": {}}, status=503)


def _as_refusal(answer: HttpResponseBase) -> HttpResponseBase:
    refused = _poll_instead()
    for name, value in answer.headers.items():
        if name.startswith(("Access-Control", "Vary")):
            refused.headers[name] = value
    return refused


def _first_event(seat: Seat) -> str:
    """Where the conversation stands; at once a change for who missed one."""
    try:
        conversation = Conversation(pk=seat.conversation_id)
        position = reading.format_position(reading.read_positions(conversation))
        is_behind = seat.known is not None and reading.is_behind(conversation, seat.known)
        return _event("change" if is_behind else "open", {}, event_id=position)
    finally:
        connections.close_all()


async def _events(seat: Seat, subscription: Subscription) -> AsyncIterator[str]:
    """First nothing, as soon as it knows where the conversation stands; then the stream. However it ends, its place is free."""
    loop = asyncio.get_running_loop()
    # Not all of them at the same moment, after a restart.
    ends_at = loop.time() + LIFE_SECONDS * random.uniform(0.8, 1.0)  # noqa: S311  no secret
    try:
        # Asked after the subscription: nothing can happen unheard between the two.
        first = await sync_to_async(_first_event)(seat)
        yield ""
        yield "retry: 3000\n" + first
        while loop.time() < ends_at:
            news = await subscription.next(within_seconds=HEARTBEAT_SECONDS)
            if MESSAGE in news:
                ticket, _colon, sequence = news[MESSAGE].partition(":")
                yield _event("change", {}, event_id=f"{ticket}.{sequence}" if sequence else "")
            if AGENT_TYPING in news:
                yield _event("typing", {"name": await _name_of(news[AGENT_TYPING])})
            if not news:
                yield ": still here\n\n"
    finally:
        hub.unsubscribe(seat.conversation_id, subscription)


def _event(name: str, data: dict[str, str], *, event_id: str = "") -> str:
    line = f"id: {event_id}\n" if event_id else ""
    return f"{line}event: {name}\ndata: {json.dumps(data)}\n\n"


async def _name_of(agent: str) -> str:
    """The name that customers read; looked up once and kept."""
    if not agent.isdigit():
        return ""
    number = int(agent)
    if number not in _names:
        if len(_names) >= _MOST_NAMES:
            _names.clear()
        _names[number] = await sync_to_async(_find_name)(number)
    return _names[number]


def _find_name(agent_id: int) -> str:
    try:
        user = User.objects.filter(pk=agent_id).first()
        return user.display_name if user is not None else ""
    finally:
        connections.close_all()
