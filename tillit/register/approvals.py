"""Approvals: a policy digest applies only after somebody has approved what it newly lets die, clause by clause."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tillit.register.canonical import canonical
from tillit.register.schema import approval


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which policy digest, when, and the counts of newly dead values per clause they saw."""

    digest: str
    approved_at: datetime
    approved_by: str
    counts: Mapping[str, int]


def approve(conn: sa.Connection, digest: str, counts: Mapping[str, int], approved_by: str, at: datetime) -> None:
    """Records an approval; it is the current one from now on."""
    row = {"digest": digest, "approved_at": at, "approved_by": approved_by, "counts": canonical(dict(counts))}
    conn.execute(sa.insert(approval).values(row))


def current_approval(conn: sa.Connection) -> Approval | None:
    """The latest approval; a policy with another digest must not be applied. None before the first."""
    return next(iter(_approvals(conn, 1)), None)


def approvals(conn: sa.Connection) -> list[Approval]:
    """Every approval, the latest first."""
    return _approvals(conn, None)


def _approvals(conn: sa.Connection, limit: int | None) -> list[Approval]:
    query = sa.select(approval).order_by(approval.c.id.desc()).limit(limit)
    return [
        Approval(row.digest, row.approved_at, row.approved_by, json.loads(row.counts)) for row in conn.execute(query)
    ]
