"""Sent on commit with ids only; receivers start a task and nothing else."""

from django.dispatch import Signal

# event_ids: list[int]
events_stored = Signal()
