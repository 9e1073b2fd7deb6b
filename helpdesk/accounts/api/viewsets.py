"""The base of the resources of every app: strict, closed, and with one effect per Idempotency-Key."""

from typing import cast

from helpdesk.accounts.api.idempotency import IdempotentPosts
from helpdesk.accounts.models import User
from helpdesk.common.api.views import ApiViewSet


class ResourceViewSet(IdempotentPosts, ApiViewSet):
    """Subclass this, declare ``permissions``, ``queryset`` and a shape, and register it in ``helpdesk/api.py``."""

    @property
    def caller(self) -> User:
        """Who calls; anonymous callers never get as far as an action."""
        return cast("User", self.request.user)
