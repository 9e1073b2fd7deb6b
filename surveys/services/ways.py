"""By which way a customer is asked: in the conversation itself, by an approved message, by text message or mail, or not at all."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from channels_app.adapters.base import Can, ChannelAdapter, TemplateUse
from channels_app.models import Channel, MessageTemplate
from channels_app.registry import adapter_class, kinds
from surveys.models import Invitation, Survey
from surveys.policies.chat_question import template_values
from surveys.policies.texts import SurveyTexts
from surveys.policies.wordings import words_of
from tickets.models import Conversation, Customer, CustomerIdentity
from tickets.policies.outgoing import Window
from tickets.services.conversations import open_thread
from tickets.services.customers import in_scope, scope_of
from tickets.services.queueing import conversation_window
from tickets.services.system_messages import can_be_written_to, is_writable

SentVia = Invitation.SentVia


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a question travels. Without a conversation, one with ``identity`` on ``channel`` is begun: a new mail thread, or its chat."""

    via: str
    channel: Channel
    conversation: Conversation | None = None
    identity: CustomerIdentity | None = None
    template: TemplateUse | None = None

    def begun(self) -> "Way":
        """The way with its conversation, begun where there is none yet. Call inside a transaction."""
        if self.conversation is not None:
            return self
        assert self.identity is not None, "a new thread is with somebody"
        conversation = open_thread(self.channel, self.identity)
        conversation.channel = self.channel
        return replace(self, conversation=conversation)

    def has_chat(self) -> bool:
        """Whether ``identity`` has a private conversation on ``channel``, so that ``begun`` makes no new one (but for mail)."""
        known = Conversation.objects.filter(identity=self.identity, channel=self.channel)
        return known.filter(visibility=Conversation.Visibility.PRIVATE).exists()


class WaySearch:
    """Finds ways for a batch of questions; what many of them ask for is read once."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment
        self._channels: list[Channel] | None = None
        self._templates: dict[int, list[MessageTemplate]] = {}

    def find(
        self, conversation: Conversation | None, *, customer: Customer, survey: Survey, texts: SurveyTexts
    ) -> Way | str:
        """The way to ask about what took place in ``conversation``, or the code of the reason why there is none.

        The conversation comes with its channel, brand, identity and customer; ``survey`` with its wordings.
        """
        if conversation is None:
            return "no_way"
        if conversation.visibility == Conversation.Visibility.PUBLIC:
            return "public"
        channel = conversation.channel
        adapter = _known_adapter(channel.kind)
        if adapter is None or not channel.is_active:
            return "no_way"
        if Can.SEND not in adapter.can:
            # A call: whoever was not asked at its end is asked in writing.
            return self._text_message(customer) or self.mail(customer, channel.brand_id) or "no_way"
        if not can_be_written_to(conversation):
            return "no_way"
        if adapter.is_threaded:
            return Way(via=SentVia.MAIL, channel=channel, conversation=conversation)
        if conversation_window(conversation, at=self._moment) is Window.OPEN:
            via = SentVia.WIDGET if Can.LIVE in adapter.can else SentVia.CHAT
            return Way(via=via, channel=channel, conversation=conversation)
        return self._template(conversation, survey, texts) or self.mail(customer, channel.brand_id) or "window"

    def find_other(
        self, conversation: Conversation, *, via: str, customer: Customer, survey: Survey, texts: SurveyTexts
    ) -> Way | None:
        """The way behind ``via`` for a question that was not delivered in ``conversation``; never the address that failed again.

        The conversation comes as in ``find``.
        """
        channel, template = conversation.channel, None
        is_usable = channel.is_active and _known_adapter(channel.kind) is not None and can_be_written_to(conversation)
        if via in (SentVia.CHAT, SentVia.WIDGET) and is_usable:
            template = self._template(conversation, survey, texts)
        return template or self.mail(customer, channel.brand_id, without=conversation.identity_id)

    def mail(self, customer: Customer, brand_id: int | None, *, without: int | None = None) -> Way | None:
        """A new mail to an address that is known to be the customer's, from a mailbox of the same brand where there is one.

        ``without``: the identity that must not be taken.
        """
        mailboxes = [one for one in self._active() if _is_mailbox(one)]
        mailboxes.sort(key=lambda one: (one.brand_id != brand_id, one.position, one.pk))
        return _way_to(mailboxes[:1], customer, SentVia.MAIL, without=without)

    def _text_message(self, customer: Customer) -> Way | None:
        """The chat of his telephone number, on a channel that may write to any number at any time."""
        texting = [one for one in self._active() if _is_texting(one)]
        way = _way_to(texting, customer, SentVia.CHAT)
        # A chat that exists is locked before any ticket, as intake does it; one that does not is begun when he is asked.
        return way.begun() if way is not None and way.has_chat() else way

    def _template(self, conversation: Conversation, survey: Survey, texts: SurveyTexts) -> Way | None:
        """The approved message called HELPDESK_SURVEY_TEMPLATE, in the language of the question where there is one."""
        channel = conversation.channel
        if Can.TEMPLATES not in adapter_class(channel.kind).can:
            return None
        known = sorted(
            self._templates_of(channel),
            key=lambda one: (not one.language.lower().startswith(texts.language), one.language),
        )
        for template in known:
            values = template_values(
                template.variables,
                question=words_of(survey, texts).question,
                name=conversation.customer.name,
                brand=channel.brand.name,
            )
            if values is not None:
                use = TemplateUse(name=template.name, language=template.language, variables=values)
                return Way(via=SentVia.TEMPLATE, channel=channel, conversation=conversation, template=use)
        return None

    def _templates_of(self, channel: Channel) -> list[MessageTemplate]:
        if channel.pk not in self._templates:
            approved = MessageTemplate.objects.filter(
                channel=channel,
                name=settings.HELPDESK_SURVEY_TEMPLATE,
                provider_status=MessageTemplate.Status.APPROVED,
            )
            self._templates[channel.pk] = list(approved)
        return self._templates[channel.pk]

    def _active(self) -> list[Channel]:
        if self._channels is None:
            active = Channel.objects.filter(is_active=True, is_demo=False, is_simulated=False, is_public=False)
            self._channels = list(active.select_related("brand").order_by("position", "pk"))
        return self._channels


def _known_adapter(kind: str) -> type[ChannelAdapter] | None:
    """None for a kind that the settings declare no more: such a channel carries nothing, and keeps no other from carrying."""
    return adapter_class(kind) if kind in kinds() else None


def _is_mailbox(channel: Channel) -> bool:
    adapter = _known_adapter(channel.kind)
    return adapter is not None and adapter.is_threaded


def _is_texting(channel: Channel) -> bool:
    adapter = _known_adapter(channel.kind)
    return (
        adapter is not None
        and adapter.identity_kind == "phone"
        and Can.SEND in adapter.can
        and adapter.messaging_window is None
    )


def _way_to(channels: list[Channel], customer: Customer, via: str, *, without: int | None = None) -> Way | None:
    """The first of the channels on which the customer has an address of his own that can be written to."""
    for channel in channels:
        kind = adapter_class(channel.kind).identity_kind
        identities = CustomerIdentity.objects.select_related("customer").filter(
            in_scope(scope_of(kind, channel)),
            customer=customer,
            kind=kind,
            unreachable_since=None,
            # Told by somebody and never proved: the question says what the customer had written about.
            is_claimed=False,
        )
        known = identities.exclude(pk=without or 0).order_by("-is_verified", "-pk")
        identity = next((one for one in known if is_writable(one.address)), None)
        if identity is not None:
            return Way(via=via, channel=channel, identity=identity)
    return None
