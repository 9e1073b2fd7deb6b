"""Deliveries: quarantined ones first, raw bytes as a file, and running them again."""

import pytest

from channels_app.models import InboundEvent
from tests.factories import make_event, make_team, make_ticket
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
LIST = "/admin/channels_app/inboundevent/"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def office(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def stuck(email_channel):
    return make_event(
        email_channel,
        state="quarantined",
        reason=f"Nested too deep {HOSTILE}",
        reason_code="too_deep",
        headers={"Subject": HOSTILE, "Authorization": "Bearer canary-token", "X-Api-Key": "canary-key"},
        body=HOSTILE.encode(),
    )


def numbers_on(client, query=""):
    return {event.pk for event in client.get(f"{LIST}{query}").context["cl"].result_list}


def test_quarantined_deliveries_are_the_first_tab(office, email_channel, stuck):
    make_event(email_channel, state="processed")
    assert numbers_on(office) == {stuck.pk}


@pytest.mark.parametrize("state", ["received", "processed", "ignored", "quarantined"])
def test_each_tab_shows_its_state(office, email_channel, state):
    events = {value: make_event(email_channel, state=value) for value in InboundEvent.State.values}
    assert numbers_on(office, f"?state={state}") == {events[state].pk}
    assert numbers_on(office, "?state=all") == {event.pk for event in events.values()}


def test_tabs_count_what_needs_somebody_up_to_99(office, email_channel):
    for _ in range(101):
        make_event(email_channel, state="quarantined")
    make_event(email_channel, state="received")
    tabs = {str(tab["label"]): tab["count"] for tab in office.get(LIST).context["hd_tabs"]}
    assert (tabs["quarantined"], tabs["waiting"], tabs["processed"]) == ("99+", "1", "")


def test_what_a_stranger_sent_is_never_markup(office, stuck):
    for path in (LIST, f"{LIST}{stuck.pk}/change/"):
        assert HOSTILE not in office.get(path).content.decode()


def test_headers_are_shown_without_credentials(office, stuck):
    page = office.get(f"{LIST}{stuck.pk}/change/").content.decode()
    assert "&lt;script&gt;" in page
    assert "canary" not in page


def test_raw_delivery_is_a_file_that_no_browser_renders(office, stuck):
    response = office.get(f"{LIST}{stuck.pk}/raw/")
    assert response.content == HOSTILE.encode()
    assert response["Content-Disposition"] == f'attachment; filename="delivery-{stuck.pk}.eml"'
    assert response["Content-Type"].startswith("text/plain")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_raw_delivery_that_is_gone_from_storage_is_not_found(office, stuck):
    type(stuck).objects.filter(pk=stuck.pk).update(body_file="2026/01/gone")
    assert office.get(f"{LIST}{stuck.pk}/raw/").status_code == 404


def test_running_again_puts_the_delivery_back_into_the_queue(office, stuck):
    office.post(f"{LIST}{stuck.pk}/do/again/")
    stuck.refresh_from_db()
    assert (stuck.state, stuck.attempts, stuck.reason) == ("received", 0, "")


def test_several_deliveries_are_run_again_at_once(office, email_channel):
    events = [make_event(email_channel, state="quarantined") for _ in range(3)]
    values = {"action": "run_selected_again", "_selected_action": [event.pk for event in events]}
    page = office.post(LIST, values, follow=True).content.decode()
    assert "3 put back into the queue" in page
    assert set(InboundEvent.objects.values_list("state", flat=True)) == {"received"}


def test_fetching_anyway_is_offered_where_only_a_part_is_stored(office, email_channel, stuck):
    partial = make_event(email_channel, state="quarantined", meta={"is_partial": True})
    assert "do/fetch/" in office.get(f"{LIST}{partial.pk}/change/").content.decode()
    assert "do/fetch/" not in office.get(f"{LIST}{stuck.pk}/change/").content.decode()
    assert office.post(f"{LIST}{stuck.pk}/do/fetch/").status_code == 403


def test_provider_that_refuses_is_told_in_words(office, email_channel, monkeypatch):
    partial = make_event(email_channel, state="quarantined", meta={"is_partial": True})
    page = office.post(f"{LIST}{partial.pk}/do/fetch/", follow=True)
    assert page.status_code == 200
    assert 'class="error"' in page.content.decode()


def test_agents_do_not_see_deliveries(client, agent, stuck):
    client.force_login(agent)
    for path in (LIST, f"{LIST}{stuck.pk}/change/", f"{LIST}{stuck.pk}/raw/"):
        assert client.get(path).status_code in (403, 404)


def test_delivery_of_a_private_teams_ticket_is_closed_to_outsiders(client, lead, administrator, auditor, email_channel):
    ticket = make_ticket(email_channel)
    event = make_event(email_channel, state="processed")
    Message.objects.filter(ticket=ticket).update(inbound_event=event)
    Ticket.objects.filter(pk=ticket.pk).update(team=make_team("Legal", is_private=True))
    expected = {lead: 404, administrator: 404, auditor: 200}
    for user, status in expected.items():
        client.force_login(user)
        assert client.get(f"{LIST}{event.pk}/raw/").status_code == status
        assert client.get(f"{LIST}{event.pk}/change/", follow=status == 200).status_code in (status, 302)


def test_auditor_reads_and_changes_nothing(client, auditor, stuck):
    client.force_login(auditor)
    assert client.get(f"{LIST}{stuck.pk}/change/").status_code == 200
    assert "do/again" not in client.get(f"{LIST}{stuck.pk}/change/").content.decode()
    assert client.post(f"{LIST}{stuck.pk}/do/again/").status_code == 403


def test_delivery_is_neither_added_changed_nor_deleted(client, superuser, stuck):
    client.force_login(superuser)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{stuck.pk}/change/", {"reason": "x"}).status_code == 403
    assert client.post(f"{LIST}{stuck.pk}/delete/", {"post": "yes"}).status_code == 403
