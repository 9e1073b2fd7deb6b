"""Sending through a fake Cloud API that refuses what the real one refuses."""

import dataclasses

import pytest

from channels_app.adapters.base import AdapterError, Address, Choice, OutboundMessage, TemplateUse
from channels_app.adapters.whatsapp.adapter import WhatsAppAdapter
from tests.support.http_fake import Reply
from tests.support.whatsapp_fake import error

UUID = "7d3c0f8a5b7e4c1f9a2b3c4d5e6f7a8b"


def outbound(text="We send you a new one.", **fields):
    values = {"uuid": UUID, "external_id": UUID, "recipient": Address(address="+4917055501234")} | fields
    return OutboundMessage(text=text, **values)


def refusal(adapter, message=None):
    with pytest.raises(AdapterError) as caught:
        adapter.send(message or outbound())
    return caught.value


def test_text_goes_to_the_number_and_comes_back_with_its_id(adapter, graph):
    receipt = adapter.send(outbound())
    assert receipt.external_id == "wamid.FAKE0001"
    [sent] = graph.sent
    assert sent["to"] == "4917055501234"
    assert sent["text"]["body"] == "We send you a new one."


def test_our_uuid_travels_along_so_that_early_reports_find_the_message(adapter, graph):
    adapter.send(outbound())
    assert graph.sent[0]["biz_opaque_callback_data"] == adapter.choose_external_id(message_uuid=UUID, reply_token="")


def test_customer_with_a_hidden_number_is_written_to_by_his_id(adapter, graph):
    adapter.send(outbound(recipient=Address(address="DE.13491208655302741918")))
    assert graph.sent[0]["recipient"] == "DE.13491208655302741918"
    assert "to" not in graph.sent[0]


def test_answer_quotes_the_customer_only_where_the_channel_says_so(adapter, graph):
    adapter.send(outbound(in_reply_to="wamid.ASKED"))
    quoting = dataclasses.replace(adapter.channel, config={**adapter.channel.config, "quotes_customer": True})
    WhatsAppAdapter(quoting).send(outbound(in_reply_to="wamid.ASKED"))
    assert [sent.get("context") for sent in graph.sent] == [None, {"message_id": "wamid.ASKED"}]


def test_up_to_three_choices_are_buttons(adapter, graph):
    choices = [Choice(payload="y", title="Yes"), Choice(payload="n", title="No")]
    adapter.send(outbound("Shall we?", choices=choices))
    interactive = graph.sent[0]["interactive"]
    assert interactive["type"] == "button"
    assert [one["reply"] for one in interactive["action"]["buttons"]] == [
        {"id": "y", "title": "Yes"},
        {"id": "n", "title": "No"},
    ]


@pytest.mark.parametrize(
    "choices",
    [
        [Choice(payload=str(number), title=f"Day {number}") for number in range(10)],
        [Choice(payload="m", title="Monday", description="8 to 12 o'clock")],
    ],
)
def test_more_or_explained_choices_are_a_list(adapter, graph, choices):
    adapter.send(outbound("When?", choices=choices))
    interactive = graph.sent[0]["interactive"]
    assert interactive["type"] == "list"
    rows = interactive["action"]["sections"][0]["rows"]
    assert [row["title"] for row in rows] == [choice.title for choice in choices]
    assert rows[0].get("description", "") == choices[0].description


def test_place_is_asked_for_with_the_providers_own_button(adapter, graph):
    adapter.send(outbound("Where are you?", asks_for="location"))
    assert graph.sent[0]["interactive"]["type"] == "location_request_message"
    assert graph.sent[0]["interactive"]["action"] == {"name": "send_location"}


POSITIONAL = {
    "name": "order_confirmation",
    "language": "en",
    "status": "APPROVED",
    "components": [{"type": "BODY", "text": "Hello {{1}}, order {{2}} is on its way."}],
}
NAMED = {
    "name": "late",
    "language": "de",
    "status": "APPROVED",
    "components": [{"type": "BODY", "text": "Hallo {{name}}, {{order}} kommt später."}],
}


def test_template_is_filled_in_by_position(adapter, graph):
    graph.templates = [POSITIONAL]
    use = TemplateUse(name="order_confirmation", language="en", variables=("Carla", "4711"), names=("1", "2"))
    adapter.send(outbound(template=use))
    [body] = graph.sent[0]["template"]["components"]
    assert [one["text"] for one in body["parameters"]] == ["Carla", "4711"]


def test_template_is_filled_in_by_name(adapter, graph):
    graph.templates = [NAMED]
    use = TemplateUse(name="late", language="de", variables=("Carla", "4711"), names=("name", "order"))
    adapter.send(outbound(template=use))
    [body] = graph.sent[0]["template"]["components"]
    assert [one["parameter_name"] for one in body["parameters"]] == ["name", "order"]


@pytest.mark.parametrize("use", [TemplateUse(name="gone", language="en"), TemplateUse(name="late", language="de")])
def test_unknown_template_and_missing_values_are_refused_for_good(adapter, graph, use):
    graph.templates = [NAMED]
    found = refusal(adapter, outbound(template=use))
    assert found.permanent
    assert found.code in ("132000", "132001")
    assert "Sync the templates" in found.message


FINAL = {131047: "only a template", 131026: "cannot be reached", 100: "cannot read", 131053: "file", 132016: "for good"}
ACCOUNT = {190: "token", 10: "permissions", 131031: "locked", 131042: "payment"}
PASSING = {130429: 30, 80007: 300, 131056: 10, 4: 60, 131016: 60, 131000: 30}


@pytest.mark.parametrize(("code", "words"), (FINAL | ACCOUNT).items())
def test_what_trying_again_cannot_help_is_final_and_says_why(adapter, graph, code, words):
    graph.next_answers = [error(code, details="Some details.")]
    found = refusal(adapter)
    assert (found.code, found.permanent, found.is_uncertain) == (str(code), True, False)
    assert words in found.message
    assert "Some details." in found.message
    assert found.concerns_channel is (code in ACCOUNT)


@pytest.mark.parametrize(("code", "seconds"), PASSING.items())
def test_limits_and_overload_are_waited_out(adapter, graph, code, seconds):
    graph.next_answers = [error(code, status=429)]
    found = refusal(adapter)
    assert (found.permanent, found.is_uncertain, found.retry_after_seconds) == (False, False, seconds)


def test_providers_own_wish_for_a_pause_comes_first(adapter, graph):
    graph.next_answers = [error(130429, status=429, headers={"retry-after": "77"})]
    assert refusal(adapter).retry_after_seconds == 77


def test_refusal_without_words_of_a_server_leaves_the_outcome_open(adapter, graph):
    graph.next_answers = [Reply(status=502, body=b"<html>Bad gateway</html>")]
    found = refusal(adapter)
    assert (found.permanent, found.is_uncertain) == (False, True)


def test_lost_answer_leaves_the_outcome_open(adapter, graph):
    graph.drops_answer = True
    found = refusal(adapter)
    assert found.is_uncertain
    assert len(graph.sent) == 1


def test_code_that_is_new_to_us_is_final_and_shown(adapter, graph):
    graph.next_answers = [error(139999)]
    found = refusal(adapter)
    assert found.permanent
    assert "139999" in found.code


def test_token_stands_in_no_error(adapter, graph):
    graph.next_answers = [error(190, status=401)]
    assert graph.secrets["access_token"] not in str(refusal(adapter))
