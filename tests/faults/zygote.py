"""A process that has the product loaded and forks a child per job, so that a kill costs milliseconds and no start-up.

Reads one JSON command a line: {"do": "run"|"start", "job": name, "failpoint": name, "database": name, "media": folder,
"arguments": {...}, "server": {"HOST": ..., where it is another one}} or {"do": "wait", "pid": n};
answers one JSON line: {"pid": n} or {"status": exit code, or minus the signal}.
"""

import gc
import json
import os
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")


def run_child(command: dict[str, Any]) -> None:
    """The child's whole life."""
    from django.conf import settings
    from django.db import connection

    from tests.faults import jobs

    connection.settings_dict |= {"NAME": command["database"], **command.get("server", {})}
    settings.MEDIA_ROOT = command["media"]
    settings.HELPDESK_FAILPOINT = command.get("failpoint", "")
    try:
        getattr(jobs, command["job"])(**command.get("arguments", {}))
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def fork(command: dict[str, Any]) -> int:
    """Fork a child for the command; returns its pid."""
    pid = os.fork()
    if pid == 0:
        run_child(command)
    return pid


def answer(command: dict[str, Any]) -> dict[str, int]:
    if command["do"] == "start":
        return {"pid": fork(command)}
    pid = command["pid"] if command["do"] == "wait" else fork(command)
    status = os.waitpid(pid, 0)[1]
    return {"status": os.waitstatus_to_exitcode(status)}


def main() -> None:
    import django

    django.setup()
    # Everything a job needs is imported before the first fork, and lies in pages that no child has to copy.
    from celery import Celery
    from django.conf import settings

    import helpdesk.urls  # noqa: F401
    from channels_app.registry import adapter_class
    from tests.faults import jobs  # noqa: F401

    for kind in settings.HELPDESK_CHANNEL_ADAPTERS:
        adapter_class(kind)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    gc.freeze()
    Celery.send_task = lambda *args, **kwargs: None  # type: ignore[method-assign]  # no bell: the sweeps must find all work
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
