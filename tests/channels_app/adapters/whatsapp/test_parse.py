"""Reading calls of the Cloud API."""

import copy
import json
from datetime import UTC, datetime

import pytest

from channels_app.adapters.base import (
    ChannelConfig,
    DeliveryUpdate,
    IdentityChanged,
    Ignored,
    InboundMessage,
    MessageChanged,
    ParseError,
    RawEvent,
    TemplateChanged,
)
from channels_app.adapters.whatsapp.adapter import WhatsAppAdapter
from tests.support.whatsapp_fake import NUMBER_ID

CUSTOMER, CUSTOMER_ID = "+4917055501234", "DE.13491208655302741918"


@pytest.fixture
def message(read_payload):
    def read(name, **config):
        [item] = read_payload(name, **config)
        assert isinstance(item, InboundMessage)
        return item

    return read


def parse(value):
    return WhatsAppAdapter(ChannelConfig()).parse(RawEvent(body=json.dumps(value).encode()))


def test_text_names_sender_time_and_what_it_answers(message):
    item = message("text")
    assert item.text == item.reply_text == "Wo ist mein Paket? 📦\nNummer 4711"
    assert (item.sender.address, item.sender.name, item.sender.kind) == (CUSTOMER, "Sheena Nelson", "")
    assert [(one.kind, one.address) for one in item.aliases] == [("whatsapp_id", CUSTOMER_ID)]
    assert item.sent_at == datetime(2025, 6, 8, 20, 59, 45, tzinfo=UTC)
    assert item.in_reply_to.startswith("wamid.")


FILES = {
    "image": ("image.jpg", "image/jpeg", "It arrived like this"),
    "video": ("video.mp4", "video/mp4", "It makes this noise"),
    "audio": ("audio.mp3", "audio/mpeg", ""),
    "voice": ("audio.ogg", "audio/ogg", ""),
    "document": ("invoice 4711.pdf", "application/pdf", "The invoice"),
    "sticker": ("sticker.webp", "image/webp", ""),
}


@pytest.mark.parametrize(("name", "wanted"), FILES.items(), ids=FILES.keys())
def test_file_is_named_and_waits_to_be_fetched(message, name, wanted):
    item = message(name)
    [file] = item.attachments
    assert (file.name, file.content_type, item.text) == wanted
    assert file.content is None
    assert file.url.startswith("whatsapp-media:10033834213872")


def test_voice_and_sticker_say_what_they_are(message):
    assert message("voice").details == {"is_voice": True}
    assert message("audio").details == {}
    assert message("sticker").details == {"sticker": {"is_animated": True}}


def test_location_has_coordinates_name_and_address(message):
    place = message("location").details["location"]
    assert (place["latitude"], place["longitude"]) == (52.51628, 13.37771)
    assert (place["name"], place["address"]) == ("Brandenburger Tor", "Pariser Platz, 10117 Berlin")


def test_contact_card_is_kept_without_its_empty_fields(message):
    [card] = message("contacts").details["contacts"]
    assert card == {
        "name": "Paula Neighbour",
        "organization": "Neighbours & Co",
        "phones": ["+49 170 5559999"],
        "emails": ["paula@customer.example"],
    }


PRESSED = {
    "button_reply": ("Send it again", "choice:reship", {"title": "Send it again"}),
    "list_reply": ("Monday", "choice:monday", {"title": "Monday", "description": "8 to 12 o'clock"}),
    "template_button": ("Stop promotions", "STOP_PROMOTIONS", {"title": "Stop promotions"}),
}


@pytest.mark.parametrize(("name", "wanted"), PRESSED.items(), ids=PRESSED.keys())
def test_pressed_button_is_a_message_with_its_payload(message, name, wanted):
    item = message(name)
    assert (item.text, item.payload, item.details["pressed"]) == wanted
    assert item.in_reply_to == "wamid.HBgNOURS1"


def test_filled_in_form_is_kept_as_values(message):
    item = message("form_reply")
    assert item.text == "Sent"
    assert item.details["form"] == {"flow_token": "t-1", "order_number": "4711", "wants": ["refund"]}


def test_form_that_is_no_json_is_kept_as_text(payload):
    value = payload("form_reply")
    value["entry"][0]["changes"][0]["value"]["messages"][0]["interactive"]["nfm_reply"]["response_json"] = "{oops"
    [item] = parse(value)
    assert item.details["form"] == {"response": "{oops"}


def test_advertisement_that_led_here_is_kept(message):
    referral = message("referral").details["referral"]
    assert referral["source_type"] == "ad"
    assert referral["headline"] == "Chat with us"
    assert referral["source_url"] == "https://fb.me/3cr4Wqqkv"


def test_question_about_a_product_names_it(message):
    details = message("product_question").details
    assert details["product"] == {"catalog": "194836987003835", "id": "di9ozbzfi4"}
    assert details["is_forwarded"] is True


def test_order_lists_what_is_wanted(message):
    item = message("order")
    assert item.text == "Please deliver on Monday"
    assert [(one["id"], one["quantity"], one["price"]) for one in item.details["order"]["items"]] == [
        ("di9ozbzfi4", 2, 30),
        ("nqryix03ez", 1, 25.5),
    ]


def test_reaction_belongs_to_the_message_it_stands_on(read_payload):
    [item] = read_payload("reaction")
    assert isinstance(item, MessageChanged)
    assert (item.change, item.change_of, item.text) == ("reaction", "wamid.HBgNOURS1", "👍")
    assert item.sender is not None


def test_reaction_that_is_taken_back_is_empty(read_payload):
    [item] = read_payload("reaction_removed")
    assert (item.change, item.text) == ("reaction", "")


def test_edit_and_revocation_name_the_first_message(read_payload):
    [edit], [revocation] = read_payload("edit"), read_payload("revoke")
    assert (edit.change, edit.text) == ("edited", "Where is my parcel 4711?")
    assert revocation.change == "deleted"
    assert edit.change_of == revocation.change_of != edit.external_id


@pytest.mark.parametrize("name", ["number_changed", "number_changed_old_word"])
def test_new_number_is_told_as_a_change_of_the_person(read_payload, name):
    item = read_payload(name)[0]
    assert isinstance(item, IdentityChanged)
    assert (item.old.address, item.new.address) == (CUSTOMER, "+4917055507777")


def test_new_business_scoped_id_is_told_with_and_without_a_new_number(read_payload):
    for name in ("number_changed", "user_id_changed"):
        item = read_payload(name)[-1]
        assert (item.old.kind, item.old.address) == ("whatsapp_id", CUSTOMER_ID)
        assert (item.new.kind, item.new.address) == ("whatsapp_id", "DE.98765432109876543210")


def test_customer_who_hides_his_number_is_known_by_his_id(message):
    item = message("hidden_number")
    assert (item.sender.kind, item.sender.address) == ("whatsapp_id", "DE.55551208655302741918")
    assert item.sender.name == "Hidden Person"
    assert item.aliases == ()


def test_sender_who_stands_in_the_contacts_alone_is_found(message):
    item = message("sender_in_contacts_only")
    assert (item.sender.address, item.sender.name) == ("US.ENT.11815799212886844830", "@quiet.one")


def test_message_without_any_sender_is_refused_and_named(payload):
    value = payload("sender_in_contacts_only")
    value["entry"][0]["changes"][0]["value"]["contacts"] = []
    with pytest.raises(ParseError, match="names no sender"):
        parse(value)


@pytest.mark.parametrize(("name", "told"), [("unsupported", "poll_update"), ("unknown_type", "hologram")])
def test_message_of_an_unknown_type_is_kept_and_marked(message, name, told):
    item = message(name)
    assert item.flags == ("unsupported",)
    assert item.details["unsupported"]["type"] == told


def test_several_accounts_changes_and_messages_in_one_call_are_all_read_in_order(read_payload):
    items = read_payload("several_in_one_call")
    assert [getattr(item, "text", getattr(item, "status", "")) for item in items] == [
        "first", "second", "delivered", "read", "third",
    ]  # fmt: skip
    assert [item.sender.name for item in items if isinstance(item, InboundMessage)] == [
        "Sheena Nelson", "Pierre Dupont", "Sheena Nelson",
    ]  # fmt: skip


def test_good_messages_beside_a_bad_one_are_brought_along(read_payload):
    with pytest.raises(ParseError, match=r"messages\[1\].location.latitude") as fault:
        read_payload("one_bad_among_good")
    assert [item.text for item in fault.value.items] == ["good", "also good"]


STATES = {
    "status_sent": "sent",
    "status_delivered": "delivered",
    "status_read": "read",
    "status_played": "read",
    "status_failed_window": "failed",
    "status_failed_undeliverable": "failed",
}


@pytest.mark.parametrize(("name", "state"), STATES.items(), ids=STATES.keys())
def test_status_is_told_in_our_words(read_payload, name, state):
    [item] = read_payload(name)
    assert isinstance(item, DeliveryUpdate)
    assert (item.status, item.status_of) == (state, "wamid.HBgNNDkxNzA1NTUwMTIzNBUCABEYEjMwOUNG")
    assert item.references == ("7d3c0f8a5b7e4c1f9a2b3c4d5e6f7a8b",)


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("status_failed_window", "131047", "only a template"),
        ("status_failed_undeliverable", "131026", "cannot be reached"),
    ],
)
def test_failure_says_why_in_words(read_payload, name, code, words):
    [item] = read_payload(name)
    assert item.error_code == code
    assert words in item.reason


def test_each_state_of_a_message_is_an_item_of_its_own(read_payload):
    keys = [read_payload(name)[0].dedup_key for name in STATES]
    # Both failures are the same state of the same message.
    assert len(set(keys)) == len(keys) - 1


TEMPLATES = {"template_approved": ("approved", ""), "template_rejected": ("rejected", "INVALID_FORMAT")}


@pytest.mark.parametrize(("name", "wanted"), TEMPLATES.items(), ids=TEMPLATES.keys())
def test_decision_on_a_template_is_told(read_payload, name, wanted):
    [item] = read_payload(name)
    assert isinstance(item, TemplateChanged)
    assert (item.status, item.reason) == wanted


IGNORED = {
    "account_update": "account:account_update",
    "account_error": "account_error:130429",
    "request_welcome": "request_welcome",
    "status_unknown_word": "unknown:status:evaporated",
    "identity_key_changed": "unknown:system:customer_identity_changed",
}


@pytest.mark.parametrize(("name", "reason"), IGNORED.items(), ids=IGNORED.keys())
def test_what_is_of_no_interest_is_ignored_visibly(read_payload, name, reason):
    [item] = read_payload(name)
    assert isinstance(item, Ignored)
    assert item.reason == reason


def test_message_to_another_number_is_ignored_only_where_ours_is_known(read_payload):
    [item] = read_payload("other_number", phone_number_id=NUMBER_ID)
    assert isinstance(item, Ignored)
    assert item.reason == "other_number"
    [item] = read_payload("other_number")
    assert isinstance(item, InboundMessage)


def test_what_the_team_wrote_on_the_phone_is_an_echo(message):
    item = message("echo_from_phone_app")
    assert item.is_echo
    assert [one.address for one in item.to] == [CUSTOMER]


def test_equal_calls_of_an_account_have_equal_keys_and_later_ones_do_not(payload):
    value = payload("account_update")
    later = copy.deepcopy(value)
    later["entry"][0]["time"] += 60
    assert parse(value) == parse(value)
    assert parse(value)[0].dedup_key != parse(later)[0].dedup_key


WRONG = {
    "list": [],
    "other object": {"object": "page", "entry": []},
    "entry is text": {"object": "whatsapp_business_account", "entry": "x"},
    "messages is text": {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": "x"}}]}],
    },
    "change is number": {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [7]}]},
}


@pytest.mark.parametrize("value", WRONG.values(), ids=WRONG.keys())
def test_what_is_no_call_of_the_cloud_api_is_refused(value):
    with pytest.raises(ParseError):
        parse(value)
