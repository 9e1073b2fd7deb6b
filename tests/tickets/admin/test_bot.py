"""The pages of bots and of the language model: set up by a form, tried in a chat, with a key that nobody reads."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_channel
from tests.support.talking import Talk, make_bot, publish
from tickets.models import Bot, HandoffRule, LLMSettings, Message
from tickets.services.llm import save_llm_settings

pytestmark = pytest.mark.django_db
NO_ROWS = {"rules-TOTAL_FORMS": "0", "rules-INITIAL_FORMS": "0"}


@pytest.fixture
def administration(client: Client, administrator: Any) -> Client:
    client.force_login(administrator)
    return client


def test_a_bot_is_made_by_the_form_with_questions_a_line_each(administration: Client) -> None:
    channel = make_channel(kind="webchat")
    data = {
        "name": "Robin", "is_active": "on", "channels": [channel.pk], "works": "always", "answers_from_articles": "on",
        "greeting_de": "Moin {name}!",
        "questions_text": "order | order_number | Your order?\norder:de | order_number | Bestellung?", **NO_ROWS,
    }  # fmt: skip
    answer = administration.post("/admin/tickets/bot/add/", data)
    assert answer.status_code == 302, answer.context["errors"]
    bot = Bot.objects.get()
    assert (bot.is_active, bot.greeting, list(bot.channels.all())) == (True, {"de": "Moin {name}!"}, [channel])
    assert bot.questions[0]["ask"] == {"en": "Your order?", "de": "Bestellung?"}
    assert HandoffRule.objects.filter(bot=bot, kind="asked_for", is_active=True).exists()
    page = administration.get(f"/admin/tickets/bot/{bot.pk}/change/")
    assert "order:de | order_number | Bestellung?" in page.content.decode()
    assert administration.get("/admin/tickets/bot/").status_code == 200


def test_a_bot_is_tried_in_a_chat_that_sends_nothing(administration: Client) -> None:
    bot = make_bot(make_channel(kind="webchat"))
    publish("Where is my order?")
    page = f"/admin/tickets/bot/{bot.pk}/try/"
    first = administration.post(page, {"said": "Where is my order?", "state": ""})
    assert "This should answer it" in first.content.decode()
    again = administration.post(page, {"payload": "bot:human", "state": first.context["state"]})
    assert "the customer asks for a person" in again.content.decode()
    assert not Message.objects.exists()
    assert administration.post(page, {"said": "Hi", "state": "forged"}).status_code == 200


def test_the_key_of_the_language_model_is_write_only(administration: Client) -> None:
    save_llm_settings(changes={"url": "https://llm.example/v1", "model": "m"}, key="sk-very-secret")
    page = administration.get("/admin/tickets/llmsettings/1/change/").content.decode()
    assert "sk-very-secret" not in page
    assert LLMSettings.objects.get().encrypted_key not in page
    assert administration.get("/admin/tickets/llmcall/").status_code == 200


def test_the_ticket_shows_that_a_bot_has_it_and_gives_it_back(client: Client, agent: Any) -> None:
    talk = Talk()
    make_bot(talk.channel)
    talk.write("Hello")
    client.force_login(agent)
    card = f"/admin/tickets/ticket/{talk.ticket_id}/bot/"
    assert "With the bot Robin" in client.get(card).content.decode()
    client.post(f"/admin/tickets/ticket/{talk.ticket_id}/do/from-bot/")
    shown = client.get(card).content.decode()
    assert (talk.session.state, talk.session.reason) == ("handed_off", "taken_back")
    assert "Hello" in shown
    client.post(
        f"/admin/tickets/ticket/{talk.ticket_id}/do/to-bot/", {"bot": talk.session.bot_id, "task": "Serial number?"}
    )
    assert talk.session.is_delegated
