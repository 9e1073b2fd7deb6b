"""The product as uvicorn serves it, in a thread of the test: live streams work here and nowhere else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from asgiref.sync import SyncToAsync
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application
from django.db import connections

from tickets.webchat.hub import hub


@contextmanager
def running_asgi_server() -> Iterator[str]:
    """Serve on a free port; yields the address."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        ASGIStaticFilesHandler(get_asgi_application()),
        lifespan="off",
        access_log=False,
        log_level="error",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listening.close()
        hub.stop()
        # A request that its browser left behind keeps the connection of the thread in which it ran.
        SyncToAsync.single_thread_executor.submit(connections.close_all).result(timeout=10)
