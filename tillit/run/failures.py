"""What went wrong, in words without values: a driver's own text may quote a row."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from tillit.model.errors import StoreError, TillitError


class Interrupted(TillitError):
    """The user stopped the run."""

    exit_code = 130


def store_error(store: str, error: DBAPIError, state: str) -> StoreError:
    """A StoreError for what the driver said. `state` tells what was and was not done."""
    kind = type(error.orig or error).__name__
    code = _code(error)
    if error.connection_invalidated or (kind in ("OperationalError", "InterfaceError") and _lost(error)):
        return StoreError(f"the connection to {store} was lost; {state}", "check the server, then run again")
    if _full(error):
        return StoreError(f"the disk of {store} is full; {state}", "free some space there, then run again")
    statement = (error.statement or "").split()
    first = " ".join(statement[:3])
    what = f"{store} refused a statement ({kind}{code}{': ' + first if first else ''} ...); {state}"
    return StoreError(what, "run `tillit check`; if it persists, report it with this text")


def _code(error: DBAPIError) -> str:
    cause = error.orig
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    if state is None and cause is not None and cause.args and isinstance(cause.args[0], int):
        state = cause.args[0]
    return f" {state}" if state else ""


def _lost(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    return any(sign in text for sign in ("server closed", "lost connection", "gone away", "terminating connection"))


def _full(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    return any(sign in text for sign in ("disk is full", "no space left", "(1114", "(1021", "disk full"))
