"""Running a piece of the product in a process of its own, against the database of the test.

One parent a test process has the product loaded and forks a child for every program, so that a start costs
milliseconds.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).parents[2]


def run_program(program: str, *, failpoint: str = "") -> int:
    """Run the Python text, killed at the failpoint if there is one; returns its exit code, negative for a signal."""
    parent = _parent()
    command = {"program": program, "failpoint": failpoint, "database": connection.settings_dict["NAME"]}
    parent.stdin.write(json.dumps(command) + "\n")
    parent.stdin.flush()
    return int(parent.stdout.readline())


@cache
def _parent() -> Any:
    variables = os.environ | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "helpdesk.settings"}
    command = [sys.executable, "-m", "tests.support.programs"]
    parent = subprocess.Popen(
        command, env=variables, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    atexit.register(parent.stdin.close)  # type: ignore[union-attr]  # it ends with its input
    return parent


def _run_child(command: dict[str, str]) -> None:
    """The child's whole life."""
    from django.conf import settings

    connection.settings_dict["NAME"] = command["database"]
    settings.HELPDESK_FAILPOINT = command["failpoint"]
    try:
        exec(compile(command["program"], "<program of a test>", "exec"), {})
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    import django
    from django.conf import settings

    django.setup()
    from channels_app.registry import adapter_class

    for kind in settings.HELPDESK_CHANNEL_ADAPTERS:
        adapter_class(kind)
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _run_child(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
