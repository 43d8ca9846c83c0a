"""The tables of the register, as SQLAlchemy Core. The migrations make them; a test compares the two.

Times are microseconds since 1970-01-01 UTC, exact and in order on every engine. JSON is canonical text.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

HEAD = "0003"  # the newest revision this code knows; a test holds it against the migrations
VERSION_TABLE = "tillit_version"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LATEST = datetime.max.replace(tzinfo=UTC)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC. A naive time is a fault of the caller and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone reached the register; pass an aware datetime")
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The aware UTC time; beyond the years 1 to 9999 (an unlimited end in a western zone) the nearest that exists."""
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        return _LATEST if value > 0 else _EARLIEST


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as whole microseconds."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_microseconds(value)


RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite numbers only INTEGER keys by itself

metadata = sa.MetaData()

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("table_name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("closed_by", sa.Uuid),
    sa.Index(
        "person_open",
        "store",
        "table_name",
        "key",
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
    sa.Index("person_closed_by", "closed_by"),
)

standing_event = sa.Table(
    "standing_event",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("person_id", RowId, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),  # the purpose, or the reason code of a hold
    sa.Column("at", Moment, nullable=False),
    sa.Column("reaches", Moment),  # an end kills rows created by then
    sa.Column("request_id", sa.Uuid),
    sa.Column("run_id", sa.Uuid),
    sa.Column("source", sa.Text),  # of a consent and its withdrawal: how and where (Art. 7(1))
    sa.Column("text_version", sa.Text),
    sa.Column("recorded_by", sa.Text),
    sa.Index("standing_event_person", "person_id", "at", "id"),
    sa.Index("standing_event_request", "request_id"),
)

approval = sa.Table(
    "approval",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("approved_at", Moment, nullable=False),
    sa.Column("approved_by", sa.Text, nullable=False),
    sa.Column("counts", sa.Text, nullable=False),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("policy_digest", sa.Text, nullable=False),
    sa.Column("plan_digest", sa.Text, nullable=False),
    sa.Column("request_id", sa.Uuid),
    sa.Column("undoes", sa.Uuid, sa.ForeignKey("run.id")),
    sa.Column("destroy_by", Moment),
    sa.Column("counts", sa.Text, nullable=False),
    sa.Index("run_state", "state"),
)

step = sa.Table(
    "step",
    metadata,
    sa.Column("run_id", sa.Uuid, sa.ForeignKey("run.id"), primary_key=True),
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("planned", sa.BigInteger, nullable=False),
    sa.Column("rows", sa.BigInteger),
    sa.Column("recovered", sa.Boolean, nullable=False),
    sa.Column("intent_at", Moment, nullable=False),
    sa.Column("removed_at", Moment),
    sa.Column("closed_at", Moment),
    sa.Index("step_state", "state"),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("id", RowId, primary_key=True),
    sa.Column("check_name", sa.Text, nullable=False),
    sa.Column("clause", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("count", sa.BigInteger),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("evidence_latest", "check_name", "clause", "subject", "id"),
)

request = sa.Table(
    "request",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("vouched_by", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("close_reason", sa.Text),  # a code: why it was closed with something left
    sa.Column("closed_by", sa.Text),
    sa.Index("request_state", "state", "due_at"),
)

journal_leaf = sa.Table(
    "journal_leaf",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text),  # as in the body, and erased with it
    sa.Column("at", Moment),
    sa.Column("commitment", sa.LargeBinary, nullable=False),
    sa.Column("salt", sa.LargeBinary),
    sa.Column("body", sa.Text),
    sa.Index("journal_leaf_at", "at"),
)

journal_state = sa.Table(
    "journal_state",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),  # always 1
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("frontier", sa.LargeBinary, nullable=False),
)

journal_checkpoint = sa.Table(
    "journal_checkpoint",
    metadata,
    sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

pause = sa.Table(
    "pause",
    metadata,
    sa.Column("store", sa.Text, primary_key=True),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
)
