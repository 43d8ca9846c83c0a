"""Only one run at a time on a store: a lock that dies with its process, kill -9 included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from tillit.model.errors import RegisterError
from tillit.register.database import register_file
from tillit.register.filelock import Taken, file_lock


@contextmanager
def store_lock(engine: sa.Engine, store: str) -> Iterator[None]:
    """Holds the one lock of this register and store; raises RegisterError at once when another run holds it.

    SQLite: a lock on a file beside the register. PostgreSQL: an advisory lock of a connection of its own, so that
    it holds across machines. Not re-entrant: a second one in the same process is refused too.
    """
    path = register_file(engine)
    with _file_lock(path, store) if path is not None else _server_lock(engine, store):
        yield


@contextmanager
def _file_lock(register: Path, store: str) -> Iterator[None]:
    path = register.with_name(f"{register.name}.{quote(store, safe='')}.lock")
    with ExitStack() as stack:  # entered apart, so that an OSError of the run itself passes as it is
        try:
            stack.enter_context(file_lock(path))
        except Taken as taken:
            raise _busy(store, taken.process) from None
        except OSError as error:
            raise RegisterError(f"{path}: {error.strerror}", "check the folder of the register") from error
        yield


@contextmanager
def _server_lock(engine: sa.Engine, store: str) -> Iterator[None]:
    number = int.from_bytes(sha256(f"tillit store {store}".encode()).digest()[:4], "big", signed=True)
    key = {"store": number}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        take = sa.text("SELECT pg_try_advisory_lock(hashtext(current_schema()), :store)")
        if not conn.execute(take, key).scalar_one():
            raise _busy(store, "")
        try:
            yield
        finally:
            conn.execute(sa.text("SELECT pg_advisory_unlock(hashtext(current_schema()), :store)"), key)


def _busy(store: str, process: str) -> RegisterError:
    who = f" (process {process})" if process else ""
    return RegisterError(f"another run is at work on {store}{who}", "wait until it is done, then run again")
