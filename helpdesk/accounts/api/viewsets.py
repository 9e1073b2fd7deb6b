"""The base of the resources of every app: strict, closed, and with one effect per Idempotency-Key."""

from helpdesk.accounts.api.idempotency import IdempotentPosts
from helpdesk.common.api.views import ApiViewSet


class ResourceViewSet(IdempotentPosts, ApiViewSet):
    """Subclass this, declare ``permissions``, ``queryset`` and a shape, and register it in ``helpdesk/api.py``."""
