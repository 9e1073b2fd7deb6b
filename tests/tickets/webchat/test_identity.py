import pytest

from channels_app.adapters.webchat.signing import identity_hash
from helpdesk.common.clock import now
from tests.factories import make_ticket
from tests.support.webchat import SECRET, Browser, make_webchat
from tickets.models import Conversation, Customer, CustomerIdentity, Message, Visitor
from tickets.services.actors import Actor
from tickets.services.delivery import send_due_messages
from tickets.services.replies import reply_to_ticket

pytestmark = pytest.mark.django_db


def signed(channel, identifier="42", *, secret=SECRET, seconds=600, **more):
    expires_at = int(now().timestamp()) + seconds
    made = identity_hash(secret=secret, channel_uuid=str(channel.uuid), identifier=identifier, expires_at=expires_at)
    return {"id": identifier, "expires_at": expires_at, "hash": made, **more}


def test_visitor_who_names_a_customers_address_stays_unknown(email_channel):
    carla = make_ticket(email_channel).customer
    browser = Browser(make_webchat())
    browser.start(email="carla@customer.example", name="Carla Customer")
    browser.write("Show me my tickets")
    visitor = Visitor.objects.get()
    assert not visitor.is_verified
    assert not CustomerIdentity.objects.get(kind="webchat").is_verified
    conversation = Conversation.objects.get(channel=browser.channel)
    assert conversation.customer_id != carla.pk
    assert list(carla.identities.values_list("kind", flat=True)) == ["email"]
    assert browser.texts() == ["Show me my tickets"]


def test_visitor_whom_the_site_signed_for_is_one_person_in_every_browser():
    channel = make_webchat()
    laptop, phone = Browser(channel), Browser(channel)
    laptop.start(identity=signed(channel), name="Carla")
    laptop.write("From the laptop")
    phone.start(identity=signed(channel))
    phone.write("From the phone")
    assert laptop.texts() == phone.texts() == ["From the laptop", "From the phone"]
    identity = CustomerIdentity.objects.get(kind="webchat")
    assert (identity.address, identity.is_verified, Customer.objects.count()) == ("user:42", True, 1)


def test_signed_id_that_the_crm_knows_is_that_customer(email_channel):
    customer = make_ticket(email_channel).customer
    Customer.objects.filter(pk=customer.pk).update(external_id="42")
    browser = Browser(make_webchat())
    browser.start(identity=signed(browser.channel))
    browser.write("Hello")
    assert Conversation.objects.get(channel=browser.channel).customer_id == customer.pk
    assert browser.texts() == ["Hello"]


def test_ids_of_another_kind_are_not_looked_up_in_the_crm(email_channel):
    customer = make_ticket(email_channel).customer
    Customer.objects.filter(pk=customer.pk).update(external_id="42")
    browser = Browser(make_webchat(ids_are_not_from_crm=True))
    browser.start(identity=signed(browser.channel))
    browser.write("Hello")
    assert Conversation.objects.get(channel=browser.channel).customer_id != customer.pk


def test_signed_mail_address_is_the_customer_who_writes_from_it(email_channel):
    customer = make_ticket(email_channel).customer
    browser = Browser(make_webchat())
    browser.start(identity=signed(browser.channel, "carla@customer.example"))
    browser.write("Hello")
    assert Conversation.objects.get(channel=browser.channel).customer_id == customer.pk


def test_chat_that_began_unknown_goes_on_as_the_person_who_signs_in():
    browser = Browser(make_webchat())
    browser.write("Before signing in")
    changed = browser.call("POST", "me", {"identity": signed(browser.channel)})
    assert changed.json()["visitor"]["is_verified"]
    browser.write("After it")
    assert browser.texts() == ["Before signing in", "After it"]
    assert (Customer.objects.count(), CustomerIdentity.objects.get().address) == (1, "user:42")


def test_known_person_who_signs_in_later_finds_his_own_conversation_and_what_he_has_just_said():
    channel = make_webchat()
    laptop, phone = Browser(channel), Browser(channel)
    laptop.start(identity=signed(channel))
    laptop.write("From the laptop")
    phone.write("Unknown so far")
    phone.call("POST", "me", {"identity": signed(channel)})
    assert phone.texts() == laptop.texts() == ["From the laptop", "Unknown so far"]
    assert Customer.objects.filter(merged_into=None).count() == 1


@pytest.mark.parametrize("is_in_crm", [False, True])
def test_answer_to_what_was_asked_unknown_reaches_the_person_who_signed_in_meanwhile(agent, email_channel, is_in_crm):
    channel = make_webchat()
    if is_in_crm:
        Customer.objects.filter(pk=make_ticket(email_channel).customer_id).update(external_id="42")
    else:
        laptop = Browser(channel)
        laptop.start(identity=signed(channel))
        laptop.write("From the laptop")
    phone = Browser(channel)
    phone.write("Unknown so far")
    asked = Message.objects.get(text="Unknown so far").ticket
    assert phone.call("POST", "me", {"identity": signed(channel)}).status_code == 200
    reply_to_ticket(ticket_id=asked.pk, actor=Actor.agent(agent), text="Now we know you")
    send_due_messages()
    assert phone.texts()[-2:] == ["Unknown so far", "Now we know you"]
    phone.write("Thank you")
    assert phone.texts()[-1] == "Thank you"
    asked.refresh_from_db()
    assert asked.customer == CustomerIdentity.objects.get(kind="webchat", address="user:42").customer


@pytest.mark.parametrize(
    "forge",
    [
        lambda channel, other: signed(channel) | {"id": "43"},
        lambda channel, other: signed(channel, secret="o" * 64),
        lambda channel, other: signed(other),
        lambda channel, other: signed(channel, seconds=-1),
        lambda channel, other: signed(channel, seconds=8 * 24 * 3600),
        lambda channel, other: signed(channel) | {"expires_at": int(now().timestamp()) + 900},
        lambda channel, other: signed(channel) | {"hash": ""},
        lambda channel, other: {"id": "42"},
    ],
)
def test_forged_or_stale_proof_makes_nobody(forge):
    channel, other = make_webchat(), make_webchat()
    browser = Browser(channel)
    assert browser.start(identity=forge(channel, other)).status_code == 403
    browser.write("Hello")
    assert browser.call("POST", "me", {"identity": forge(channel, other)}).status_code == 403
    assert not Visitor.objects.get().is_verified


def test_without_a_secret_nobody_can_be_proven():
    channel = make_webchat(secrets=[])
    assert Browser(channel).start(identity=signed(channel, secret="")).status_code == 403


def test_old_secret_is_valid_until_it_is_removed():
    channel = make_webchat(secrets=["n" * 64, SECRET])
    assert Browser(channel).start(identity=signed(channel)).status_code == 201
    channel.store_secrets({"identity_secrets": ["n" * 64]})
    channel.save()
    assert Browser(channel).start(identity=signed(channel)).status_code == 403


def test_what_must_be_given_is_missed_by_name():
    channel = make_webchat(
        ask_name="required",
        ask_email="required",
        questions=["Order number*"],
        needs_consent=True,
        privacy_url="https://x.example/",
    )
    answer = Browser(channel).start()
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"name", "email", "Order number", "consent"}
    given = {
        "name": "Carla", "email": "carla@customer.example", "has_consented": True,
        "answers": [{"question": "Order number", "answer": "10023"}],
    }  # fmt: skip
    assert Browser(channel).start(**given).status_code == 201
    assert Visitor.objects.get().answers == [{"question": "Order number", "answer": "10023"}]


@pytest.mark.parametrize("email", ["carla", "a@b.example, c@d.example", "x@y\r\nBcc: z@z.example", "<a@b>"])
def test_address_that_is_none_is_refused(email):
    assert Browser(make_webchat()).start(email=email).status_code == 400
