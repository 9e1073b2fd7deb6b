"""Two customers become one and apart again, with all that hangs on them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_app.adapters.base import Address
from helpdesk.common.clock import now
from helpdesk.common.errors import Conflict, InvalidInput, NotVisible
from reporting.models import TicketFact
from reporting.services.facts import refresh_facts
from surveys.models import CouponCode, Incentive, Invitation, RecoveryCase
from surveys.services.preset import ensure_preset_survey
from tests.factories import make_channel, make_ticket, receive_message
from tickets.models import Conversation, Customer, CustomerEvent, CustomerIdentity, CustomerMerge, Ticket, ToldAddress
from tickets.selectors.customer_keys import KEPT, customer_keys
from tickets.services.actors import Actor
from tickets.services.customer_merging import merge_customers, unmerge_customers
from tickets.services.customers import add_identity, create_customer, update_customer

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system()
CARLA = Address(address="carla@customer.example", name="Carla")
KARLA = Address(address="karla@customer.example", name="Karla")
OCCURRED_AT = datetime(2026, 3, 2, tzinfo=UTC)


def outside_event(customer: Customer, number: str) -> CustomerEvent:
    return CustomerEvent.objects.create(
        customer=customer, kind="order", external_id=number, title=f"Order {number}", occurred_at=OCCURRED_AT
    )


def invitation(customer: Customer, occasion: str = "manual:1", ticket: Ticket | None = None) -> Invitation:
    return Invitation.objects.create(
        survey=ensure_preset_survey(), customer=customer, ticket=ticket, occasion=occasion, due_at=now()
    )


# One way to make a row for each column that names a customer.
MAKERS: dict[str, Callable[[Customer, Any], Any]] = {
    "surveys.CouponCode.customer": lambda customer, channel: CouponCode.objects.create(
        incentive=Incentive.objects.get_or_create(name="Ten off", description="10 % off")[0],
        code=f"CODE-{customer.pk}",
        customer=customer,
        state="given",
    ),
    "surveys.RecoveryCase.customer": lambda customer, channel: RecoveryCase.objects.create(
        customer=customer, source="manual", opened_at=now()
    ),
    "surveys.Invitation.customer": lambda customer, channel: invitation(customer, "manual:x"),
    "tickets.Conversation.customer": lambda customer, channel: Conversation.objects.create(
        channel=channel, customer=customer, identity=customer.identities.get(), external_thread_id="one more"
    ),
    "tickets.CustomerEvent.customer": lambda customer, channel: outside_event(customer, "A-1"),
    "tickets.CustomerIdentity.customer": lambda customer, channel: add_identity(
        customer_id=customer.pk, actor=SYSTEM, kind="email", address=f"second-{customer.pk}@customer.example"
    ),
    "tickets.Ticket.customer": lambda customer, channel: make_ticket(
        channel, sender=Address(address=customer.identities.get().address)
    ),
    "tickets.ToldAddress.customer": lambda customer, channel: ToldAddress.objects.create(
        customer=customer, kind="phone", address="+4930123456"
    ),
}


@pytest.fixture
def carla(email_channel: Any) -> Customer:
    return make_ticket(email_channel, sender=CARLA).customer


@pytest.fixture
def karla(email_channel: Any) -> Customer:
    return make_ticket(email_channel, sender=KARLA).customer


def merge(winner: Customer, loser: Customer, actor: Actor = SYSTEM) -> CustomerMerge:
    return merge_customers(winner_id=winner.pk, loser_id=loser.pk, actor=actor).merge


def unmerge(row: CustomerMerge) -> list[tuple[str, str]]:
    return list(unmerge_customers(merge_id=row.pk, actor=SYSTEM).conflicts)


def whose() -> dict[str, Any]:
    """Whose every row is that names a customer, and the customers' own rows."""
    rows: dict[str, Any] = {
        name: dict(key.model._base_manager.values_list("pk", key.attname)) for name, key in customer_keys().items()
    }
    return rows | {"customers": list(Customer.objects.order_by("pk").values())}


def test_every_column_that_names_a_customer_has_a_maker_here() -> None:
    """A new foreign key to Customer: is it moved by a merge and taken back? Then make a row for it here; else name it in KEPT."""
    assert set(customer_keys()) == set(MAKERS)
    assert len(KEPT) == 5


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_row_goes_to_the_customer_who_stays_and_comes_back(
    name: str, carla: Customer, karla: Customer, email_channel: Any
) -> None:
    row = MAKERS[name](karla, email_channel)
    before = whose()
    merged = merge(carla, karla)
    key = customer_keys()[name]
    assert getattr(key.model._base_manager.get(pk=row.pk), key.attname) == carla.pk
    assert not key.model._base_manager.filter(**{key.attname: karla.pk}).exists()
    assert unmerge(merged) == []
    assert whose() == before


def test_merged_customer_points_to_the_one_who_stays(carla: Customer, karla: Customer) -> None:
    merge(carla, karla)
    karla.refresh_from_db()
    assert karla.merged_into_id == carla.pk


def test_what_the_one_who_stays_lacks_is_filled_and_nothing_of_his_is_written_over(
    carla: Customer, karla: Customer
) -> None:
    update_customer(customer_id=carla.pk, actor=SYSTEM, changes={"language": "de", "attributes": {"plan": "gold"}})
    changes = {
        "language": "fr",
        "time_zone": "Europe/Paris",
        "attributes": {"plan": "basic", "size": "M"},
        "note": "Kind.",
    }
    update_customer(customer_id=karla.pk, actor=SYSTEM, changes={**changes, "external_id": "crm-7", "is_vip": True})
    result = merge_customers(winner_id=carla.pk, loser_id=karla.pk, actor=SYSTEM)
    carla.refresh_from_db()
    assert (carla.name, carla.language, carla.time_zone) == ("Carla", "de", "Europe/Paris")
    assert carla.attributes == {"plan": "gold", "size": "M"}
    assert (carla.note, carla.external_id, carla.is_vip) == ("Kind.", "crm-7", True)
    assert result.conflicts == [("attribute", "plan")]


def test_value_that_somebody_changed_since_stays_and_is_listed(carla: Customer, karla: Customer) -> None:
    update_customer(customer_id=karla.pk, actor=SYSTEM, changes={"language": "fr"})
    merged = merge(carla, karla)
    update_customer(customer_id=carla.pk, actor=SYSTEM, changes={"language": "it"})
    assert unmerge(merged) == [("changed_since", "language")]
    carla.refresh_from_db()
    assert carla.language == "it"


def test_row_that_both_have_stays_with_the_merged_one_and_is_listed(carla: Customer, karla: Customer) -> None:
    outside_event(carla, "A-1")
    twin = outside_event(karla, "A-1")
    outside_event(karla, "A-2")
    result = merge_customers(winner_id=carla.pk, loser_id=karla.pk, actor=SYSTEM)
    assert result.conflicts == [("row_kept", f"tickets.CustomerEvent.customer {twin.pk}")]
    assert CustomerEvent.objects.filter(customer=carla).count() == 2
    assert CustomerEvent.objects.get(customer=karla) == twin


def test_new_mail_from_the_merged_customers_address_goes_back_with_it(
    carla: Customer, karla: Customer, email_channel: Any
) -> None:
    merged = merge(carla, karla)
    theirs = make_ticket(email_channel, sender=KARLA)
    ours = make_ticket(email_channel, sender=CARLA)
    asked = invitation(carla, "contact:1", ticket=theirs)
    assert {theirs.customer_id, ours.customer_id} == {carla.pk}
    assert unmerge(merged) == []
    assert Ticket.objects.get(pk=theirs.pk).customer_id == karla.pk
    assert Conversation.objects.get(active_ticket=theirs).customer_id == karla.pk
    assert Invitation.objects.get(pk=asked.pk).customer_id == karla.pk
    assert Ticket.objects.get(pk=ours.pk).customer_id == carla.pk


def test_ticket_in_which_both_have_written_stays_whole_and_is_listed(
    carla: Customer, karla: Customer, email_channel: Any
) -> None:
    merged = merge(carla, karla)
    shared = Ticket.objects.get(customer=carla, messages__author_identity__address=CARLA.address)
    thread = Conversation.objects.get(identity__address=KARLA.address)
    Conversation.objects.filter(pk=thread.pk).update(active_ticket=shared)
    receive_message(email_channel, sender=KARLA, thread_tokens=[thread.reply_token])
    assert unmerge(merged) == [("shared_ticket", f"#{shared.number}")]
    assert Ticket.objects.get(pk=shared.pk).customer_id == carla.pk
    assert Conversation.objects.get(pk=thread.pk).customer_id == karla.pk


def test_message_after_the_merge_is_filed_with_the_one_who_stays(
    carla: Customer, karla: Customer, email_channel: Any
) -> None:
    merge(carla, karla)
    assert make_ticket(email_channel, sender=KARLA).customer_id == carla.pk


def test_merge_and_undo_stand_in_the_log_of_the_tickets_that_changed_hands(
    carla: Customer, karla: Customer, agent: Any
) -> None:
    ticket = Ticket.objects.get(customer=karla)
    merged = merge(carla, karla, Actor.agent(agent))
    unmerge(merged)
    told = list(ticket.events.filter(kind="customer.merged").order_by("sequence"))
    assert [event.data["undone"] for event in told] == [False, True]
    assert told[0].data == {"merge": merged.pk, "winner": carla.pk, "loser": karla.pk, "undone": False}
    assert told[0].actor_id == agent.pk
    ticket.refresh_from_db()
    assert (ticket.version, ticket.event_sequence) == (3, told[1].sequence)


def test_figures_do_not_notice_a_merge(carla: Customer, karla: Customer) -> None:
    refresh_facts()
    shown = [field.name for field in TicketFact._meta.concrete_fields if not field.name.endswith("sequence")]
    before = list(TicketFact.objects.order_by("pk").values(*shown))
    merged = merge(carla, karla)
    refresh_facts()
    assert list(TicketFact.objects.order_by("pk").values(*shown)) == before
    unmerge(merged)
    refresh_facts()
    assert list(TicketFact.objects.order_by("pk").values(*shown)) == before


def test_merge_of_the_same_customer_is_refused(carla: Customer) -> None:
    with pytest.raises(InvalidInput):
        merge(carla, carla)


def test_customer_who_is_gone_is_not_found(carla: Customer) -> None:
    with pytest.raises(NotVisible):
        merge_customers(winner_id=carla.pk, loser_id=999_999, actor=SYSTEM)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"anonymized_at": OCCURRED_AT}, "erased"), ({"is_demo": True}, "demo_and_real")],
)
def test_erased_and_made_up_customers_are_not_merged(
    carla: Customer, karla: Customer, change: dict[str, Any], code: str
) -> None:
    Customer.objects.filter(pk=karla.pk).update(**change)
    with pytest.raises(Conflict) as refusal:
        merge(carla, karla)
    assert refusal.value.code == code


def test_merged_customer_is_merged_once_and_makes_no_loop(carla: Customer, karla: Customer) -> None:
    merge(carla, karla)
    for winner, loser in ((karla, carla), (carla, karla)):
        with pytest.raises(Conflict) as refusal:
            merge(winner, loser)
        assert refusal.value.code == "already_merged"


def test_merge_is_undone_once(carla: Customer, karla: Customer) -> None:
    merged = merge(carla, karla)
    unmerge(merged)
    with pytest.raises(Conflict) as refusal:
        unmerge(merged)
    assert refusal.value.code == "not_merged"


def test_inner_merge_waits_until_the_outer_one_is_undone(carla: Customer, karla: Customer) -> None:
    inner = merge(carla, karla)
    merge(create_customer(actor=SYSTEM, name="Third"), carla)
    with pytest.raises(Conflict) as refusal:
        unmerge(inner)
    assert refusal.value.code == "merged_further"


words = st.sampled_from(["", "a", "b"])
people = st.fixed_dictionaries({
    "language": st.sampled_from(["", "de", "fr"]),
    "note": st.sampled_from(["", "Kind.", "Calls often."]),
    "external_id": st.booleans(),
    "is_vip": st.booleans(),
    "attributes": st.dictionaries(st.sampled_from(["plan", "size"]), words, max_size=2),
    "do_not_survey_until": st.sampled_from([None, OCCURRED_AT, OCCURRED_AT.replace(year=2027)]),
    "orders": st.sets(st.sampled_from(["1", "2", "3"])),
    "tickets": st.integers(0, 2),
})  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(people, min_size=3, max_size=3), st.booleans(), st.booleans())
def test_merged_twice_and_undone_is_the_start_again(
    db: None, made: list[dict[str, Any]], is_chain: bool, undoes_first: bool
) -> None:
    """Both into one, undone in either order; or one into the next into the last, undone from the last."""
    channel = make_channel()
    customers = [_person(channel, values) for values in made]
    before = whose()
    first, second, last = customers
    merges = [merge(second, first), merge(last, second)] if is_chain else [merge(last, first), merge(last, second)]
    for row in merges if undoes_first and not is_chain else reversed(merges):
        assert unmerge(row) == []
    assert whose() == before


def _person(channel: Any, values: dict[str, Any]) -> Customer:
    fields = {**values}
    orders, count = fields.pop("orders"), fields.pop("tickets")
    customer = create_customer(actor=SYSTEM, name="Somebody")
    fields["external_id"] = f"crm-{customer.pk}" if fields["external_id"] else ""
    update_customer(customer_id=customer.pk, actor=SYSTEM, changes=fields)
    sender = Address(address=f"person-{customer.pk}@customer.example")
    CustomerIdentity.objects.create(customer=customer, kind="email", address=sender.address)
    for number in sorted(orders):
        outside_event(customer, number)
    for _number in range(count):
        make_ticket(channel, sender=sender)
    return customer
