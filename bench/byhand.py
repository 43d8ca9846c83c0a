"""Sweeping, explaining and scanning by hand: the forms that a good database engineer would write for this shop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine

from bench.byhand_erase import BOOKS_KEPT_FROM
from tillit.connectors.sql.connect import engine_name
from tillit.connectors.sql.transactions import session

# What `keep` comes to on 2026-11-23: 24 months, 90 days and 13 months, counted in the controller's days.
SUPPORT_FROM = "2024-11-22 23:00:00"
SECURITY_FROM = "2026-08-24 22:00:00"
ANALYTICS_FROM = "2025-10-22 22:00:00"


@dataclass(frozen=True)
class Rule:
    """Rows of `table` go where `column` is earlier than `cutoff`, and `also` is true."""

    table: str
    column: str
    cutoff: str
    also: str = ""


RULES = (
    Rule("logins", "at", SECURITY_FROM),
    Rule("page_views", "at", ANALYTICS_FROM),
    Rule("messages", "sent_at", SUPPORT_FROM),
    Rule(
        "tickets",
        "opened_at",
        SUPPORT_FROM,
        " AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.ticket_id = tickets.id)",
    ),
    Rule("payments", "paid_at", BOOKS_KEPT_FROM),
)


@dataclass
class Loop:
    """Seconds of each batch of the loop, from its beginning to its commit."""

    batches: list[float] = field(default_factory=list)
    rows: int = 0


def sweep(engine: Engine, pace: Callable[[float, int], int], first: int) -> Loop:
    """Delete what is past its time in key order, a transaction a batch, at the pace that `pace` gives."""
    found, size = Loop(), first
    with session(engine) as store:
        for rule in RULES:
            last: int | None = 0
            while last is not None:
                begun = time.perf_counter()
                with store.connection.begin():
                    raw: Any = store.connection.connection.driver_connection
                    last, rows = _batch(engine_name(engine), raw.cursor(), rule, last, size)
                found.batches.append(time.perf_counter() - begun)
                found.rows += rows
                size = pace(found.batches[-1], rows)
        with store.connection.begin():
            raw = store.connection.connection.driver_connection
            raw.cursor().execute(
                f"UPDATE tickets SET subject = NULL WHERE opened_at < '{SUPPORT_FROM}' AND subject IS NOT NULL"
            )
    return found


def _batch(engine: str, cursor: Any, rule: Rule, last: int, size: int) -> tuple[int | None, int]:
    """One batch: the last key it took, None when nothing is left; and its rows."""
    where = f"id > {last} AND {rule.column} < '{rule.cutoff}'"
    if engine == "postgresql":
        cursor.execute(
            f"WITH doomed AS (SELECT id FROM {rule.table} WHERE {where}{rule.also} ORDER BY id LIMIT {size}),"
            f" gone AS (DELETE FROM {rule.table} USING doomed WHERE {rule.table}.id = doomed.id)"
            " SELECT max(id), count(*) FROM doomed"
        )
        high, rows = cursor.fetchone()
        return high if rows == size else None, rows
    cursor.execute(f"SELECT id FROM {rule.table} WHERE {where} ORDER BY id LIMIT 1 OFFSET {size - 1}")
    bound = cursor.fetchone()
    upper = f" AND id <= {bound[0]}" if bound else ""
    cursor.execute(f"DELETE FROM {rule.table} WHERE {where}{upper}{rule.also}")
    return bound[0] if bound else None, cursor.rowcount


def explain_query(engine: str, key: int) -> str:
    """Every row of one customer, and whether a purpose holds it: one query."""
    at = '"at"' if engine != "mariadb" else "`at`"

    def flag(test: str) -> str:
        return f"CASE WHEN {test} THEN 1 ELSE 0 END"

    fresh = {
        "payments": flag(f"paid_at IS NULL OR paid_at >= '{BOOKS_KEPT_FROM}'"),
        "tickets": flag(f"opened_at IS NULL OR opened_at >= '{SUPPORT_FROM}'"),
        "logins": flag(f"{at} IS NULL OR {at} >= '{SECURITY_FROM}'"),
        "page_views": flag(f"{at} IS NULL OR {at} >= '{ANALYTICS_FROM}'"),
    }
    is_open = flag("status = 'open'")
    parts = [
        f"SELECT 'customers' AS t, id, 1 AS held, {flag(_open_order(key))} AS outlasts FROM customers WHERE id = {key}",
        f"SELECT 'orders', id, 1, {is_open} FROM orders WHERE customer_id = {key}",
        (
            f"SELECT 'order_lines', order_lines.id, 1, {is_open} FROM order_lines"
            f" JOIN orders ON orders.id = order_lines.order_id WHERE orders.customer_id = {key}"
        ),
        "SELECT 'messages', id, " + flag(f"sent_at IS NULL OR sent_at >= '{SUPPORT_FROM}'") + ", 0 FROM messages"
        f" WHERE sender_id = {key}",
    ]
    for table in ("addresses", "payments", "tickets", "logins", "page_views", "newsletter"):
        parts.append(f"SELECT '{table}', id, {fresh.get(table, '1')}, 0 FROM {table} WHERE customer_id = {key}")
    return " UNION ALL ".join(parts)


def _open_order(key: int) -> str:
    return f"EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = {key} AND orders.status = 'open')"


def full_scans(engine: Engine, tables: dict[str, str]) -> float:
    """Seconds to read every row of each table once; `tables` gives a column that no index holds."""
    with session(engine) as store, store.reading():
        raw: Any = store.connection.connection.driver_connection
        cursor = raw.cursor()
        begun = time.perf_counter()
        for table, column in tables.items():
            cursor.execute(f"SELECT count({column}) FROM {table}")
            cursor.fetchone()
        return time.perf_counter() - begun
