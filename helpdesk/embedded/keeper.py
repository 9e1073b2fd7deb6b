"""Runs the database for the commands that share it, until the last of them is gone. A program of its own."""

import os
import sys
import time

from helpdesk.embedded import postgres
from helpdesk.embedded.errors import StartError
from helpdesk.embedded.layout import DataLayout
from helpdesk.embedded.locks import FileLock
from helpdesk.embedded.processes import Child

_POLL_SECONDS = 0.1


def main() -> int:
    layout = DataLayout.from_environment(os.environ | {"HELPDESK_DATA": sys.argv[1]})
    try:
        server = postgres.server_for(layout)
        server.make_cluster()
        child = server.start(lambda spec: Child(spec, show=lambda name, line: print(line, flush=True)))  # noqa: T201
    except StartError as error:
        print(error, flush=True)  # noqa: T201  the command that started us shows it
        return 1
    # Commands hold it shared: whoever gets it alone knows that there are none, and keeps new ones out while stopping.
    with FileLock(layout.commands_lock) as alone:
        while child.is_running and not alone.acquire():
            time.sleep(_POLL_SECONDS)
        child.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
