"""Erasing people by hand: what a good database engineer would write once for this shop, one engine at a time.

Same effect as the product's: closed orders go, unless a payment that the law keeps still points at them; then they and
their customer stay as emptied shells. A message received keeps its text and loses its recipient.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from tillit.connectors.sql.connect import engine_name

BOOKS_KEPT_FROM = "2018-12-31 23:00:00"  # 2019 in Stockholm: seven years after the end of 2018, it may go

_OPEN = "EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id AND orders.status = 'open')"
_OF_CUSTOMERS = ("newsletter", "page_views", "logins", "addresses")


def erase(connection: Connection, keys: Sequence[int]) -> None:
    """Erase the customers with these keys in the transaction that is open."""
    raw: Any = connection.connection.driver_connection
    cursor = raw.cursor()
    match engine_name(connection.engine):
        case "postgresql":
            _load(cursor, keys, "CREATE TEMPORARY TABLE leaver (id bigint PRIMARY KEY)", "%s")
            cursor.execute("ANALYZE leaver")
            statements = _postgresql()
        case "mariadb":
            _load(cursor, keys, "CREATE TEMPORARY TABLE leaver (id bigint PRIMARY KEY)", "%s")
            statements = _mariadb()
        case _:
            _load(cursor, keys, "CREATE TEMPORARY TABLE leaver (id INTEGER PRIMARY KEY)", "?")
            statements = _sqlite()
    for statement in statements:
        cursor.execute(statement)
    cursor.execute(
        "DROP TEMPORARY TABLE leaver" if engine_name(connection.engine) == "mariadb" else "DROP TABLE leaver"
    )


def _load(cursor: Any, keys: Sequence[int], create: str, mark: str) -> None:
    cursor.execute(create)
    cursor.executemany(f"INSERT INTO leaver VALUES ({mark})", [(key,) for key in keys])


def _postgresql() -> list[str]:
    closed = "orders.status IS DISTINCT FROM 'open'"
    return [
        *(f"DELETE FROM {t} USING leaver WHERE {t}.customer_id = leaver.id" for t in _OF_CUSTOMERS),
        "DELETE FROM messages USING leaver WHERE messages.sender_id = leaver.id",
        "UPDATE messages SET recipient_id = NULL FROM leaver WHERE messages.recipient_id = leaver.id",
        "DELETE FROM tickets USING leaver WHERE tickets.customer_id = leaver.id",
        (
            "DELETE FROM order_lines USING orders, leaver WHERE order_lines.order_id = orders.id"
            f" AND orders.customer_id = leaver.id AND {closed}"
        ),
        (
            "DELETE FROM payments USING leaver WHERE payments.customer_id = leaver.id"
            f" AND payments.paid_at < '{BOOKS_KEPT_FROM}'"
        ),
        (
            f"DELETE FROM orders USING leaver WHERE orders.customer_id = leaver.id AND {closed}"
            " AND NOT EXISTS (SELECT 1 FROM payments WHERE payments.order_id = orders.id)"
        ),
        (
            "UPDATE orders SET note = NULL FROM leaver WHERE orders.customer_id = leaver.id"
            f" AND {closed} AND orders.note IS NOT NULL"
        ),
        (
            "DELETE FROM customers USING leaver WHERE customers.id = leaver.id"
            " AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)"
        ),
        (
            "UPDATE customers SET name = NULL, email = NULL, phone = NULL FROM leaver WHERE customers.id = leaver.id"
            f" AND NOT {_OPEN}"
        ),
    ]


def _mariadb() -> list[str]:
    closed = "NOT (orders.status <=> 'open')"
    of = "JOIN leaver ON leaver.id = "
    return [
        *(f"DELETE {t} FROM {t} {of}{t}.customer_id" for t in _OF_CUSTOMERS),
        f"DELETE messages FROM messages {of}messages.sender_id",
        f"UPDATE messages {of}messages.recipient_id SET messages.recipient_id = NULL",
        f"DELETE tickets FROM tickets {of}tickets.customer_id",
        (
            f"DELETE order_lines FROM order_lines JOIN orders ON orders.id = order_lines.order_id"
            f" {of}orders.customer_id"
            f" WHERE {closed}"
        ),
        f"DELETE payments FROM payments {of}payments.customer_id WHERE payments.paid_at < '{BOOKS_KEPT_FROM}'",
        (
            f"DELETE orders FROM orders {of}orders.customer_id LEFT JOIN payments ON payments.order_id = orders.id"
            f" WHERE {closed} AND payments.id IS NULL"
        ),
        f"UPDATE orders {of}orders.customer_id SET orders.note = NULL WHERE {closed} AND orders.note IS NOT NULL",
        (
            f"DELETE customers FROM customers {of}customers.id LEFT JOIN orders ON orders.customer_id = customers.id"
            " WHERE orders.id IS NULL"
        ),
        (f"UPDATE customers {of}customers.id SET name = NULL, email = NULL, phone = NULL WHERE NOT {_OPEN}"),
    ]


def _sqlite() -> list[str]:
    closed = "orders.status IS NOT 'open'"
    them = "(SELECT id FROM leaver)"
    return [
        *(f"DELETE FROM {t} WHERE customer_id IN {them}" for t in _OF_CUSTOMERS),
        f"DELETE FROM messages WHERE sender_id IN {them}",
        f"UPDATE messages SET recipient_id = NULL WHERE recipient_id IN {them}",
        f"DELETE FROM tickets WHERE customer_id IN {them}",
        f"DELETE FROM order_lines WHERE order_id IN (SELECT id FROM orders WHERE customer_id IN {them} AND {closed})",
        f"DELETE FROM payments WHERE customer_id IN {them} AND paid_at < '{BOOKS_KEPT_FROM}'",
        (
            f"DELETE FROM orders WHERE customer_id IN {them} AND {closed}"
            " AND NOT EXISTS (SELECT 1 FROM payments WHERE payments.order_id = orders.id)"
        ),
        f"UPDATE orders SET note = NULL WHERE customer_id IN {them} AND {closed} AND note IS NOT NULL",
        (
            f"DELETE FROM customers WHERE id IN {them}"
            " AND NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)"
        ),
        (f"UPDATE customers SET name = NULL, email = NULL, phone = NULL WHERE id IN {them} AND NOT {_OPEN}"),
    ]
