"""Somebody else's site that carries the widget: another host, another port, and a policy as strict as the docs ask for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Lamps</title></head>
<body><h1>Orion table lamp</h1><p>Ships in two days.</p><a href="#more">More</a>
<script src="{desk}/widget/{channel}.js"{data} async></script></body></html>"""
_POLICY = (
    "default-src 'none'; script-src {desk}; connect-src {desk}; img-src blob:; base-uri 'none'; form-action 'none'"
)


class ForeignSite:
    """Where the site is, and what its one page says about the widget."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://localhost:{port}"
        self.desk = ""
        self.channel = ""
        self.data = ""

    def page(self) -> bytes:
        """The page with the snippet."""
        return _PAGE.format(desk=self.desk, channel=self.channel, data=self.data).encode()

    def policy(self) -> str:
        """The page's Content-Security-Policy."""
        return _POLICY.format(desk=self.desk)


@contextmanager
def running_foreign_site() -> Iterator[ForeignSite]:
    """Serve the page on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    site = ForeignSite(server.server_address[1])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_page = self.path == "/"
            self.send_response(200 if is_page else 204)
            if is_page:
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Security-Policy", site.policy())
            self.end_headers()
            if is_page:
                self.wfile.write(site.page())

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
