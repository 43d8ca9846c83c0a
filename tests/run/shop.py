"""A small shop in one database on any engine, as a project in a folder: what carrying out plans is tested on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from tests.connectors.support import run
from tillit.connectors.sql.connect import open_engine
from tillit.run.memory import Memory
from tillit.run.stores import OpenStore
from tillit.service.project import Project, load, open_stores, remembering

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

POLICY = """
tillit: 1
controller: {name: Example AB, country: SE, timezone: Europe/Stockholm}
people: {customer: Customers}
information:
  contact: {title: Contact data, parts: {name: Name, email: E-mail, phone: Phone}}
  messages: {title: Messages}
  technical: {title: Technical data, parts: {ip: IP address}}
clauses:
  "9": {title: Something that no data is mapped to}
purposes:
  orders:
    clause: "1"
    title: Handle orders
    basis: contract
    data: [contact, messages]
    keep: until goodbye or request
  books:
    clause: "2"
    title: Keep the books
    basis: {legal_obligation: se/bokforingslagen-7-2}
    data: [contact.name]
    keep: {for: 7 years, after: end of the calendar year}
  security:
    clause: "3"
    title: Keep intruders out
    basis: {legitimate_interests: safe systems}
    overrides_erasure: security
    data: [technical.ip]
    keep: {for: 3 weeks, tolerance: 2 days}
"""

MAP = """
store: shop
url: env:SHOP_URL
country: SE
timezone: UTC
unmapped: [products]
tables:
  contacts:
    person: {kind: customer, identified_by: {email: email, phone: phone}}
    columns: {name: contact.name, email: contact.email, phone: contact.phone}
    grounds:
      orders: {while: "exists(orders, status = 'open')"}
  orders:
    owned_by: {contact: {table: contacts, column: contact_id}}
    columns: {note: messages, status: not_personal}
    when_dead: delete
    grounds:
      orders: {while: "status = 'open'"}
  invoices:
    owned_by: {contact: {table: contacts, column: contact_id}}
    columns: {bill_name: contact.name, total: not_personal, issued: not_personal}
    when_dead: delete
    grounds:
      books: {since: issued}
  logins:
    owned_by: {contact: {table: contacts, column: contact_id}}
    columns: {ip: technical.ip, at: not_personal}
    when_dead: delete
    grounds:
      security: {since: at}
"""

DDL = """
CREATE TABLE products (id INTEGER PRIMARY KEY, name VARCHAR(50));
CREATE TABLE contacts (id INTEGER PRIMARY KEY, name VARCHAR(90), email VARCHAR(90), phone VARCHAR(30));
CREATE TABLE orders (id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), note VARCHAR(90),
    status VARCHAR(20));
CREATE TABLE invoices (id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), bill_name VARCHAR(90),
    total INTEGER, issued DATE);
CREATE TABLE logins (id INTEGER PRIMARY KEY, contact_id INTEGER REFERENCES contacts (id), ip VARCHAR(40),
    at TIMESTAMP NULL);
INSERT INTO products VALUES (1, 'Pump'), (2, 'Valve');
INSERT INTO contacts VALUES
    (1, 'Linnea Berg', 'linnea.berg@example.com', '070-1740601'),
    (2, 'Erik Ek', 'erik.ek@example.com', '070-1740602'),
    (3, 'Örjan Öst', 'orjan.ost@example.com', NULL),
    (4, 'Open Olsson', 'open.olsson@example.com', '070-1740604');
INSERT INTO orders VALUES
    (10, 1, 'Leave it with Linnea Berg', 'done'), (11, 1, NULL, 'done'),
    (12, 2, 'Ring twice', 'done'), (13, 4, 'Soon', 'open');
INSERT INTO invoices VALUES
    (20, 1, 'Linnea Berg', 100, '2024-05-01'), (21, 2, 'Erik Ek', 200, '2010-05-01'),
    (22, 3, 'Örjan Öst', 300, '2025-05-01');
INSERT INTO logins VALUES
    (30, 1, '198.51.100.1', '2026-11-20 10:00:00'), (31, 1, '198.51.100.1', '2026-01-20 10:00:00'),
    (32, 2, '198.51.100.2', '2026-02-20 10:00:00'), (33, 3, '198.51.100.3', '2026-10-31 10:00:00'),
    (34, NULL, '198.51.100.4', NULL);
"""

SWEPT = {("shop", "invoices", "delete"): 1, ("shop", "logins", "delete"): 3}
"""What the first sweep removes."""


@dataclass(frozen=True)
class Shop:
    """The project's folder and its database."""

    folder: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        return {"SHOP_URL": self.url, "TILLIT_HOME": str(self.folder / "home")}

    @property
    def project(self) -> Project:
        return load(self.folder)

    @contextmanager
    def opened(self) -> Iterator[tuple[Project, Memory, list[OpenStore]]]:
        project = self.project
        with open_stores(project, self.environment) as stores, remembering(project, self.environment) as memory:
            yield project, memory, stores

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything in the database."""
        engine = open_engine(self.url)
        found = {}
        with engine.connect() as conn:
            for table in ("products", "contacts", "orders", "invoices", "logins"):
                found[table] = [tuple(row) for row in conn.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id")]
            conn.rollback()
        engine.dispose()
        return found

    def execute(self, *statements: str) -> None:
        engine = sa.create_engine(self.url)
        with engine.begin() as conn:
            for statement in statements:
                conn.exec_driver_sql(statement)
        engine.dispose()


def new_shop(folder: Path, url: str, policy: str = POLICY, map_: str = MAP) -> Shop:
    """A shop with its customers, in an empty database."""
    (folder / "stores").mkdir(parents=True, exist_ok=True)
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    (folder / "stores" / "shop.yaml").write_text(map_, encoding="utf-8")
    run(url, DDL)
    return Shop(folder, url)
