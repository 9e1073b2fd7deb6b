"""What is known of a call while the caller waits for an answer: its row, the language, what can be offered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.formats import date_format

from channels_app.adapters.base import CallReceived
from channels_app.adapters.twilio.fields import Form
from channels_app.adapters.twilio.numbers import is_international, may_take_messages
from channels_app.adapters.voice.script import Script, telephones
from channels_app.models import Channel
from channels_app.registry import adapter_class, adapter_for
from helpdesk.common.clock import now
from helpdesk.core.services import read_site_settings
from tickets.models import Call
from tickets.policies.business_time import Week, is_open, next_opening
from tickets.policies.call_flow import Situation
from tickets.policies.call_texts import CallTexts, texts_for
from tickets.selectors.hours import week_of_channel
from tickets.services.call_deflection import deflection_channel

CALLBACK_MINUTES = 60


@dataclass(frozen=True)
class Line:
    """One request of a call. ``query`` is what we wrote into the address, ``form`` what Twilio tells; ``call`` is None where the
    step could not be filed.
    """

    channel: Channel
    item: CallReceived | None
    query: Form
    form: Form

    @cached_property
    def call(self) -> Call | None:
        known = Call.objects.select_related("message__author_identity__customer", "message__ticket")
        sid = self.item.external_id if self.item is not None else self.form.sid("CallSid")
        found: Call | None = known.filter(channel=self.channel, external_id=sid).first()
        return found

    @cached_property
    def texts(self) -> CallTexts:
        """The customer's language where we speak it, else the channel's."""
        identity = self.call.identity if self.call is not None else None
        own = identity.customer.language if identity is not None else ""
        return texts_for(own, str(self.channel.config.get("language") or "en"))

    @cached_property
    def script(self) -> Script:
        adapter = adapter_for(self.channel)
        return Script(channel=adapter.channel, hook_url=adapter.webhook_url, language=self.texts.voice_language)

    @cached_property
    def brand(self) -> str:
        return self.channel.brand.from_name or self.channel.brand.name

    @cached_property
    def week(self) -> Week | None:
        return week_of_channel(self.channel.pk)

    @cached_property
    def number(self) -> str:
        """The caller's number; "" where it is withheld."""
        if self.call is not None:
            return self.call.number
        return self.item.caller.address if self.item is not None else ""

    @cached_property
    def target(self) -> Channel | None:
        """Where this caller may go on in writing."""
        if self.query.number("nodeflect") or not is_international(self.number):
            return None
        target = deflection_channel(self.channel)
        if target is not None and target.kind == "sms" and not may_take_messages(self.number):
            return None
        return target

    @cached_property
    def situation(self) -> Situation:
        return Situation(
            is_open=self.week is None or is_open(self.week, at=now()),
            has_agents=bool(telephones(self.channel.config)),
            can_deflect=self.target is not None,
            can_call_back=is_international(self.number),
            round=self.query.number("round") or 0,
            position=self.form.number("QueuePosition"),
        )

    def target_name(self) -> str:
        """The channel in writing, as it is spoken."""
        if self.target is None or self.target.kind == "sms":
            return self.texts.text_message
        return str(adapter_class(self.target.kind).label)

    def opening(self) -> datetime | None:
        """When somebody is there again; None where it is open, or nobody knows."""
        return None if self.week is None or self.situation.is_open else next_opening(self.week, at=now())

    def callback_due(self) -> datetime:
        """By when this caller is called back: within the promised minutes, counted from the next opening."""
        minutes = int(self.channel.config.get("callback_minutes") or CALLBACK_MINUTES)
        return (self.opening() or now()) + timedelta(minutes=minutes)

    def spoken_time(self, at: datetime) -> str:
        """An instant as it is said: the time today, with the weekday otherwise."""
        zone = self.week.zone if self.week is not None else ZoneInfo(read_site_settings().time_zone)
        local, today = timezone.localtime(at, zone), timezone.localtime(now(), zone)
        with translation.override(self.texts.language):
            return date_format(local, "H:i" if local.date() == today.date() else "l, H:i")

    def note_menu(self) -> None:
        """Keep when the menu was read out first."""
        if self.call is not None and self.call.heard_menu_at is None:
            Call.objects.filter(pk=self.call.pk).update(heard_menu_at=Coalesce(F("heard_menu_at"), now()))
