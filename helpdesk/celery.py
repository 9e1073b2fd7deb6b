"""The Celery application and the whole timetable."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=240,
    task_default_queue="timers",
    task_routes={
        "channels_app.tasks.*": {"queue": "inbound"},
        "tickets.tasks.process_*": {"queue": "inbound"},
        "tickets.tasks.send_*": {"queue": "outbound"},
        "reporting.tasks.*": {"queue": "reports"},
    },
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # A request must not hang on a dead broker: the bell may be lost, the sweep finds the work.
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 0,
    },
    broker_connection_retry_on_startup=True,
    task_publish_retry=False,
    worker_hijack_root_logger=False,
    timezone="UTC",
)
app.autodiscover_tasks()

# One dict, readable from top to bottom: job name -> (task, seconds between runs, queue). Every run leaves a JobRun row.
TIMETABLE: dict[str, tuple[str, float, str]] = {
    "poll_channels": ("channels_app.tasks.poll_due_channels", 10, "inbound"),
    "process_events": ("tickets.tasks.process_waiting_events", 10, "inbound"),
    "triage_tickets": ("tickets.tasks.process_waiting_triage", 10, "inbound"),
    "score_tickets": ("tickets.tasks.rescore_tickets", 10, "timers"),
    "enforce_time_limits": ("tickets.tasks.enforce_time_limits", 5, "timers"),
    "escalate_time_limits": ("tickets.tasks.escalate_time_limits", 5, "timers"),
    "recount_time_limits": ("tickets.tasks.recount_time_limits", 15, "timers"),
    "watch_bots": ("tickets.tasks.watch_bots", 10, "timers"),
    "send_messages": ("tickets.tasks.send_due_messages", 5, "outbound"),
    "recover_leases": ("tickets.tasks.recover_expired_leases", 30, "timers"),
    "check_channels": ("channels_app.tasks.check_every_channel", 24 * 3600, "reports"),
    "mail_chat_answers": ("tickets.tasks.mail_chat_answers", 30, "timers"),
    "sync_templates": ("channels_app.tasks.sync_templates", 24 * 3600, "reports"),
    "learn_topics": ("tickets.tasks.learn_topics", 6 * 3600, "reports"),
    "settle_wrap_ups": ("tickets.tasks.settle_wrap_ups", 60, "timers"),
    "end_idle_work": ("tickets.tasks.end_idle_work", 20, "timers"),
    "assign_tickets": ("tickets.tasks.assign_waiting_tickets", 15, "timers"),
    "wake_tickets": ("tickets.tasks.wake_due_tickets", 15, "timers"),
    "mail_notifications": ("tickets.tasks.mail_notifications", 60, "timers"),
    "remind_customers": ("tickets.tasks.remind_silent_customers", 60, "timers"),
    "waiting_rules": ("tickets.tasks.run_waiting_rules", 30, "timers"),
    "close_tickets": ("tickets.tasks.close_due_tickets", 60, "timers"),
    "plan_surveys": ("surveys.tasks.plan_surveys", 15, "timers"),
    "send_surveys": ("surveys.tasks.send_due_surveys", 15, "timers"),
    "open_recovery_cases": ("surveys.tasks.open_recovery_cases", 15, "timers"),
    "late_recovery": ("surveys.tasks.tell_late_recovery", 30, "timers"),
    "tell_corrections": ("surveys.tasks.tell_corrections", 30, "outbound"),
    "ask_again": ("surveys.tasks.ask_customers_again", 60, "timers"),
    "expire_codes": ("surveys.tasks.expire_codes", 60, "timers"),
    "follow_actions": ("surveys.tasks.follow_actions", 3600, "reports"),
    "refresh_facts": ("reporting.tasks.refresh_facts", 20, "reports"),
    "mail_digests": ("reporting.tasks.mail_digests", 600, "reports"),
    "clean_up": ("helpdesk.tasks.clean_up", 3600, "reports"),
}

app.conf.beat_schedule = {
    job: {"task": task, "schedule": seconds, "options": {"queue": queue, "expires": max(30, seconds)}}
    for job, (task, seconds, queue) in TIMETABLE.items()
}
