"""Doors from the broker: each task calls one service and may run twice."""

from celery import shared_task

from helpdesk.core.services import record_job_run
from surveys.services import (
    chat_answers,
    improvement,
    incentive_codes,
    planning,
    recovery,
    reminding,
    sending,
    undelivered,
)


@shared_task
def plan_surveys() -> None:
    """Bring the plan in step with the event log."""
    with record_job_run("plan_surveys") as run:
        run.handled = planning.plan_surveys()


@shared_task
def send_due_surveys() -> None:
    """Ask whoever is due, mend what was not delivered, and close what nobody answered in time."""
    chat_answers.forget_passed_waits()
    with record_job_run("send_surveys") as run:
        run.handled = sending.send_due_surveys() + undelivered.mend_undelivered()
        run.handled += reminding.send_due_reminders() + sending.expire_invitations()


@shared_task
def plan_after_resolution() -> None:
    """The doorbell of a resolved ticket; leaves no job row, because beat's run does."""
    planning.plan_surveys()


@shared_task
def ask_now() -> None:
    """The doorbell of a question that somebody has just asked for; leaves no job row, because beat's run does."""
    sending.send_due_surveys()


@shared_task
def open_recovery_cases() -> None:
    """Find customers who are to be won back, and somebody for each case."""
    with record_job_run("open_recovery_cases") as run:
        run.handled = recovery.find_signals() + recovery.give_out_cases()


@shared_task
def tell_late_recovery() -> None:
    """Tell of the cases whose time limits have run out."""
    with record_job_run("late_recovery") as run:
        run.handled = recovery.tell_late_cases()


@shared_task
def tell_corrections() -> None:
    """Tell the customers of a systemic cause that it is mended."""
    with record_job_run("tell_corrections") as run:
        run.handled = recovery.tell_corrections()


@shared_task
def ask_customers_again() -> None:
    """Ask whoever is due again, and take over what was answered."""
    with record_job_run("ask_again") as run:
        run.handled = recovery.ask_due_customers() + recovery.settle_asked_cases()


@shared_task
def expire_codes() -> None:
    """Mark the codes that nobody came for in time."""
    with record_job_run("expire_codes") as run:
        run.handled = incentive_codes.expire_codes()


@shared_task
def follow_actions() -> None:
    """Warn of corrective actions whose day has passed, and count the votes after those that are done."""
    with record_job_run("follow_actions") as run:
        run.handled = improvement.warn_of_late_actions() + improvement.score_done_actions()
