"""What is said in a chat after a vote: thanks, and the further questions one after the other."""

import logging
from datetime import datetime

from django.db import transaction

from channels_app.adapters.base import Can
from channels_app.registry import adapter_class
from helpdesk.common.clock import now
from helpdesk.common.errors import HelpdeskError
from surveys.models import Invitation, Response, SurveyQuestion
from surveys.policies.chat_choices import choice_buttons, numbered
from surveys.policies.questions import CHOICE, question_words, questions_for
from surveys.policies.texts import texts_for
from surveys.policies.wordings import words_of
from surveys.services.asking import AWAITED_FOR
from tickets.models import Conversation
from tickets.policies.outgoing import Window, find_misfits
from tickets.services.queueing import conversation_window
from tickets.services.system_messages import queue_system_message

logger = logging.getLogger(__name__)

# Not "survey": that one carries the personal links.
PURPOSE = "survey_further"


def go_on(
    invitation: Invitation, response: Response, conversation: Conversation, *, ticket_id: int, after: int = 0
) -> None:
    """Thank, put the next further question behind position ``after``, and wait for what it needs. Call with the invitation locked.

    Nothing is said by mail: whoever votes by mail is not written to for it.
    """
    question = next_question(invitation, response, after=after)
    is_said = _can_say(conversation) and _say(invitation, conversation, ticket_id, question)
    invitation.asks = question if is_said else None
    invitation.awaits_until = _awaits_until(invitation, response)
    invitation.save(update_fields=["asks", "awaits_until"])


def wait_for_changes(invitation: Invitation, response: Response) -> None:
    """Ask nothing more, and take another score while it can be changed."""
    invitation.asks = None
    invitation.awaits_until = _awaits_until(invitation, response)
    invitation.save(update_fields=["asks", "awaits_until"])


def next_question(invitation: Invitation, response: Response, *, after: int) -> SurveyQuestion | None:
    """The next question by score that has no answer yet."""
    answered = set(response.answers.values_list("question_id", flat=True))
    asked = questions_for(invitation.survey, response.score)
    return next((one for one in asked if one.position > after and one.pk not in answered), None)


def _awaits_until(invitation: Invitation, response: Response) -> datetime:
    """A question waits a day; a score can be changed as long as the survey lets him."""
    end = response.answered_at + invitation.survey.change_window
    return min(end, now() + AWAITED_FOR) if invitation.asks is not None else end


def _can_say(conversation: Conversation) -> bool:
    adapter = adapter_class(conversation.channel.kind)
    is_chat = not adapter.is_threaded and Can.SEND in adapter.can
    return is_chat and conversation_window(conversation, at=now()) is Window.OPEN


def _say(invitation: Invitation, conversation: Conversation, ticket_id: int, question: SurveyQuestion | None) -> bool:
    """Put it into the outbox; whether that went well."""
    texts = texts_for(invitation.language)
    thanks = words_of(invitation.survey, texts).thanks
    text, choices = thanks, None
    if question is not None:
        asked, labelled = question_words(question, texts.language)
        labels = [label for _key, label in labelled]
        adapter = adapter_class(conversation.channel.kind)
        text = f"{thanks}\n\n{asked}"
        fits = not find_misfits(limits=adapter.limits, text=text, choice_titles=labels)
        if question.kind == CHOICE and Can.CHOICES in adapter.can and fits:
            choices = choice_buttons(invitation.uuid, question.pk, labels)
        elif question.kind == CHOICE:
            text = f"{text}\n{numbered(labels)}\n{texts.several_hint}"
    try:
        with transaction.atomic():
            message = queue_system_message(
                conversation_id=conversation.pk,
                ticket_id=ticket_id,
                purpose=PURPOSE,
                subject="",
                text=text,
                language=texts.language,
                choices=choices,
            )
    except HelpdeskError as error:
        # A channel that cannot send is no reason to lose the vote that it brought.
        logger.warning("nothing could be said after a vote: %s", error.code)
        return False
    return message is not None
