"""Small schemas and maps for the binding's tests."""

from __future__ import annotations

from typing import Any

import pytest

from tillit.decide.bind import bind
from tillit.model.bound import BoundStore
from tillit.model.errors import Faults
from tillit.model.schema import ColumnInfo, Family, ForeignKey, Schema, TableInfo, Unique
from tillit.policy.parse import parse_all

POLICY = """
tillit: 1
controller: {name: Example AB, country: SE, timezone: Europe/Stockholm, contact: privacy@example.com}
people: {customer: Customers}
information:
  contact: {title: Contact data, parts: {name: Name, email: E-mail, postal_address: Address}}
  communications: {title: Messages}
  technical: {title: Technical data, parts: {ip_address: IP address}}
purposes:
  orders: {clause: "1", title: Orders, basis: contract, data: [contact, communications, technical], keep: until request}
  newsletter:
    clause: "2"
    title: News
    basis: legitimate_interests
    direct_marketing: true
    data: [contact]
    keep: until opt-out
  security:
    clause: "3"
    title: Security
    basis: {legitimate_interests: protection}
    data: [contact, technical, communications]
    keep: {for: 3 weeks}
"""


def column(name: str, family: Family, nullable: bool = False, **rest: Any) -> ColumnInfo:
    return ColumnInfo(name, family, rest.pop("type", family.value), nullable, **rest)


def table(
    name: str, *columns: ColumnInfo, key: tuple[str, ...] = ("id",), uniques: tuple[Unique, ...] = (), **rest: Any
) -> TableInfo:
    indexes = (key, *(unique.columns for unique in uniques), *rest.pop("indexes", ()))
    return TableInfo(name, {c.name: c for c in columns}, key, uniques, indexes=indexes, **rest)


def schema(*tables: TableInfo, keys: tuple[ForeignKey, ...] = (), engine: str = "postgresql", **rest: Any) -> Schema:
    return Schema(engine, {t.name: t for t in tables}, keys, **rest)


def bound(tables: str, of: Schema, head: str = "timezone: UTC", policy: str = POLICY) -> BoundStore:
    text = f"store: crm\nurl: env:CRM_URL\ncountry: SE\n{head}\ntables:{tables}"
    parsed, (store,) = parse_all(("policy.yaml", policy), [("crm.yaml", text)])
    return bind(store, of, parsed)


def fault_texts(tables: str, of: Schema, head: str = "timezone: UTC") -> list[str]:
    with pytest.raises(Faults) as caught:
        bound(tables, of, head)
    return [str(fault) for fault in caught.value.faults]


ID = column("id", Family.INTEGER, type="bigint")
PEOPLE = table("people", ID, column("name", Family.TEXT))
PEOPLE_MAP = """
  people:
    person: {kind: customer}
    columns: {name: contact.name}
    grounds: {orders: {}}
    when_dead: delete
"""


def notes_table(*more: object, **rest: object) -> TableInfo:
    columns = (ID, column("person_id", Family.INTEGER, nullable=True), column("text", Family.TEXT), *more)
    return table("notes", *columns, **rest)  # type: ignore[arg-type]


def notes_map(links: str = "owned_by: {people: person_id}", grounds: str = "{orders: {}}", columns: str = "") -> str:
    return f"""{PEOPLE_MAP}
  notes:
    {links}
    columns: {{text: communications{columns}}}
    grounds: {grounds}
    when_dead: delete
"""
