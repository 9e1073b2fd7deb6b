"""Recordings, voicemail and transcripts of calls. Runs inside the transaction of intake."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from channels_app.adapters.base import Address, CallReceived, InboundMessage, digest
from channels_app.models import InboundEvent
from helpdesk.common.rows import Batch
from helpdesk.common.text import clean_text, preview
from tickets.models import Attachment, Call, Message
from tickets.models.message import external_digest
from tickets.policies.call_summary import tell_call
from tickets.services.call_lines import PATIENT_ATTEMPTS, CallNotHereYet, CallStep, story_of
from tickets.services.filed import Filed
from tickets.services.files import StoredFile
from tickets.services.message_filing import PREVIEW_LENGTH, file_message
from tickets.services.search import index_messages


def file_voicemail(
    call: Call, item: CallReceived, event: InboundEvent | None, files: Sequence[StoredFile], batch: Batch
) -> Filed:
    """A message with the audio, beside the call on the same ticket."""
    key = digest("voicemail", call.external_id, str(item.details.get("recording", "")))
    known = Message.objects.filter(channel=call.channel, dedup_key=key).first()
    if known is not None:
        return Filed(
            outcome="duplicate",
            ticket_id=known.ticket_id,
            conversation_id=known.conversation_id,
            message_id=known.pk,
        )
    identity = call.message.author_identity
    if identity is None:
        raise ValueError("the line of a call is a customer's message")
    recording = str(item.details.get("recording", ""))
    # A number in the conversation's own identity: whoever left the message is whoever called.
    message = InboundMessage(
        dedup_key=key,
        external_id=recording,
        sent_at=item.sent_at,
        sender=Address(address=identity.address, name=identity.display_name),
        subject=_("Voicemail"),
        text=_("Voicemail"),
        details={"voicemail": {"call": call.external_id, "seconds": item.details.get("seconds")}},
    )
    filed = file_message(channel=call.channel, item=message, event=event, files=(), batch=batch)
    if filed.message_id is not None and files:
        attachment = files[0].as_attachment(filed.message_id)
        attachment.save()
        call.recording = attachment
    line = call.message
    line.details = {**line.details, "voicemails": [*line.details.get("voicemails", []), recording][-10:]}
    line.text = line.reply_text = tell_call(story_of(call))
    line.save(update_fields=["details", "text", "reply_text"])
    call.choice = call.choice or Call.Choice.VOICEMAIL
    call.save(update_fields=["recording", "choice"])
    return filed


def keep_recording(step: CallStep, files: Sequence[StoredFile]) -> None:
    """The recording of a conversation belongs to the call's own line and is no message of the customer."""
    line, recording = step.call.message, str(step.item.details.get("recording", ""))
    kept = line.details.get("recordings", [])
    if not files or recording in kept:
        return
    attachment: Attachment = files[0].as_attachment(line.pk)
    attachment.save()
    line.details = {**line.details, "recordings": [*kept, recording][-10:]}
    line.save(update_fields=["details"])
    step.call.recording = attachment
    step.change.tell("call.recorded", {"message": line.pk})


def keep_transcript(step: CallStep, event: InboundEvent | None) -> None:
    """What the caller said into the recording, on the voicemail it belongs to."""
    recording = str(step.item.details.get("recording", ""))
    sent = Message.objects.select_for_update().filter(
        channel=step.call.channel, external_digest=external_digest(recording)
    )
    message = sent.order_by("id").first() if recording else None
    if message is None:
        if event is not None and event.attempts <= PATIENT_ATTEMPTS:
            raise CallNotHereYet(step.item.external_id)
        message = step.call.message
    said = clean_text(str(step.item.details.get("text", ""))).strip()
    text = f"{_('Voicemail')}\n{said}" if message.pk != step.call.message_id else f"{message.text}\n{said}"
    if said in message.text:
        return
    message.text = message.reply_text = text
    message.save(update_fields=["text", "reply_text"])
    index_messages([(message.pk, f"{message.subject}\n{text}")])
    if step.change.ticket.preview and message.ticket_id == step.change.ticket.pk:
        step.change.set(preview=preview(said, PREVIEW_LENGTH))
    step.change.tell("message.changed", {"message": message.pk, "change": "transcribed"})
