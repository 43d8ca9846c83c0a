"""The driver itself, for what SQLAlchemy has no words for: PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


@contextmanager
def bare(connection: Connection, statement: str) -> Iterator[Any]:
    """The driver's own connection. What it raises comes as SQLAlchemy's errors do, without any value."""
    base: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        yield connection.connection.driver_connection
    except base as error:
        lost = connection.dialect.is_disconnect(error, None, None)  # type: ignore[arg-type]
        raise DBAPIError.instance(
            statement, None, error, base, hide_parameters=True, connection_invalidated=lost, dialect=connection.dialect
        ) from None
