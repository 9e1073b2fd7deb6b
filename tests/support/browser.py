"""A real Chromium for a test, without the network it would call by itself."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

# A folder: what pages look like is kept there as pictures.
SHOTS = os.environ.get("HELPDESK_SHOTS", "")
_SIZES = ((1440, 900), (1024, 768), (390, 844))

_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


def find_chromium() -> str | None:
    """The browser's program, if it is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the browser. Its driver runs an event loop in this thread, which Django must be told is harmless."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=_ARGUMENTS)
            yield browser
            browser.close()
            # Where an event loop runs, Django keeps other connections than elsewhere in the same thread. Nobody else
            # would close them, and a database that somebody uses cannot be copied.
            connections.close_all()
    finally:
        if before is None:
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@contextmanager
def browser_or_skip() -> Iterator[Browser]:
    """``running_browser``; where none is installed the test is skipped, except in CI."""
    if find_chromium() is None and os.environ.get("CI") != "true":
        pytest.skip("chromium is not installed")
    with running_browser() as chromium:
        yield chromium


@contextmanager
def signed_in_page(
    browser: Browser, *, url: str, session: str, size: tuple[int, int] = (1440, 900), takes_errors: bool = True
) -> Iterator[Page]:
    """A page with the session of somebody. What our scripts throw and what breaks the page's policy fails the test at the end.

    Without ``takes_errors`` so does whatever stands in the console as an error, such as a refused request.
    """
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    complaints: list[str] = []

    def hear(line: ConsoleMessage) -> None:
        if "Content Security Policy" in line.text or (line.type == "error" and not takes_errors):
            complaints.append(line.text)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", hear)
    yield page
    # Requests of the page that are still under way would fall into the next test's emptied tables.
    page.goto("about:blank")
    context.close()
    assert complaints == []


def shoot(page: Page, name: str, *, everywhere: bool = False) -> None:
    """A picture of the page where somebody wants to look at it; ``everywhere``: light and dark, on three widths."""
    if not SHOTS:
        return
    if not everywhere:
        page.screenshot(path=f"{SHOTS}/{name}.png")
        return
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for width, height in _SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{theme}.png")
    page.set_viewport_size({"width": 1440, "height": 900})
