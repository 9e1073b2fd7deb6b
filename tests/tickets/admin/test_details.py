"""What is no text, as cards on the timeline."""

import pytest

from tests.factories import last_message, make_channel, make_item, make_ticket, receive_message
from tickets.admin.details import detail_cards, said_choices, says_only_the_place
from tickets.services.files import store_file
from tickets.services.intake import receive

CARDS = {
    "location": (
        {"latitude": 52.51628, "longitude": 13.37771, "name": "Gate", "address": "Pariser Platz"},
        ("Location", ("Gate", "Pariser Platz", "52.51628, 13.37771")),
    ),
    "contacts": (
        [{"name": "Paula", "phones": ["+49 170"], "emails": ["p@x.example"]}],
        ("Paula", ("+49 170", "p@x.example")),
    ),
    "referral": (
        {"source_type": "ad", "headline": "Sale", "body": "30 %"},
        ("Came from an advertisement", ("Sale", "30 %")),
    ),
    "order": (
        {"items": [{"id": "lamp", "quantity": 2.0, "price": 30.0, "currency": "EUR"}]},
        ("Order", ("2 × lamp · 30 EUR",)),
    ),
    "pressed": ({"title": "Yes", "description": "now"}, ("Pressed a button", ("now",))),
    "form": ({"order": "4711", "wants": ["a", "b"]}, ("Filled in a form", ("order: 4711", "wants: a, b"))),
    "story": ({"kind": "mention", "url": "https://x.example/s"}, ("Mentions us in a story", ())),
    "post": ({"permalink": "https://x.example/p", "text": "New lamps"}, ("Under a post", ("New lamps",))),
    "template": ({"name": "late", "language": "de", "variables": ["x"]}, ("Template", ("late · de",))),
    "asks_for": ("location", ("Asks for the location", ())),
}


@pytest.mark.parametrize(("name", "value", "wanted"), [(name, *pair) for name, pair in CARDS.items()], ids=CARDS.keys())
def test_each_kind_of_detail_is_a_card_in_words(name, value, wanted):
    [card] = detail_cards({name: value})
    assert (card.title, card.lines) == wanted


def test_place_leads_to_a_map():
    [card] = detail_cards({"location": {"latitude": 1.5, "longitude": -2}})
    assert card.url.startswith("https://www.openstreetmap.org/?mlat=1.5&mlon=-2")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://", "ftp://x/y", 7, None]
)
def test_only_addresses_of_the_web_become_links(url):
    [card] = detail_cards({"post": {"permalink": url, "text": "x"}})
    assert card.url == ""


ODD = [
    None,
    7,
    "text",
    [],
    {},
    [[]],
    [None],
    {"latitude": "x", "longitude": True},
    {"items": "x"},
    {"items": [7, {}]},
    {"": None},
]


@pytest.mark.parametrize("value", ODD, ids=str)
@pytest.mark.parametrize("name", CARDS)
def test_odd_shapes_of_strangers_break_no_page(name, value):
    assert isinstance(detail_cards({name: value}), list)
    assert isinstance(said_choices({"choices": value}), list)


@pytest.mark.django_db
def test_timeline_shows_cards_players_and_reactions_without_more_queries(desk, url, django_assert_max_num_queries):
    channel = make_channel(kind="whatsapp")
    ticket = make_ticket(channel, text="")
    item = make_item(
        text="", details={"location": {"latitude": 52.5, "longitude": 13.4, "name": "<b>Gate</b>"}, "is_voice": True}
    )
    receive(channel=channel, item=item)
    message = last_message(ticket)
    message.reactions = [{"text": "👍", "key": "1"}, {"text": "", "key": "2"}]
    message.save()
    content = b"OggS\0\2" + b"\0" * 22 + b"\1\x1eOpusHead" + b"\0" * 100
    store_file(name="voice.ogg", content=content, content_type="audio/ogg").as_attachment(message.pk).save()
    with django_assert_max_num_queries(16):
        html = desk.get(url("change", ticket)).content.decode()
    assert "openstreetmap.org" in html
    assert "&lt;b&gt;Gate" in html
    assert "<audio controls" in html
    assert html.count("hd-reactions") == 1
    assert "👍" in html


@pytest.mark.django_db
def test_unsupported_message_is_shown_as_one_and_leads_to_its_raw_event(client, url, administrator, agent):
    channel = make_channel(kind="whatsapp")
    ticket = make_ticket(channel, text="")
    receive_message(channel, text="", flags=("unsupported",), details={"unsupported": {"type": "poll"}})
    client.force_login(agent)
    html = client.get(url("change", ticket)).content.decode()
    assert "cannot be shown here" in html


@pytest.mark.django_db
def test_list_says_what_a_message_without_words_holds():
    ticket = make_ticket(make_channel(kind="whatsapp"), text="", subject="")
    assert ticket.preview == ""
    channel = make_channel(kind="whatsapp")
    filed = receive(
        channel=channel, item=make_item(text="", subject="", details={"location": {"latitude": 1, "longitude": 2}})
    )
    ticket = type(ticket).objects.get(pk=filed.ticket_id)
    assert ticket.preview == "Location"


@pytest.mark.parametrize("text", ["Gate", " Pariser Platz", "52.51628, 13.37771"])
def test_text_that_only_names_the_place_is_not_said_twice(text):
    place = {"latitude": 52.51628, "longitude": 13.37771, "name": "Gate", "address": "Pariser Platz"}
    assert says_only_the_place(text, {"location": place})


@pytest.mark.parametrize("text", ["", "Gate, at the left door"])
def test_words_beside_a_place_stay(text):
    assert not says_only_the_place(
        text, {"location": {"latitude": 52.5, "longitude": 13.4, "name": "Gate", "address": ""}}
    )
