"""The suite's table and mails."""

from bench.mails import mails
from bench.table import Row, table


def test_table_says_of_each_promise_whether_it_is_kept():
    lines = table(
        [Row(job="a", ours="1", met=True), Row(job="b", ours="2", met=False), Row(job="c", ours="3")]
    ).splitlines()
    assert [line.split()[2:] for line in lines[2:]] == [["yes"], ["NO"], []]


def test_mails_are_the_same_on_every_run():
    assert list(mails(30, seed=1)) == list(mails(30, seed=1))


def test_answers_name_a_mail_that_was_sent_before():
    sent = set()
    for mail in mails(200, seed=2):
        assert mail.parent is None or mail.parent in sent
        sent.add(mail.message_id)
