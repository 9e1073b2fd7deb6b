"""The intake step that takes answers to surveys out of chats and mails. See HELPDESK_INTAKE_STEPS."""

from dataclasses import dataclass

from django.db import transaction

from channels_app.adapters.base import Can, InboundItem, InboundMessage
from channels_app.models import Channel, InboundEvent
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict
from surveys.models import Invitation, Response, SurveyQuestion
from surveys.policies.chat_choices import (
    FurtherAnswer,
    PressedChoice,
    read_choice_payload,
    read_choices,
    read_free_answer,
)
from surveys.policies.chat_payloads import PressedScore, read_payload
from surveys.policies.chat_votes import ChatAnswer, read_chat_answer
from surveys.policies.questions import CHOICE, question_words, questions_for
from surveys.policies.scales import SCALES
from surveys.selectors.awaiting import awaiting_invitation, invitation_by_mail, is_threaded
from surveys.selectors.merges import ticket_of_today
from surveys.services.chat_questions import go_on, wait_for_changes
from surveys.services.voting import Vote, record_answers, record_vote
from tickets.models import Conversation, Message
from tickets.services.conversations import Thread, find_thread
from tickets.services.filed import Filed
from tickets.services.quiet_filing import file_quietly

OUTCOME = "survey_answered"
# A longer mail is a letter, whatever it begins with, and somebody reads it.
LONGEST_MAIL = 500


@dataclass(frozen=True, kw_only=True)
class _Said:
    """One message that may answer ``invitation``, which is locked; ``response`` is the vote until now.

    ``ticket_id``: the ticket that the question is about, or the one it was merged into since.
    """

    channel: Channel
    item: InboundMessage
    event: InboundEvent | None
    thread: Thread
    invitation: Invitation
    response: Response | None
    ticket_id: int

    @property
    def text(self) -> str:
        return self.item.reply_text or self.item.text

    @property
    def language(self) -> str:
        return str(self.thread.conversation.customer.language or self.invitation.language)


def take_survey_answer(channel: Channel, item: InboundItem, event: InboundEvent | None) -> Filed | None:
    """Take a message that answers a question of ours; None for every other, which is then filed like any.

    A number is an answer only while its question waits, and only until somebody of ours says something else; a pressed button says
    itself which question it answers. The vote is stored in the transaction of the message, whose dedup key makes both happen once. A
    vote with a new request is stored, and the message goes on as an ordinary one.
    """
    if not isinstance(item, InboundMessage) or not _may_answer(item):
        return None
    invitation_id = _find(channel, item)
    if invitation_id is None:
        return None
    # Order of locks: invitation, conversation, ticket.
    invitation = (
        Invitation.objects.select_for_update(of=("self",)).select_related("survey", "asks").get(pk=invitation_id)
    )
    thread = find_thread(channel=channel, item=item)
    if not _is_his(invitation, thread) or (not item.payload and not _still_waits(invitation, channel)):
        return None
    response = Response.objects.filter(invitation=invitation).first()
    assert invitation.ticket_id is not None, "a question in a conversation is about a ticket"
    ticket_id = ticket_of_today(invitation.ticket_id)
    said = _Said(
        channel=channel,
        item=item,
        event=event,
        thread=thread,
        invitation=invitation,
        response=response,
        ticket_id=ticket_id,
    )
    try:
        return _take(said)
    except Conflict:
        # The time to answer is over. A pressed button asks nothing of anybody all the same.
        return _file(said, is_shown=False) if _pressed(item) is not None else None


@transaction.atomic
def forget_passed_waits() -> int:
    """Clear what is not waited for any more, so that looking for what is stays cheap; returns how many.

    One that is being answered at this moment is left for the next run: its answer holds it and wants more rows.
    """
    passed = Invitation.objects.filter(awaits_until__lte=now()).order_by("pk")
    free = passed.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    return Invitation.objects.filter(pk__in=list(free)).update(awaits_until=None, asks=None)


def _may_answer(item: InboundMessage) -> bool:
    is_his_own = not (item.is_echo or item.is_auto_reply or item.is_public or item.is_standby or item.is_loop)
    return is_his_own and bool(item.payload or (item.reply_text or item.text).strip())


def _find(channel: Channel, item: InboundMessage) -> int | None:
    if not is_threaded(channel):
        return awaiting_invitation(channel, item)
    text = (item.reply_text or item.text).strip()
    if not item.thread_tokens or len(text) > LONGEST_MAIL:
        return None
    # Hardly any mail reads like a vote: the others cost no query.
    reads_like_one = any(
        read_chat_answer(text, scale=scale, language=item.language).score is not None for scale in SCALES.values()
    )
    return invitation_by_mail(item) if reads_like_one else None


def _pressed(item: InboundMessage) -> PressedScore | PressedChoice | None:
    return (read_payload(item.payload) or read_choice_payload(item.payload)) if item.payload else None


def _is_his(invitation: Invitation, thread: Thread) -> bool:
    """Whether the message came in where the question was asked, from the one who was asked."""
    conversation = thread.conversation
    return (
        not thread.is_new
        and conversation.pk == invitation.conversation_id
        and invitation.ticket_id is not None
        and thread.identity.customer_id == conversation.customer_id
        and not thread.identity.customer.is_blocked
    )


def _still_waits(invitation: Invitation, channel: Channel) -> bool:
    if not is_threaded(channel) and (invitation.awaits_until is None or invitation.awaits_until <= now()):
        return False
    # Whoever of us speaks after the question may have asked for a number himself.
    ours = Message.objects.filter(conversation=invitation.conversation_id, pk__gt=invitation.message_id or 0)
    spoken = ours.filter(author__in=(Message.Author.AGENT, Message.Author.BOT), kind=Message.Kind.MESSAGE)
    return not spoken.exclude(delivery_state=Message.DeliveryState.CANCELLED).exists()


def _take(said: _Said) -> Filed | None:
    pressed = _pressed(said.item)
    if isinstance(pressed, PressedScore):
        scale = said.invitation.survey.values
        answer = read_chat_answer("", scale=scale, language="", payload=said.item.payload)
        return _vote(said, answer) if answer.score is not None else None
    if isinstance(pressed, PressedChoice):
        return _press_choice(said, pressed)
    if said.invitation.asks is not None and said.response is not None:
        further = _read_further(said, said.invitation.asks)
        if further is not None:
            return _answer(said, said.invitation.asks, further)
    answer = read_chat_answer(said.text, scale=said.invitation.survey.values, language=said.language)
    return _vote(said, answer) if answer.score is not None else None


# The score ---------------------------------------------------------------------------------------------------------------


def _vote(said: _Said, answer: ChatAnswer) -> Filed | None:
    assert answer.score is not None, "only votes are stored"
    before = said.response
    comment = answer.words or (before.comment if before else "")
    vote = Vote(score=answer.score, comment=comment, via=_via(said.channel))
    had_comment = before.comment if before else ""
    is_new = before is None or (before.score, had_comment) != (answer.score, comment)
    response = record_vote(invitation_id=said.invitation.pk, vote=vote)
    said.invitation.state = Invitation.State.ANSWERED
    if answer.is_message or said.item.attachments:
        wait_for_changes(said.invitation, response)
        return None
    filed = _file(said, is_shown=bool(answer.words))
    if is_new:
        go_on(said.invitation, response, said.thread.conversation, ticket_id=said.ticket_id)
    return filed


def _via(channel: Channel) -> str:
    is_live = Can.LIVE in adapter_class(channel.kind).can
    return Response.AnsweredVia.WIDGET if is_live else Response.AnsweredVia.MESSAGE


# The further questions ---------------------------------------------------------------------------------------------------


def _read_further(said: _Said, question: SurveyQuestion) -> FurtherAnswer | None:
    if said.item.attachments:
        return None
    if question.kind != CHOICE:
        revoted = read_chat_answer(said.text, scale=said.invitation.survey.values, language=said.language)
        return None if revoted.score is not None else read_free_answer(said.text, language=said.language)
    _text, choices = question_words(question, said.invitation.language)
    return read_choices(said.text, choices=choices, language=said.language)


def _press_choice(said: _Said, pressed: PressedChoice) -> Filed | None:
    if said.response is None:
        return None
    asked = {one.pk: one for one in questions_for(said.invitation.survey, said.response.score)}
    question = asked.get(pressed.question_id)
    if question is None or pressed.place >= len(question.choices):
        # The question is gone, or belongs to another score: nothing to store, and nobody has to answer a button.
        return _file(said, is_shown=False)
    answer = FurtherAnswer(keys=(str(question.choices[pressed.place]["key"]),))
    return _answer(said, question, answer)


def _answer(said: _Said, question: SurveyQuestion, answer: FurtherAnswer) -> Filed:
    assert said.response is not None, "the score comes first"
    response = said.response
    is_asked_now = said.invitation.asks_id == question.pk
    if not answer.is_refusal:
        given = answer.text or list(answer.keys)
        response = record_answers(
            invitation_id=said.invitation.pk, answers={question.pk: given}, via=_via(said.channel)
        )
    filed = _file(said, is_shown=answer.has_words)
    if is_asked_now:
        conversation = said.thread.conversation
        go_on(said.invitation, response, conversation, ticket_id=said.ticket_id, after=question.position)
    return filed


# The message -------------------------------------------------------------------------------------------------------------


def _file(said: _Said, *, is_shown: bool) -> Filed:
    message = file_quietly(
        channel=said.channel,
        item=said.item,
        event=said.event,
        thread=said.thread,
        ticket_id=said.ticket_id,
        is_shown=is_shown,
        kind="survey.received",
        data={"invitation": said.invitation.pk},
    )
    conversation: Conversation = said.thread.conversation
    return Filed(outcome=OUTCOME, ticket_id=message.ticket_id, conversation_id=conversation.pk, message_id=message.pk)
