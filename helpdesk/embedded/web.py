"""The web process: serves on a listening socket that the supervisor keeps open over its restarts. A program of its own.

Not ``uvicorn --fd``: that takes every socket for a Unix one, so that small answers wait 40 ms for an acknowledgement.
"""

import socket
import sys

import uvicorn


def main() -> None:
    config = uvicorn.Config(
        "helpdesk.asgi:application",
        # Open event streams would hold up a stop for over 40 seconds.
        timeout_graceful_shutdown=3,
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
    # Its family is asked from the operating system.
    listening = socket.socket(fileno=int(sys.argv[1]))
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
