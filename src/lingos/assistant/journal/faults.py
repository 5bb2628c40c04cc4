"""What a database could not do, in words: not reached, not opened, or refused; passwords are not shown."""

from __future__ import annotations

from collections.abc import Callable
from sqlite3 import SQLITE_BUSY
from typing import Any

from sqlalchemy import Engine, ExceptionContext
from sqlalchemy.engine import URL

from lingos.errors import ResourceError

__all__ = ["telling"]


def telling(engine: Engine) -> Callable[[ExceptionContext], None]:
    """What an engine is to call at "handle_error". Broken rules stay IntegrityErrors.

    >>> from sqlalchemy import create_engine, event
    >>> engine = create_engine("sqlite:///none/journal.sqlite")
    >>> event.listen(engine, "handle_error", telling(engine))
    >>> engine.connect()
    Traceback (most recent call last):
    lingos.errors.ResourceError: none/journal.sqlite can not be opened: unable to open database file
      expected: a SQLite file, or a folder in which one can be made
      do now:   check the path and the rights to it
    """
    faults: Any = engine.dialect.loaded_dbapi

    def told(context: ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, faults.Error) and not isinstance(error, faults.IntegrityError) and not context.is_pre_ping:
            raise _fault(engine.url, error, away=context.connection is None or context.is_disconnect)

    return told


def _fault(url: URL, error: BaseException, away: bool) -> ResourceError:
    hidden = {name: "***" for name in url.query if "password" in name}
    place = url.update_query_dict(hidden).render_as_string(hide_password=True)
    reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if url.get_backend_name() == "sqlite" and "malformed" in reason:
        return ResourceError(
            f"{url.database} is damaged: {reason}",
            expected="a whole SQLite file",
            cure="bring it back from a copy; `sqlite3 FILE .recover` reads what is left",
        )
    if url.get_backend_name() == "sqlite" and getattr(error, "sqlite_errorcode", 0) & 0xFF == SQLITE_BUSY:
        return ResourceError(
            f"another program or connection writes to {url.database} and does not come to an end: {reason}",
            expected="writers that take turns, each within seconds",
            cure="end it, then do it again",
        )
    if not away:
        return ResourceError(
            f"the database {place} refused: {reason}",
            expected="room, the right to write, and no other program that locks it",
            cure="see to what it says, then do it again",
        )
    if url.get_backend_name() == "sqlite":
        return ResourceError(
            f"{url.database} can not be opened: {reason}",
            expected="a SQLite file, or a folder in which one can be made",
            cure="check the path and the rights to it",
        )
    return ResourceError(
        f"the database {place} can not be reached: {reason}",
        expected="a running PostgreSQL server, a database of this name in it, and a user who may enter",
        cure="start the server, or mend the host, the user, the password or the name in the URL",
    )
