"""Answers in a chat: what becomes of the vote, the words and the ticket."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels_app.adapters.base import Address, InboundAttachment, digest
from channels_app.models import Channel
from surveys.models import Answer, Invitation, Response, Survey, SurveyQuestion
from surveys.policies.chat_choices import make_choice_payload
from surveys.policies.chat_payloads import make_payload
from surveys.selectors.awaiting import is_anybody_awaited
from surveys.services.chat_answers import forget_passed_waits
from surveys.services.planning import plan_tickets
from surveys.services.sending import send_due_surveys
from tests.factories import make_channel, make_item, make_ticket
from tickets.models import Conversation, Customer, Message, Ticket, TicketEvent
from tickets.selectors.timeline import read_timeline
from tickets.services.actors import Actor
from tickets.services.intake import Filed, receive
from tickets.services.lifecycle import reopen_ticket, resolve_ticket
from tickets.services.merging import merge_tickets
from tickets.services.replies import reply_to_ticket

CUSTOMER = Address(address="4711", name="Ada")
Say = Callable[..., Filed]


@pytest.fixture
def chat(db: None) -> Any:
    return make_channel(kind="telegram", slug="bot", secrets={"bot_token": "1:a", "webhook_secrets": ["s"]})


@pytest.fixture
def say(chat: Any) -> Say:
    """Let the customer write; each message has an id of its own unless one is given."""
    number = iter(range(1, 100))

    def write(text: str, *, id: str = "", channel: Any = None, **fields: Any) -> Filed:
        external_id = id or f"m{next(number)}"
        item = make_item(
            dedup_key=digest(external_id),
            external_id=external_id,
            sender=fields.pop("sender", CUSTOMER),
            text=text,
            subject="",
            **fields,
        )
        return receive(channel=channel or chat, item=item)

    return write


@pytest.fixture
def asked(clock: Any, survey: Survey, chat: Any, say: Say, agent: Any) -> Invitation:
    """A question that stands in the chat of a resolved ticket."""
    filed = say("Where is my parcel?")
    assert filed.ticket_id is not None
    reply_to_ticket(ticket_id=filed.ticket_id, actor=Actor.agent(agent), text="It arrives today.")
    resolve_ticket(ticket_id=filed.ticket_id, actor=Actor.system())
    plan_tickets([filed.ticket_id])
    clock.shift(timedelta(minutes=11))
    send_due_surveys()
    invitation = Invitation.objects.get()
    assert invitation.awaits_until is not None
    return invitation


def vote() -> tuple[int, str]:
    response = Response.objects.get()
    return response.score, response.comment


def said_last() -> Message:
    message = Message.objects.filter(direction="out").order_by("-pk").first()
    assert message is not None
    return message


def figures(ticket_id: int) -> tuple[Any, ...]:
    columns = (
        "status", "waiting_since", "unread_count", "reopen_count", "first_response_at", "contact_number", "last_message_at",
        "last_message_is_inbound", "preview",
    )  # fmt: skip
    return tuple(Ticket.objects.values_list(*columns).get(pk=ticket_id))


def test_score_is_a_vote_and_leaves_the_ticket_as_it_is(asked: Invitation, say: Say) -> None:
    before = figures(asked.ticket_id or 0)
    filed = say("9/10")
    assert filed.outcome == "survey_answered"
    assert vote() == (9, "")
    assert figures(asked.ticket_id or 0) == before
    assert not TicketEvent.objects.filter(kind="message.received", data__message=filed.message_id).exists()


def test_vote_alone_has_no_bubble_and_vote_with_words_has_one(asked: Invitation, say: Say) -> None:
    say("9")
    say("10!! thanks")
    texts = [message.shown_text for message in read_timeline(ticket_id=asked.ticket_id or 0).messages]  # type: ignore[attr-defined]
    assert "9" not in texts
    assert "10!! thanks" in texts
    assert vote() == (10, "thanks")


def test_new_request_beside_a_vote_reopens_the_ticket(asked: Invitation, say: Say) -> None:
    filed = say("9 but where is my refund?")
    assert filed.outcome == "reopened"
    assert vote() == (9, "but where is my refund?")


def test_question_with_a_number_is_a_message_and_the_vote_can_follow(asked: Invitation, say: Say) -> None:
    assert say("my order 9 is missing").outcome == "reopened"
    assert not Response.objects.exists()
    assert say("8").outcome == "survey_answered"


def test_same_message_twice_is_one_vote_and_one_row(asked: Invitation, say: Say) -> None:
    outcomes = [say("9", id="same").outcome for _ in range(3)]
    assert outcomes == ["survey_answered", "duplicate", "duplicate"]
    assert Message.objects.filter(purpose="vote").count() == 1
    assert Response.objects.get().history == []


def test_number_after_an_agent_spoke_again_is_a_message(asked: Invitation, say: Say, agent: Any) -> None:
    reopen_ticket(ticket_id=asked.ticket_id or 0, actor=Actor.agent(agent))
    reply_to_ticket(ticket_id=asked.ticket_id or 0, actor=Actor.agent(agent), text="How many boxes came?")
    assert say("9").outcome == "appended"
    assert not Response.objects.exists()


def test_number_after_the_window_is_a_message(asked: Invitation, say: Say, clock: Any) -> None:
    clock.shift(timedelta(hours=25))
    assert say("9").outcome == "reopened"
    assert not Response.objects.exists()
    assert forget_passed_waits() == 1


def test_pressed_button_is_a_vote_even_when_it_comes_late(asked: Invitation, say: Say, clock: Any) -> None:
    clock.shift(timedelta(days=3))
    assert say("9", payload=make_payload(asked.uuid, 9)).outcome == "survey_answered"
    assert vote() == (9, "")


def test_button_of_a_closed_question_asks_nothing_of_anybody(asked: Invitation, say: Say, clock: Any) -> None:
    clock.shift(timedelta(days=15))
    assert say("9", payload=make_payload(asked.uuid, 9)).outcome == "survey_answered"
    assert not Response.objects.exists()
    assert Ticket.objects.get().status == "resolved"


def test_button_of_somebody_else_counts_for_nobody(asked: Invitation, say: Say) -> None:
    stranger = Address(address="666", name="Eve")
    assert say("9", payload=make_payload(asked.uuid, 9), sender=stranger).outcome == "created"
    assert not Response.objects.exists()


def test_meant_another_score_changes_the_vote(asked: Invitation, say: Say) -> None:
    say("9")
    assert say("sorry, I meant 8").outcome == "survey_answered"
    response = Response.objects.get()
    assert (response.score, [kept["score"] for kept in response.history]) == (8, [9])


def test_high_score_is_thanked_once(asked: Invitation, say: Say) -> None:
    say("9")
    assert (said_last().purpose, "Thank you" in said_last().text) == ("survey_further", True)
    count = Message.objects.filter(direction="out").count()
    say("9")
    assert Message.objects.filter(direction="out").count() == count


def test_low_score_is_asked_what_it_was_and_a_button_answers(asked: Invitation, say: Say) -> None:
    say("3")
    asked.refresh_from_db()
    question = SurveyQuestion.objects.get()
    assert asked.asks_id == question.pk
    titles = [choice["title"] for choice in said_last().details["choices"]]
    assert titles == ["Speed", "Ease", "Knowledge", "Friendliness", "The product"]
    pressed = said_last().details["choices"][3]["payload"]
    assert pressed == make_choice_payload(asked.uuid, question.pk, 3)
    assert say("Friendliness", payload=pressed).outcome == "survey_answered"
    assert [answer.choice for answer in Answer.objects.all()] == ["friendliness"]
    asked.refresh_from_db()
    assert asked.asks_id is None
    assert Ticket.objects.get().status == "resolved"


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("4", ["friendliness"]),
        ("1 and 3", ["knowledge", "speed"]),
        ("it was the speed", ["speed"]),
        ("product", ["product"]),
    ],
)
def test_reason_is_understood_as_number_and_as_word(asked: Invitation, say: Say, text: str, choices: list[str]) -> None:
    say("3")
    assert say(text).outcome == "survey_answered"
    assert [answer.choice for answer in Answer.objects.order_by("pk")] == sorted(choices)


def test_other_words_than_a_reason_are_a_message(asked: Invitation, say: Say) -> None:
    say("3")
    assert say("When does my parcel arrive?").outcome == "reopened"
    assert not Answer.objects.exists()


def test_open_question_takes_free_words(asked: Invitation, say: Say) -> None:
    SurveyQuestion.objects.create(survey=asked.survey, position=2, kind="text", lowest_score=1, highest_score=10)
    say("9")
    assert say("Answer a little faster next time").outcome == "survey_answered"
    assert Answer.objects.get().text == "Answer a little faster next time"


def test_vote_on_a_ticket_that_was_merged_stands_on_the_other_one(
    asked: Invitation, say: Say, api_channel: Channel
) -> None:
    winner = make_ticket(api_channel)
    merge_tickets(ticket_id=asked.ticket_id or 0, into_ticket_id=winner.pk, actor=Actor.system())
    filed = say("9 - thanks")
    assert (filed.outcome, filed.ticket_id, vote()) == ("survey_answered", winner.pk, (9, "thanks"))
    words = Message.objects.get(pk=filed.message_id)
    assert (words.ticket, words.purpose) == (winner, "survey_answer")
    shown = dict(Ticket.objects.values_list("pk", "last_vote"))
    assert shown[winner.pk] != shown[asked.ticket_id or 0]
    kinds = {"survey.answered", "survey.received"}
    told = TicketEvent.objects.filter(kind__in=kinds).values_list("kind", "ticket")
    assert set(told) == {(kind, winner.pk) for kind in kinds}
    assert said_last().ticket == winner


@pytest.mark.parametrize("text", ["5/5", "4 out of 5", "0"])
def test_score_by_mail_is_read_on_the_scale_of_its_survey(
    clock: Any, survey: Survey, email_channel: Any, answered_ticket: Any, say: Say, text: str
) -> None:
    Survey.objects.update(scale="0-10" if text == "0" else "1-5")
    said = answer_by_mail(clock, email_channel, answered_ticket())
    assert say(text, reply_text=text, **said).outcome == "survey_answered"
    assert vote() == (int(text[0]), "")


def answer_by_mail(clock: Any, channel: Channel, ticket: Ticket) -> dict[str, Any]:
    resolve_ticket(ticket_id=ticket.pk, actor=Actor.system())
    plan_tickets([ticket.pk])
    clock.shift(timedelta(minutes=11))
    send_due_surveys()
    token = Conversation.objects.get().reply_token
    sender = Address(address=Conversation.objects.get().identity.address)
    return {"sender": sender, "thread_tokens": [token], "channel": channel}


def test_score_by_mail_to_the_survey_mail_is_a_vote(
    clock: Any, survey: Survey, email_channel: Any, answered_ticket: Any, say: Say
) -> None:
    said = answer_by_mail(clock, email_channel, answered_ticket())
    assert say("9\n\n> How satisfied are you?", reply_text="9", **said).outcome == "survey_answered"
    assert vote() == (9, "")
    assert Message.objects.filter(direction="out", purpose="survey_further").count() == 0
    assert say("Where is my refund?", reply_text="Where is my refund?", **said).outcome == "reopened"


def test_ordinary_message_costs_one_query_more_where_anybody_is_awaited_and_none_otherwise(
    asked: Invitation, say: Say, settings: Any
) -> None:
    stranger = Address(address="815", name="Bob")
    say("Hello", sender=stranger)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            say("And another thing", sender=stranger)
        return len(captured)

    is_anybody_awaited()
    waiting = queries()
    Invitation.objects.update(awaits_until=None)
    is_anybody_awaited.forget()
    is_anybody_awaited()
    assert queries() == waiting - 1


def test_kept_words_start_no_clock_when_the_ticket_is_opened_again(asked: Invitation, say: Say, agent: Any) -> None:
    say("2 because nobody listened")
    reopen_ticket(ticket_id=asked.ticket_id or 0, actor=Actor.agent(agent))
    assert Ticket.objects.get().waiting_since is None


def test_customer_may_say_no_to_a_further_question(asked: Invitation, say: Say) -> None:
    say("3")
    assert say("no thanks").outcome == "survey_answered"
    asked.refresh_from_db()
    assert (asked.asks_id, Answer.objects.count(), said_last().text.count("?")) == (None, 0, 0)


def test_picture_with_a_score_is_a_vote_and_a_message(asked: Invitation, say: Say) -> None:
    photo = InboundAttachment(name="box.png", content_type="image/png", content=b"\x89PNG")
    assert say("3", attachments=[photo]).outcome == "reopened"
    assert vote() == (3, "")
    assert Message.objects.filter(attachments__isnull=False).count() == 1


def test_blocked_customer_and_robots_vote_for_nothing(asked: Invitation, say: Say) -> None:
    assert say("9", is_auto_reply=True).outcome == "appended"
    Customer.objects.update(is_blocked=True)
    say("9")
    assert not Response.objects.exists()


def test_vote_counts_where_nothing_can_be_said_in_return(asked: Invitation, say: Say) -> None:
    Channel.objects.update(encrypted_secrets=b"unreadable")
    assert say("9", channel=Channel.objects.get()).outcome == "survey_answered"
    assert vote() == (9, "")
