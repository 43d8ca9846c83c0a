"""The recruitment tool's tables. Its files lie in a folder beside it; rows of `application_files` name them."""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, MetaData, String, Table, Text

from examples.qualisys.company.columns import id_, key, mark

METADATA = MetaData()

DEMO_COMPANY = mark(METADATA)

VACANCIES = Table(
    "vacancies",
    METADATA,
    id_(),
    Column("title", String(80), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
)

APPLICANTS = Table(
    "applicants",
    METADATA,
    id_(),
    Column("name", String(120), nullable=False),
    Column("email", String(190), index=True),
    Column("phone", String(30)),
    Column("birth_date", Date),
    Column("created_at", DateTime, nullable=False),
)

APPLICATIONS = Table(
    "applications",
    METADATA,
    id_(),
    key("applicant_id", "applicants", nullable=False),
    key("vacancy_id", "vacancies"),
    Column("cv", Text),
    Column("letter", Text),
    Column("assessment", Text),
    Column("status", String(10), nullable=False),
    Column("received_at", DateTime, nullable=False),
    Column("decided_on", Date),
    Column("reviewed_on", String(10)),  # the recruitment tool writes dates as text
)

APPLICATION_FILES = Table(
    "application_files",
    METADATA,
    id_(),
    key("application_id", "applications", nullable=False),
    Column("kind", String(10), nullable=False),
    Column("path", String(120)),
    Column("digest", String(64)),
    Column("stored_at", DateTime, nullable=False),
)
