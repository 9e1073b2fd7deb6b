"""Doors from the broker: each task calls one service and may run twice."""

from celery import shared_task

from helpdesk.core.services import record_job_run
from tickets.services import (
    auto_assignment,
    bot_turns,
    bot_watch,
    call_work,
    delivery,
    enforcement,
    escalation,
    lifecycle,
    notification_mail,
    processing,
    recounting_clocks,
    reminding,
    scoring,
    snoozing,
    topic_learning,
    triage,
    waiting_rules,
    work,
)
from tickets.webchat import mailing


@shared_task
def process_event(event_id: int) -> None:
    """File the items of one stored event."""
    processing.process_event(event_id=event_id)


@shared_task
def process_waiting_events() -> None:
    """File what the doorbell missed."""
    with record_job_run("process_events") as job:
        job.handled = processing.process_waiting_events()


@shared_task
def send_message(message_id: int) -> None:
    """Send one queued message."""
    delivery.send_message(message_id=message_id)


@shared_task
def send_due_messages() -> None:
    """Send what is due."""
    with record_job_run("send_messages") as job:
        job.handled = delivery.send_due_messages()


@shared_task
def recover_expired_leases() -> None:
    """Settle messages whose sender died."""
    with record_job_run("recover_leases") as job:
        job.handled = delivery.recover_expired_leases()


@shared_task
def close_due_tickets() -> None:
    """Close resolved tickets whose reopen window is over."""
    with record_job_run("close_tickets") as job:
        job.handled = lifecycle.close_due_tickets()


@shared_task
def mail_chat_answers() -> None:
    """Mail the answers of the web chat that nobody fetched."""
    with record_job_run("mail_chat_answers") as job:
        job.handled = mailing.mail_unfetched_answers()


@shared_task
def end_idle_work() -> None:
    """End the work of those who were not heard of for a minute."""
    with record_job_run("end_idle_work") as job:
        job.handled = work.end_idle_work()


@shared_task
def settle_wrap_ups() -> None:
    """Say how long agents worked after calls that are over."""
    with record_job_run("settle_wrap_ups") as job:
        job.handled = call_work.settle_wrap_ups()


@shared_task
def take_bot_turn(session_id: int) -> None:
    """Do the turn that a bot owes."""
    bot_turns.run_turn(session_id=session_id)


@shared_task
def watch_bots() -> None:
    """Do turns whose bell was lost, hand over what is late."""
    with record_job_run("watch_bots") as job:
        job.handled = bot_watch.watch_bots()


@shared_task
def process_triage(ticket_id: int) -> None:
    """Look at what has happened on one ticket."""
    triage.triage_ticket(ticket_id=ticket_id)


@shared_task
def process_waiting_triage() -> None:
    """Look at what nobody has looked at."""
    with record_job_run("triage_tickets") as job:
        job.handled = triage.triage_waiting_tickets()


@shared_task
def wake_due_tickets() -> None:
    """Bring back what was put aside until now."""
    with record_job_run("wake_tickets") as job:
        job.handled = snoozing.wake_due_tickets()


@shared_task
def remind_silent_customers() -> None:
    """Remind customers who do not answer, and resolve what waited in vain."""
    with record_job_run("remind_customers") as job:
        job.handled = reminding.remind_silent_customers()


@shared_task
def rescore_tickets() -> None:
    """Make the priority scores anew that time or a change has made old."""
    with record_job_run("score_tickets") as job:
        job.handled = scoring.rescore_due_tickets()


@shared_task
def mail_notifications() -> None:
    """Mail people what the bell has told them and they have not seen."""
    with record_job_run("mail_notifications") as job:
        job.handled = notification_mail.mail_notifications()


@shared_task
def run_waiting_rules() -> None:
    """Carry out the rules whose time has come."""
    with record_job_run("waiting_rules") as job:
        job.handled = waiting_rules.run_waiting_rules()


@shared_task
def learn_topics() -> None:
    """Learn the words of topics from the team's own resolved cases."""
    with record_job_run("learn_topics") as job:
        job.handled = topic_learning.learn_topics()


@shared_task
def enforce_time_limits() -> None:
    """Write down which time limits are missed or near."""
    with record_job_run("enforce_time_limits") as job:
        job.handled = enforcement.enforce_time_limits()


@shared_task
def escalate_time_limits() -> None:
    """Do what policies say for limits that are missed or near."""
    with record_job_run("escalate_time_limits") as job:
        job.handled = escalation.carry_out_escalations()


@shared_task
def recount_time_limits() -> None:
    """Count running clocks anew where set-up has changed."""
    with record_job_run("recount_time_limits") as job:
        job.handled = recounting_clocks.recount_time_limits()


@shared_task
def assign_waiting_tickets() -> None:
    """Give out what waits in teams' queues, and take back what waits for somebody who went away."""
    with record_job_run("assign_tickets") as job:
        job.handled = auto_assignment.return_tickets_of_absent() + auto_assignment.assign_waiting_tickets()
