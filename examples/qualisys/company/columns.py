"""Columns that the tables of all four stores are made of."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, MetaData, String, Table


def id_() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


def key(name: str, parent: str, nullable: bool = True, on_delete: str | None = None) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{parent}.id", ondelete=on_delete), nullable=nullable, index=True)


def undeclared(name: str, nullable: bool = True) -> Column[int]:
    """A key the database does not know to be one."""
    return Column(name, Integer, nullable=nullable, index=True)


def mark(metadata: MetaData) -> Table:
    """The mark by which a later build knows that the tables beside it are its own to replace."""
    return Table(
        "demo_company",
        metadata,
        id_(),
        Column("people", Integer, nullable=False),
        Column("seed", Integer, nullable=False),
        Column("today", Date, nullable=False),
        Column("digest", String(64), nullable=False),
    )
