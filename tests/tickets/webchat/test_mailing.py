import threading
from datetime import timedelta

import pytest
from django.db import connection

from helpdesk.common.clock import now
from tests.factories import make_item, make_ticket
from tests.support.webchat import Browser, answer_chat, make_webchat
from tickets.models import Conversation, Customer, CustomerIdentity, MailedAnswer, Message, Ticket, Visitor
from tickets.services.delivery import send_due_messages
from tickets.services.intake import receive
from tickets.webchat import mailing
from tickets.webchat.mailing import mail_unfetched_answers
from tickets.webchat.visitors import delete_idle_visitors

pytestmark = pytest.mark.django_db
LEFT = "carla@customer.example"


@pytest.fixture
def gone(agent):
    """A visitor who left his address and then the site; the answer came ten minutes ago."""
    browser = Browser(make_webchat())
    browser.start(email=LEFT, name="Carla", language="de-DE")
    browser.write("Ist die Lampe da?")
    answer_chat(agent, "Yes, in black.")
    age(minutes=10)
    return browser


def age(*, minutes):
    Message.objects.filter(direction="out").update(sent_at=now() - timedelta(minutes=minutes))


def mails():
    return list(Message.objects.filter(purpose="chat_by_mail").order_by("pk"))


def test_answer_that_nobody_fetched_is_mailed_once_in_the_visitors_language(gone, email_channel):
    assert [mail_unfetched_answers() for _ in range(3)] == [1, 0, 0]
    [mail] = mails()
    assert mail.recipients.get().address == LEFT
    assert "Yes, in black." in mail.text
    assert "Ana Agent" in mail.text
    assert mail.subject.startswith("Ihr Chat mit")
    assert mail.channel_id == email_channel.pk
    assert MailedAnswer.objects.get().mail_id == mail.pk


def test_answer_by_mail_comes_into_the_same_ticket(gone, email_channel):
    ticket = Ticket.objects.get()
    mail_unfetched_answers()
    [mail] = mails()
    item = make_item(thread_tokens=[mail.conversation.reply_token], text="Then I take it.")
    filed = receive(channel=email_channel, item=item)
    assert (filed.ticket_id, filed.outcome) == (ticket.pk, "appended")


def test_visitor_who_is_there_gets_no_mail(gone, email_channel):
    gone.messages()
    assert mail_unfetched_answers() == 0


def test_answer_that_has_just_come_waits(gone, email_channel):
    age(minutes=4)
    assert mail_unfetched_answers() == 0


def test_old_answers_are_not_mailed_when_the_option_is_switched_on(gone, email_channel):
    age(minutes=4 * 24 * 60)
    assert mail_unfetched_answers() == 0


def test_channel_that_never_mails_mails_nothing(gone, email_channel):
    gone.channel.config |= {"mail_after_minutes": 0}
    gone.channel.save()
    assert mail_unfetched_answers() == 0


def test_visitor_without_an_address_waits_in_the_chat(agent, email_channel):
    browser = Browser(make_webchat())
    browser.write("Hello")
    answer_chat(agent, "Hi")
    age(minutes=10)
    assert mail_unfetched_answers() == 0


def test_several_answers_are_one_mail(gone, agent, email_channel):
    answer_chat(agent, "And in brass.")
    age(minutes=10)
    assert mail_unfetched_answers() == 2
    [mail] = mails()
    assert mail.text.index("in black") < mail.text.index("in brass")


def test_address_that_a_visitor_named_stays_its_owners(agent, email_channel):
    owner = make_ticket(email_channel).customer
    browser = Browser(make_webchat())
    browser.start(email=LEFT)
    browser.write("I am Carla, really")
    answer_chat(agent, "Hi", ticket=Ticket.objects.get(channel=browser.channel))
    age(minutes=10)
    mail_unfetched_answers()
    assert CustomerIdentity.objects.get(kind="email", address=LEFT).customer_id == owner.pk
    assert Ticket.objects.get(channel=browser.channel).customer_id != owner.pk
    assert Conversation.objects.get(channel=browser.channel).customer_id != owner.pk


def test_address_that_nobody_knew_is_kept_as_a_claim(gone, email_channel):
    mail_unfetched_answers()
    identity = CustomerIdentity.objects.get(kind="email", address=LEFT)
    assert (identity.is_claimed, identity.is_verified) == (True, False)
    assert identity.customer_id != Ticket.objects.get().customer_id


def test_strangers_mailbox_gets_three_mails_an_hour(email_channel, agent):
    for number in range(5):
        browser = Browser(make_webchat(), address=f"198.51.100.{number}")
        browser.start(email=LEFT)
        browser.write("Spam him")
        answer_chat(agent, "Hi")
    age(minutes=10)
    mail_unfetched_answers()
    assert len(mails()) == 3


def test_without_an_e_mail_channel_the_mail_leaves_once_all_the_same(gone, settings, tmp_path):
    settings.HELPDESK_OUTBOX_DIR = tmp_path / "outbox"
    settings.HELPDESK_MAIL_URL = ""
    assert [mail_unfetched_answers() for _ in range(2)] == [1, 0]
    [file] = list((tmp_path / "outbox").iterdir())
    assert LEFT in file.read_text()
    assert MailedAnswer.objects.get().state == "sent"


def test_mail_that_does_not_leave_says_why_and_is_not_repeated(gone, settings):
    settings.HELPDESK_MAIL_URL = "smtp://127.0.0.1:9"
    mail_unfetched_answers()
    row = MailedAnswer.objects.get()
    assert (row.state, bool(row.error)) == ("failed", True)
    assert mail_unfetched_answers() == 0


def test_mail_touches_none_of_the_tickets_figures(gone, email_channel):
    before = Ticket.objects.values("first_response_at", "agent_reply_count", "waiting_since", "status").get()
    mail_unfetched_answers()
    assert Ticket.objects.values("first_response_at", "agent_reply_count", "waiting_since", "status").get() == before


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_mail_an_answer_once(gone, email_channel):
    gate = threading.Barrier(4)

    def sweep():
        gate.wait()
        try:
            mail_unfetched_answers()
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(mails()), MailedAnswer.objects.count()) == (1, 1)


def test_sweep_that_is_cut_off_mails_nothing_and_the_next_one_does(gone, email_channel, monkeypatch):
    def cut(name):
        raise RuntimeError(name)

    with monkeypatch.context() as patched:
        patched.setattr(mailing, "failpoint", cut)
        with pytest.raises(RuntimeError):
            mail_unfetched_answers()
    assert mails() == []
    assert mail_unfetched_answers() == 1


def test_visitors_who_never_wrote_are_forgotten_after_a_day(gone):
    Browser(gone.channel).start()
    Visitor.objects.update(last_seen_at=now() - timedelta(days=2))
    assert delete_idle_visitors() == 1
    assert Visitor.objects.get().email == LEFT
    assert Customer.objects.count() == 1
    assert send_due_messages() == 0
