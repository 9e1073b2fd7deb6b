"""What only a browser shows: bubbles that arrive once, text that stays, keys, and a policy that nothing breaks."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import last_message, make_ticket, receive_message
from tickets.models import Draft, Message, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
Open = Callable[[str], Page]


def bubbles(page: Page) -> Any:
    return page.locator(".hd-item")


def test_reply_becomes_one_bubble_and_undo_gives_the_text_back(
    open_page: Open, email_channel: Any, settings: Any
) -> None:
    settings.HELPDESK_UNDO_SECONDS = 60
    ticket = make_ticket(email_channel)
    page = open_page(f"{ticket.pk}/change/")
    page.keyboard.press("r")
    page.keyboard.type("It left <b>today</b>")
    page.keyboard.press("Control+Enter")
    expect(bubbles(page)).to_have_count(2)
    expect(bubbles(page).last).to_contain_text("It left <b>today</b>")
    expect(page.locator("#hd-text-message")).to_have_value("")
    page.locator(".hd-undo").click()
    expect(page.locator(".hd-item-undone")).to_have_count(1)
    expect(page.locator("#hd-text-message")).to_have_value("It left <b>today</b>")
    assert last_message(ticket).delivery_state == "cancelled"
    expect(bubbles(page)).to_have_count(2)


def test_customer_who_writes_meanwhile_stops_the_reply_and_is_shown(open_page: Open, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    page = open_page(f"{ticket.pk}/change/")
    page.fill("#hd-text-message", "We are looking for it")
    token = ticket.active_conversations.get().reply_token
    receive_message(email_channel, text="Found it, thank you!", thread_tokens=(token,))
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hd-timeline")).to_contain_text("Found it, thank you!")
    expect(page.locator("#hd-compose-error")).to_contain_text("Something new has arrived")
    expect(page.locator("#hd-text-message")).to_have_value("We are looking for it")
    page.keyboard.press("Control+Enter")
    expect(bubbles(page)).to_have_count(3)
    assert Message.objects.filter(ticket=ticket, direction="out").count() == 1


def test_escape_leaves_the_text_so_that_the_keys_work_again(open_page: Open, email_channel: Any) -> None:
    page = open_page(f"{make_ticket(email_channel).pk}/change/")
    page.keyboard.press("n")
    page.keyboard.type("ask the warehouse")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#hd-shortcuts")).to_be_visible()
    expect(page.locator("#hd-text-note")).to_have_value("ask the warehouse")


def test_opened_ticket_is_no_longer_unread_in_the_list_beside_it(open_page: Open, email_channel: Any) -> None:
    ticket, other = make_ticket(email_channel), make_ticket(email_channel)
    page = open_page(f"{ticket.pk}/change/")
    expect(page.locator(f"#p-{other.pk} .hd-unread")).to_have_count(1)
    expect(page.locator(f"#p-{ticket.pk} .hd-unread")).to_have_count(0)


def test_text_stays_without_network_with_a_placeholder_and_after_a_reload(open_page: Open, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    page = open_page(f"{ticket.pk}/change/")
    page.fill("#hd-text-message", "Hi {{name}}")
    expect(page.locator("#hd-draft-state")).to_have_text("Draft saved")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hd-compose-error")).to_contain_text("placeholder")
    page.context.set_offline(True)
    page.fill("#hd-text-message", "Hi Carla")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hd-compose-error")).to_contain_text("No connection")
    expect(page.locator("#hd-text-message")).to_have_value("Hi Carla")
    page.context.set_offline(False)
    page.fill("#hd-text-message", "Hi Carla!")
    expect(page.locator("#hd-draft-state")).to_have_text("Draft saved")
    assert Draft.objects.get().text == "Hi Carla!"
    open_page(f"{ticket.pk}/change/")
    expect(page.locator("#hd-text-message")).to_have_value("Hi Carla!")


def test_signed_out_agent_keeps_his_text_and_is_told(open_page: Open, email_channel: Any) -> None:
    page = open_page(f"{make_ticket(email_channel).pk}/change/")
    page.fill("#hd-text-message", "Do not lose this")
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hd-compose-error")).to_contain_text("signed out")
    expect(page.locator("#hd-text-message")).to_have_value("Do not lose this")


def test_ticket_is_read_when_somebody_has_it_before_him(open_page: Open, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    assert ticket.unread_count == 1
    page = open_page(f"{ticket.pk}/change/")
    expect(page.locator("#ws-slot")).to_have_attribute("data-unread", "0")
    ticket.refresh_from_db()
    assert ticket.unread_count == 0


def test_keys_walk_assign_resolve_and_go_on(open_page: Open, email_channel: Any) -> None:
    first, second = make_ticket(email_channel), make_ticket(email_channel)
    page = open_page("")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator(".hd-ticket-number")).to_have_text(f"#{second.number}")
    expect(page.locator("#hd-pane a[data-ticket]")).to_have_count(2)
    page.keyboard.press("j")
    expect(page.locator(".hd-ticket-number")).to_have_text(f"#{first.number}")
    expect(page.locator("#hd-heading")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#hd-pick-assignee")).to_contain_text("Ana Agent")
    page.keyboard.press("e")
    expect(page.locator(".hd-ticket-number")).to_have_text(f"#{second.number}")
    assert Ticket.objects.get(pk=first.pk).status == "resolved"


def test_reply_after_a_verb_brings_the_bar_up_to_date(open_page: Open, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    page = open_page(f"{ticket.pk}/change/")
    page.keyboard.press("a")
    expect(page.locator("#hd-take")).to_have_count(0)
    page.keyboard.press("r")
    page.keyboard.type("It leaves tomorrow.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#hd-bar[data-status=open]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Inbox zero")).to_be_visible()
    assert Ticket.objects.get(pk=ticket.pk).status == "resolved"


def test_whole_mail_opens_in_a_locked_frame_that_loads_nothing(open_page: Open, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    html = '<h1>Offer</h1><img src="https://evil.example/p.gif"><script>parent.document.title = "owned"</script>'
    Message.objects.filter(ticket=ticket).update(html=html)
    page = open_page(f"{ticket.pk}/change/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("[data-hd-whole]").click()
    frame = page.frame_locator(".hd-frame-box iframe")
    expect(frame.locator("h1")).to_have_text("Offer")
    assert not [address for address in asked if "evil.example" in address]
    assert "owned" not in page.title()


@pytest.mark.parametrize("path", ["", "{pk}/change/", "add/"])
def test_no_page_scrolls_sideways(open_page: Open, email_channel: Any, path: str) -> None:
    ticket = make_ticket(email_channel, subject="Donaudampfschifffahrtsgesellschaftskapitän" * 4, text="x" * 400)
    page = open_page(path.format(pk=ticket.pk))
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 844})
        expect(page.locator("h1").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


def _give_away(page: Page, name: str) -> None:
    page.locator("#hd-pick-assignee > summary").click()
    page.locator("#hd-pick-assignee").get_by_role("button", name=name).click()


def test_ticket_given_away_offers_the_note_and_two_keys_keep_it(
    open_page: Open, email_channel: Any, person: Callable[..., Any]
) -> None:
    person("lena", "agent", first_name="Lena", last_name="Lead")
    ticket = make_ticket(email_channel)
    page = open_page(f"{ticket.pk}/change/")
    _give_away(page, "Lena Lead")
    expect(page.locator("#hd-asked")).to_be_focused()
    expect(page.locator("#hd-asked")).to_have_value("Where is my parcel?")
    page.fill("#hd-missing", "the <b>address</b>")
    page.keyboard.press("Control+Enter")
    card = page.locator(".hd-item-handed")
    expect(card).to_contain_text("Missing: the <b>address</b>")
    expect(page.locator("#hd-hand-over form")).to_have_count(0)
    expect(page.locator("#hd-pick-assignee")).to_contain_text("Lena Lead")


def test_one_key_skips_the_note(open_page: Open, email_channel: Any, person: Callable[..., Any]) -> None:
    person("lena", "agent", first_name="Lena", last_name="Lead")
    ticket = make_ticket(email_channel)
    page = open_page(f"{ticket.pk}/change/")
    _give_away(page, "Lena Lead")
    expect(page.locator("#hd-asked")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#hd-hand-over form")).to_have_count(0)
    assert not Message.objects.filter(purpose="hand_over").exists()


def test_chosen_message_is_split_off_and_the_toast_brings_it_back(open_page: Open, email_channel: Any) -> None:
    ticket = make_ticket(email_channel)
    token = ticket.messages.get().conversation.reply_token
    receive_message(email_channel, thread_tokens=[token], text="And my bill is wrong")
    page = open_page(f"{ticket.pk}/change/")
    page.locator("#hd-more > summary").click()
    page.get_by_role("button", name="Split off or move messages").click()
    expect(page.locator("#hd-timeline input[form=hd-moving]").last).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator("#hd-moving-count")).to_have_text("1 message chosen")
    page.get_by_label("Subject of the new ticket").fill("The bill")
    page.get_by_role("button", name="Split off", exact=True).click()
    expect(bubbles(page)).to_have_count(1)
    expect(page.locator("#hd-moving")).to_be_hidden()
    page.locator(".hd-toast-undo").click()
    expect(bubbles(page)).to_have_count(2)
    assert ticket.messages.count() == 2
