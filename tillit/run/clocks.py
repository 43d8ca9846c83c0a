"""Reading what the clocks of some rows say, to tell a person until when they are kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.transactions import session
from tillit.model.conditions import Hop
from tillit.model.standing import Key
from tillit.run.failures import store_error
from tillit.run.stores import OpenStore

KEYS = 300  # rows a statement


def clock_values(
    store: OpenStore, table: str, hops: Sequence[Hop], column: str, keys: Collection[Key]
) -> dict[Key, object]:
    """Row key -> the value of `column` at the end of `hops`; rows that lead nowhere are left out."""
    found: dict[Key, object] = {}
    rest = iter(keys)
    try:
        with session(store.engine) as opened, opened.reading():
            while some := list(islice(rest, KEYS)):
                for row in opened.connection.execute(_query(store, table, hops, column, some)):
                    found[tuple(row[:-1])] = row[-1]
    except DBAPIError as error:
        raise store_error(store.name, error, "nothing was changed") from None
    return found


def _query(store: OpenStore, table: str, hops: Sequence[Hop], column: str, keys: Sequence[Key]) -> sa.Select[Any]:
    compiler = Compiler(store.bound.schema)
    own = compiler.alias(table)
    here, name, froms, where = own, table, [own], []
    for hop in hops:
        other = compiler.alias(hop.table)
        where.append(compiler.joins(hop, name, here, other))
        froms.append(other)
        here, name = other, hop.table
    names = store.bound.tables[table].table.key
    chosen = sa.or_(sa.false(), *(sa.and_(*(own.c[n] == v for n, v in zip(names, k, strict=True))) for k in keys))
    return sa.select(*(own.c[n] for n in names), here.c[column]).select_from(*froms).where(*where, chosen)
