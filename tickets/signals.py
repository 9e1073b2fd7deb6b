"""Sent on commit with ids only; receivers start a task and nothing else."""

from django.dispatch import Signal

# ticket_id: int
ticket_resolved = Signal()
# review_id: int; a public review is new, or its author has changed it
review_received = Signal()
