"""Named points at which a fault test kills the process; free of cost and effect unless a setting names one.

``HELPDESK_FAILPOINT=name`` kills at the first pass, ``name:3`` at the third.
"""

import os
import signal

from django.conf import settings

_passes: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Die by SIGKILL when this point is armed."""
    armed: str = settings.HELPDESK_FAILPOINT
    if not armed:
        return
    armed_name, _, count = armed.partition(":")
    if armed_name != name:
        return
    _passes[name] = _passes.get(name, 0) + 1
    if _passes[name] >= int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
