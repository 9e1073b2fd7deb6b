"""The question at the end of a call, answered by a key or a word. See HELPDESK_CALL_ENDINGS."""

import logging

from django.db import transaction

from helpdesk.common.errors import Conflict
from surveys.models import Invitation, Response
from surveys.policies.chat_votes import read_chat_answer
from surveys.policies.occasions import contact_key
from surveys.policies.pressed_keys import most_keys, read_keys
from surveys.policies.scales import THUMBS
from surveys.policies.texts import texts_for
from surveys.policies.wordings import words_of
from surveys.services.inviting import invite_caller
from surveys.services.voting import Vote, record_vote
from tickets.models import Call
from tickets.policies.call_endings import CallQuestion

logger = logging.getLogger(__name__)


class CallSurvey:
    """Asks the caller about the contact that his call belongs to. See ``tickets.policies.call_endings.CallEnding``.

    The invitation is stored with the answer: whoever presses nothing, or has hung up by then, is asked in writing like everybody.
    """

    def offer(self, call: Call, *, language: str) -> CallQuestion | None:
        """The survey's question, where this contact is to be asked about now; nothing is stored."""
        with transaction.atomic():
            invitation = _invite(call, language)
            transaction.set_rollback(True)
        if invitation is None:
            return None
        scale, texts = invitation.survey.values, texts_for(language)
        words = words_of(invitation.survey, texts)
        sentences = [words.question]
        if scale.key != THUMBS:
            sentences.append(f"{scale.lowest}: {words.lowest}. {scale.highest}: {words.highest}.")
        how = {THUMBS: texts.press_thumb, "1-10": texts.press_to_ten}.get(scale.key, texts.press_key)
        sentences.append(how.format(lowest=scale.lowest, highest=scale.highest))
        return CallQuestion(sentences=sentences, most_digits=most_keys(scale))

    def take(self, call: Call, *, digits: str, speech: str, language: str) -> str | None:
        """Store the vote; None for a key or words that are none."""
        with transaction.atomic():
            invitation = _invite(call, language) or _invited(call)
            if invitation is None:
                return texts_for(language).thanks
            scale = invitation.survey.values
            score = read_keys(digits, scale) if digits else None
            if score is None and not digits:
                score = read_chat_answer(speech, scale=scale, language=language).score
            if score is None:
                transaction.set_rollback(True)
                return None
            try:
                record_vote(invitation_id=invitation.pk, vote=Vote(score=score, via=Response.AnsweredVia.CALL))
            except Conflict:
                logger.info("a key came after the vote was closed")
        return words_of(invitation.survey, texts_for(language)).thanks


def _invite(call: Call, language: str) -> Invitation | None:
    message = call.message
    return invite_caller(ticket_id=message.ticket_id, contact_number=message.contact_number, language=language)


def _invited(call: Call) -> Invitation | None:
    """The question about this contact that was put already: in a request that came before, or in writing while the caller listened."""
    known = Invitation.objects.filter(
        ticket_id=call.message.ticket_id,
        occasion=contact_key(call.message.contact_number),
        state__in=(Invitation.State.SENT, Invitation.State.ANSWERED),
    )
    return known.select_related("survey").order_by("-sent_at", "-pk").first()
