"""Playing one step of a story: each verb of the script is a service of the product."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from channels_app.adapters.base import Address, DeliveryUpdate, InboundMessage, ReviewReceived, digest
from channels_app.models import Channel
from helpdesk.accounts.models import User
from helpdesk.common.clock import now
from helpdesk.common.html import html_to_text
from helpdesk.common.rows import Batch
from helpdesk.demo import winning_back
from helpdesk.demo.content.people import MAIL_ADDRESS, TOPICS
from helpdesk.demo.files import demo_file
from helpdesk.demo.script import Person, Step, Story
from surveys.models import Invitation
from surveys.policies.occasions import contact_key
from surveys.services.preset import ensure_preset_survey
from surveys.services.sending import ask_customer
from surveys.services.voting import Vote, record_vote
from tickets.models import Message, Team, Ticket, Topic, WorkInterval
from tickets.services import assignment, delivery, drafts, lifecycle, merging, replies, topics
from tickets.services.actors import Actor
from tickets.services.customers import update_customer
from tickets.services.events import new_event
from tickets.services.files import StoredFile, store_file
from tickets.services.intake import receive
from tickets.services.locking import lock_ticket
from tickets.services.work_recording import record_work

READING, LONGEST_WORK = timedelta(seconds=60), timedelta(minutes=12)
LETTERS_A_SECOND = 4


@dataclass(kw_only=True)
class _Case:
    """How far a story has come."""

    story: Story
    ticket_id: int = 0
    customer_messages: int = 0
    last_external_id: str = ""
    reply: Message | None = None
    invitation: Invitation | None = None


class Player:
    """Plays steps in the order of time. Call inside a transaction, under ``told_time``."""

    def __init__(
        self, *, channels: Mapping[str, Channel], agents: Mapping[str, User], people: Mapping[str, Person]
    ) -> None:
        self._channels, self._agents, self._people = channels, agents, people
        self._teams = {team.name: team.pk for team in Team.objects.all()}
        self._survey = ensure_preset_survey()
        self._cases: dict[str, _Case] = {}
        self._introduced: set[str] = set()
        self._verbs: dict[str, Callable[[_Case, Step], object]] = {
            "asks": self._ask,
            "replies": self._reply,
            "notes": self._note,
            "tags": self._tag,
            "assigns": self._assign,
            "prioritises": self._prioritise,
            "reads": self._read,
            "waits": self._wait,
            "holds": self._hold,
            "resolves": self._resolve,
            "is_spam": self._mark_spam,
            "merges_into": self._merge,
            "drafts": self._draft,
            "bounces": self._bounce,
            "vanishes": self._vanish,
            "is_asked": self._invite,
            "votes": self._vote,
            "understands": self._understand,
            "promises": self._promise,
            "apologises": self._apologise,
            "corrects": self._correct,
        }

    def add(self, story: Story) -> None:
        """Take a story into the play; its steps follow."""
        self._cases[story.key] = _Case(story=story)

    def play(self, key: str, step: Step) -> None:
        """Do what the step says, on the ticket of the story ``key``."""
        self._verbs[step.verb](self._cases[key], step)

    def _agent(self, step: Step) -> Actor:
        return Actor.agent(self._agents[step.by])

    def _channel(self, case: _Case) -> Channel:
        return self._channels[case.story.channel]

    def _ask(self, case: _Case, step: Step) -> None:
        story, person = case.story, self._people[case.story.who]
        case.customer_messages += 1
        external_id = f"{story.key}.{case.customer_messages}@{person.address.rpartition('@')[2]}"
        subject = story.subject if case.customer_messages == 1 else f"Re: {story.subject}"
        filed = receive(
            channel=self._channel(case),
            item=_review(story, person, step, external_id)
            if story.rating
            else InboundMessage(
                dedup_key=digest("demo", external_id),
                external_id=external_id,
                sender=Address(address=person.address, name=person.name, raw=person.address),
                sent_at=now(),
                subject=subject if story.channel == "mail" else "",
                text=step.text or html_to_text(step.html),
                html=step.html,
                reply_text=step.text or html_to_text(step.html),
                in_reply_to=case.last_external_id,
                to=[Address(address=MAIL_ADDRESS)] if story.channel == "mail" else (),
                language=person.language,
                is_public=story.is_public,
                thread_id=f"post-of-{story.key}" if story.is_public else "",
                attachments=[demo_file(name) for name in step.files],
            ),
        )
        assert filed.ticket_id is not None, "a customer's message is always filed"
        case.ticket_id, case.last_external_id = filed.ticket_id, external_id
        self._introduce(person, case.ticket_id)

    def _introduce(self, person: Person, ticket_id: int) -> None:
        """What the team knows of a customer, once he has written for the first time."""
        changes = {"is_vip": person.is_vip, "note": person.note, "time_zone": person.time_zone}
        if person.key not in self._introduced and any(changes.values()):
            customer_id = Ticket.objects.values_list("customer_id", flat=True).get(pk=ticket_id)
            update_customer(customer_id=customer_id, actor=Actor.system(), changes=changes)
        self._introduced.add(person.key)

    def _reply(self, case: _Case, step: Step) -> None:
        files = [_stored(name) for name in step.files]
        case.reply = replies.reply_to_ticket(
            ticket_id=case.ticket_id,
            actor=self._agent(step),
            text=step.text,
            attachments=files,
            is_public=case.story.is_public,
        )
        case.last_external_id = case.reply.external_id
        _record_as_sent(case.reply)
        _record_as_written(case.reply)

    def _note(self, case: _Case, step: Step) -> None:
        replies.add_note(ticket_id=case.ticket_id, actor=self._agent(step), text=step.text)

    def _tag(self, case: _Case, step: Step) -> None:
        actor = self._agent(step)
        assignment.change_tags(ticket_id=case.ticket_id, actor=actor, add=step.names)
        about = next((TOPICS[name] for name in step.names if name in TOPICS), "")
        if about:
            topic = Topic.objects.get_or_create(name=about)[0]
            topics.choose_topic(ticket_id=case.ticket_id, topic_id=topic.pk, actor=actor)

    def _assign(self, case: _Case, step: Step) -> None:
        assignee, team = step.names
        assignment.assign_ticket(
            ticket_id=case.ticket_id,
            actor=self._agent(step),
            assignee_id=self._agents[assignee].pk if assignee else None,
            team_id=self._teams[team] if team else assignment.UNCHANGED,
        )

    def _prioritise(self, case: _Case, step: Step) -> None:
        assignment.change_priority(ticket_id=case.ticket_id, actor=self._agent(step), priority=step.text)

    def _read(self, case: _Case, step: Step) -> None:
        lifecycle.mark_read(ticket_id=case.ticket_id, actor=self._agent(step))

    def _wait(self, case: _Case, step: Step) -> None:
        lifecycle.set_pending(ticket_id=case.ticket_id, actor=self._agent(step))

    def _hold(self, case: _Case, step: Step) -> None:
        lifecycle.put_on_hold(ticket_id=case.ticket_id, actor=self._agent(step))

    def _resolve(self, case: _Case, step: Step) -> None:
        lifecycle.resolve_ticket(ticket_id=case.ticket_id, actor=self._agent(step))
        lifecycle.mark_read(ticket_id=case.ticket_id, actor=self._agent(step))

    def _mark_spam(self, case: _Case, step: Step) -> None:
        lifecycle.mark_spam(ticket_id=case.ticket_id, actor=self._agent(step))

    def _merge(self, case: _Case, step: Step) -> None:
        into = self._cases[step.names[0]].ticket_id
        merging.merge_tickets(ticket_id=case.ticket_id, into_ticket_id=into, actor=self._agent(step))
        case.ticket_id = into

    def _draft(self, case: _Case, step: Step) -> None:
        drafts.save_draft(ticket_id=case.ticket_id, actor=self._agent(step), kind=Message.Kind.MESSAGE, text=step.text)

    def _bounce(self, case: _Case, step: Step) -> None:
        reply = _last_reply(case)
        person = self._people[case.story.who]
        bounce = DeliveryUpdate(
            dedup_key=digest("demo bounce", reply.external_id),
            status="failed",
            status_of=reply.external_id,
            recipient=person.address,
            error_code="5.1.1",
            reason=f"550 5.1.1 <{person.address}>: mailbox unknown",
            is_bounce=True,
        )
        receive(channel=self._channel(case), item=bounce)

    def _vanish(self, case: _Case, step: Step) -> None:
        """The sender died with the message in its hands; the sweep then finds the lease run out."""
        Message.objects.filter(pk=_last_reply(case).pk).update(
            delivery_state=Message.DeliveryState.SENDING, sent_at=None, lease_until=now() - timedelta(seconds=1)
        )
        delivery.recover_expired_leases()

    def _invite(self, case: _Case, step: Step) -> None:
        ticket = Ticket.objects.select_related("customer").get(pk=case.ticket_id)
        case.invitation = Invitation.objects.create(
            survey=self._survey,
            customer_id=ticket.customer_id,
            ticket=ticket,
            occasion=contact_key(ticket.contact_number),
            due_at=now(),
        )
        conversation = _last_reply(case).conversation
        assert conversation is not None, "a reply belongs to a conversation"
        ask_customer(case.invitation, ticket, conversation, now())
        if case.invitation.message is not None:
            _record_as_sent(case.invitation.message)

    def _vote(self, case: _Case, step: Step) -> None:
        assert case.invitation is not None, "nobody votes without having been asked"
        response = record_vote(invitation_id=case.invitation.pk, vote=Vote(score=step.score, comment=step.text))
        if response.is_low:
            winning_back.notice_unhappy(response)

    def _understand(self, case: _Case, step: Step) -> None:
        winning_back.understand(case.ticket_id, self._agent(step), cause=step.names[0], analysis=step.text)

    def _promise(self, case: _Case, step: Step) -> None:
        _record_as_sent(winning_back.promise(case.ticket_id, self._agent(step), *step.names))

    def _apologise(self, case: _Case, step: Step) -> None:
        _record_as_sent(winning_back.apologise(case.ticket_id, self._agent(step)))

    def _correct(self, case: _Case, step: Step) -> None:
        _record_as_sent(winning_back.correct(case.ticket_id, self._agent(step), result=step.text))


def _review(story: Story, person: Person, step: Step, external_id: str) -> ReviewReceived:
    return ReviewReceived(
        dedup_key=digest("demo", external_id),
        external_id=external_id,
        sent_at=now(),
        author=Address(address=person.address, name=person.name),
        rating=story.rating,
        text=step.text,
        language=person.language,
    )


def _record_as_written(reply: Message) -> None:
    """The work on an answer, as long as it takes to read the ticket and to type so many letters."""
    moment = now()
    length = min(LONGEST_WORK, READING + timedelta(seconds=len(reply.reply_text) // LETTERS_A_SECOND))
    interval = WorkInterval.objects.create(
        ticket_id=reply.ticket_id,
        contact_number=reply.contact_number,
        agent_id=reply.author_agent_id,
        kind=WorkInterval.Kind.ACTIVE,
        started_at=moment - length,
        ended_at=moment,
        seen_at=moment,
    )
    record_work(lock_ticket(reply.ticket_id), interval)


def _record_as_sent(message: Message) -> None:
    """What ``delivery.record_receipt`` leaves of a message that its provider took at the first try; nothing leaves."""
    ticket = lock_ticket(message.ticket_id)
    message.delivery_state, message.attempts, message.sent_at = Message.DeliveryState.SENT, 1, now()
    data = {"message": message.pk, "state": message.delivery_state, "code": ""}
    event = new_event(ticket=ticket, kind="message.delivery_changed", actor=Actor.system(), data=data)
    ticket.version += 1
    batch = Batch()
    batch.update(message, ("delivery_state", "attempts", "sent_at"))
    batch.add(
        "UPDATE tickets_messagerecipient SET state = %s WHERE message_id = %s", [message.delivery_state, message.pk]
    )
    batch.insert([event])
    batch.update(ticket, ("event_sequence", "version"))
    batch.run()


def _last_reply(case: _Case) -> Message:
    assert case.reply is not None, "the story has an answer before this step"
    return case.reply


def _stored(name: str) -> StoredFile:
    file = demo_file(name)
    return store_file(name=file.name, content=file.content or b"", content_type=file.content_type)
