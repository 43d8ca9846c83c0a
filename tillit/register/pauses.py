"""Paused tables: a sweep leaves them alone, because what it removed from them was put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tillit.register.schema import pause


@dataclass(frozen=True, slots=True)
class Pause:
    """One paused table: why (a word, or the run that was undone), and since when."""

    store: str
    table: str
    reason: str
    since: datetime


def pause_tables(conn: sa.Connection, store: str, tables: Iterable[str], reason: str, at: datetime) -> None:
    """Pauses tables of a store; one that is paused already keeps its first reason and time."""
    known = {one.table for one in pauses(conn, store)}
    rows = [
        {"store": store, "table_name": table, "reason": reason, "since": at}
        for table in dict.fromkeys(tables)
        if table not in known
    ]
    if rows:
        conn.execute(sa.insert(pause), rows)


def resume_table(conn: sa.Connection, store: str, table: str) -> bool:
    """Lifts the pause of a table; False when there was none."""
    return bool(conn.execute(sa.delete(pause).where(pause.c.store == store, pause.c.table_name == table)).rowcount)


def pauses(conn: sa.Connection, store: str | None = None) -> list[Pause]:
    """The paused tables of one store, or of all, in order."""
    query = sa.select(pause).order_by(pause.c.store, pause.c.table_name)
    query = query if store is None else query.where(pause.c.store == store)
    return [Pause(row.store, row.table_name, row.reason, row.since) for row in conn.execute(query)]
