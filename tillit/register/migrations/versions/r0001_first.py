"""The first register: people and their standing, approvals, runs, evidence, requests, the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _people()
    _approvals()
    _runs()
    _evidence_and_requests()
    _journal()


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.Column("closed_by", sa.Uuid),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "person_open",
        "person",
        ["store", "table_name", "key"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("person_closed_by", "person", ["closed_by"])
    op.create_table(
        "standing_event",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("person_id", ROW_ID, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reaches", sa.BigInteger),
        sa.Column("request_id", sa.Uuid),
        sa.Column("run_id", sa.Uuid),
    )
    op.create_index("standing_event_person", "standing_event", ["person_id", "at", "id"])
    op.create_index("standing_event_request", "standing_event", ["request_id"])


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("approved_at", sa.BigInteger, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("counts", sa.Text, nullable=False),
    )


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.Column("policy_digest", sa.Text, nullable=False),
        sa.Column("plan_digest", sa.Text, nullable=False),
        sa.Column("request_id", sa.Uuid),
        sa.Column("undoes", sa.Uuid, sa.ForeignKey("run.id")),
        sa.Column("destroy_by", sa.BigInteger),
        sa.Column("counts", sa.Text, nullable=False),
    )
    op.create_index("run_state", "run", ["state"])
    op.create_table(
        "step",
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("batch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("table_name", sa.Text, primary_key=True),
        sa.Column("action", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("planned", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.BigInteger),
        sa.Column("recovered", sa.Boolean, nullable=False),
        sa.Column("intent_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("closed_at", sa.BigInteger),
    )
    op.create_index("step_state", "step", ["state"])


def _evidence_and_requests() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", ROW_ID, primary_key=True),
        sa.Column("check_name", sa.Text, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("evidence_latest", "evidence", ["check_name", "clause", "subject", "id"])
    op.create_table(
        "request",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("vouched_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.create_index("request_state", "request", ["state", "due_at"])


def _journal() -> None:
    op.create_table(
        "journal_leaf",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text),
        sa.Column("at", sa.BigInteger),
        sa.Column("commitment", sa.LargeBinary, nullable=False),
        sa.Column("salt", sa.LargeBinary),
        sa.Column("body", sa.Text),
    )
    op.create_index("journal_leaf_at", "journal_leaf", ["at"])
    op.create_table(
        "journal_state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("frontier", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "journal_checkpoint",
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
