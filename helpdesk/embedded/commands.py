"""Decides which ``manage.py`` commands need the database, and gives it to them."""

import contextlib
from collections.abc import Iterator, Sequence

from helpdesk.embedded.errors import StartError
from helpdesk.embedded.layout import DataLayout

WITHOUT_DATABASE = frozenset({
    "check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages",
    "makemigrations", "parse", "spectacular", "startapp", "startproject", "test", "testserver", "up", "version",
})  # fmt: skip
"""``up`` starts its own. All others get one, since a command of a later app is more likely to need it than not."""


def needs_database(arguments: Sequence[str]) -> bool:
    """Whether that command line, without the program's name, reads or writes the database."""
    if not arguments or arguments[0].startswith("-") or not {"-h", "--help"}.isdisjoint(arguments):
        return False
    return arguments[0] not in WITHOUT_DATABASE


@contextlib.contextmanager
def database_for(arguments: Sequence[str]) -> Iterator[None]:
    """The database for one command line; an external one (DATABASE_URL) is nothing to us. Exits with a clear text."""
    layout = DataLayout.from_environment()
    if not layout.uses_embedded_postgres or not needs_database(arguments):
        yield
        return
    # Here, because this needs a POSIX system and the lines above do not.
    from helpdesk.embedded.sharing import shared_database

    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(shared_database(layout))
        except StartError as error:
            raise SystemExit(f"Error: {error}") from error
        yield
