"""A customer's new number: the conversation goes on there, and nobody loses his."""

import pytest

from channels_app.adapters.base import Address, IdentityChanged, digest
from tests.factories import make_channel, make_item, make_ticket
from tickets.models import Conversation, Customer, CustomerIdentity, Ticket, TicketEvent
from tickets.services.intake import receive

pytestmark = pytest.mark.django_db

OLD, NEW = "+4917055501234", "+4917055507777"


@pytest.fixture
def channel(db):
    return make_channel(kind="whatsapp", slug="wa")


def write(channel, address, name="Sheena", **fields):
    return receive(channel=channel, item=make_item(sender=Address(address=address, name=name), **fields))


def change(channel, old=OLD, new=NEW, kind=""):
    item = IdentityChanged(
        dedup_key=digest("change", old, new),
        old=Address(address=old, kind=kind),
        new=Address(address=new, kind=kind, name="Sheena"),
    )
    return receive(channel=channel, item=item)


def events():
    return [event.data for event in TicketEvent.objects.filter(kind="customer.address_changed").order_by("pk")]


def test_conversation_goes_on_under_the_new_number(channel):
    ticket = make_ticket(channel, sender=Address(address=OLD, name="Sheena"))
    assert change(channel).outcome == "changed"
    assert write(channel, NEW, text="It is me").outcome == "appended"
    assert (Customer.objects.count(), Conversation.objects.count()) == (1, 1)
    assert Conversation.objects.get().identity.address == NEW
    assert set(CustomerIdentity.objects.values_list("address", flat=True)) == {OLD, NEW}
    [told] = events()
    assert told["is_taken"] is False
    ticket.refresh_from_db()
    assert ticket.version > 1


def test_same_change_twice_is_told_once(channel):
    make_ticket(channel, sender=Address(address=OLD))
    change(channel)
    assert change(channel).outcome == "duplicate"
    assert len(events()) == 1


def test_number_of_somebody_else_stays_his_and_the_ticket_says_so(channel):
    ticket = make_ticket(channel, sender=Address(address=OLD, name="Sheena"))
    other = make_ticket(channel, sender=Address(address=NEW, name="Other"))
    assert change(channel).outcome == "changed"
    assert change(channel).outcome == "duplicate"
    assert CustomerIdentity.objects.get(address=NEW).customer == other.customer
    assert CustomerIdentity.objects.get(address=OLD).customer == ticket.customer
    assert Conversation.objects.get(messages__ticket=ticket).identity.address == OLD
    ticket.refresh_from_db()
    assert ticket.notice == "address_taken"
    assert [one["is_taken"] for one in events()] == [True]


def test_whoever_has_the_old_number_next_is_a_customer_of_his_own(channel):
    make_ticket(channel, sender=Address(address=OLD, name="Sheena"))
    change(channel)
    assert write(channel, OLD, "Next").outcome == "created"
    assert Customer.objects.count() == 2
    assert Conversation.objects.count() == 2
    assert CustomerIdentity.objects.get(address=OLD).customer.name == "Next"


def test_change_of_somebody_unknown_is_ignored(channel):
    assert change(channel).reason == "change_of_unknown_person"
    assert not Customer.objects.exists()


def test_new_user_id_stands_beside_the_number_and_moves_nothing(channel):
    item = make_item(sender=Address(address=OLD), aliases=[Address(address="DE.1", kind="whatsapp_id")])
    receive(channel=channel, item=item)
    change(channel, "DE.1", "DE.2", kind="whatsapp_id")
    assert Conversation.objects.get().identity.address == OLD
    hidden = receive(channel=channel, item=make_item(sender=Address(address="DE.2", kind="whatsapp_id")))
    assert hidden.outcome == "appended"
    assert (Customer.objects.count(), Ticket.objects.count()) == (1, 1)


def test_agent_reads_what_happened(channel, agent, client):
    ticket = make_ticket(channel, sender=Address(address=OLD))
    change(channel)
    client.force_login(agent)
    html = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    assert "the conversation goes on there" in html
