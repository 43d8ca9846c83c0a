"""The marketing system's tables: who is written to, what was sent, who came, what they answered."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, String, Table, Text

from examples.qualisys.company.columns import id_, key, mark, undeclared

METADATA = MetaData()

DEMO_COMPANY = mark(METADATA)

READERS = Table(
    "readers",
    METADATA,
    id_(),
    Column("customer_no", String(12), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("name", String(120)),
    Column("email", String(190), index=True),
    Column("created_at", DateTime, nullable=False),
)

PROSPECTS = Table(
    "prospects",
    METADATA,
    id_(),
    Column("name", String(120)),
    Column("email", String(190), index=True),
    Column("phone", String(30)),
    Column("company_name", String(120)),
    Column("note", Text),
    Column("created_at", DateTime, nullable=False),
    Column("last_response_at", DateTime),
)

NEWSLETTER_SUBSCRIPTIONS = Table(
    "newsletter_subscriptions",
    METADATA,
    id_(),
    key("contact_id", "readers", on_delete="SET NULL"),
    undeclared("prospect_id"),
    Column("topic", String(20), nullable=False),
    Column("email", String(190), nullable=False),
    Column("name", String(120)),
    Column("subscribed_at", DateTime, nullable=False),
    Column("unsubscribed_at", DateTime),
)

DO_NOT_CONTACT = Table(
    "do_not_contact",
    METADATA,
    id_(),
    Column("address_hash", String(64), nullable=False, unique=True),
    Column("channel", String(10), nullable=False),
    Column("opted_out_on", Date),
)

SEGMENTS = Table(
    "segments",
    METADATA,
    id_(),
    Column("name", String(40), nullable=False),
    Column("question", String(120), nullable=False),
    Column("size", Integer, nullable=False),
    Column("counted_on", Date, nullable=False),
)

SEGMENT_MEMBERS = Table(  # made for one campaign, against the rule that segments name nobody
    "segment_members",
    METADATA,
    id_(),
    key("segment_id", "segments", nullable=False),
    key("reader_id", "readers", nullable=False),
    Column("score", String(10)),
)

COMBINATION_JOBS = Table(
    "combination_jobs",
    METADATA,
    id_(),
    Column("job", String(40), nullable=False),
    Column("data", String(120), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("approved_by", String(40)),
    Column("ran_on", Date, nullable=False),
)

CAMPAIGNS = Table(
    "campaigns",
    METADATA,
    id_(),
    Column("title", String(80), nullable=False),
    Column("message", String(20), nullable=False),
    Column("promotional", Boolean, nullable=False),
    Column("sent_on", Date, nullable=False),
)

SENDS = Table(
    "sends",
    METADATA,
    id_(),
    key("campaign_id", "campaigns", nullable=False),
    undeclared("contact_id"),
    undeclared("prospect_id"),
    Column("reader", String(10), nullable=False),  # 'customer' or 'prospect'
    Column("message", String(20), nullable=False),
    Column("email", String(190)),
    Column("sent_at", DateTime, nullable=False),
    Column("opened_at", DateTime),
    Column("replied_at", DateTime),
)

EVENTS = Table(
    "events",
    METADATA,
    id_(),
    Column("title", String(120), nullable=False),
    Column("city", String(60), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("evaluated_on", Date),
)

REGISTRATIONS = Table(
    "registrations",
    METADATA,
    id_(),
    key("event_id", "events", nullable=False),
    undeclared("contact_id"),
    undeclared("prospect_id"),
    Column("name", String(120), nullable=False),
    Column("email", String(190)),
    Column("companion_name", String(120)),
    Column("travel_notes", Text),
    Column("food_restrictions", String(120)),
    Column("food_consent_at", DateTime),
    Column("came", Boolean),
    Column("registered_at", DateTime, nullable=False),
)

TRAVEL_BOOKINGS = Table(
    "travel_bookings",
    METADATA,
    id_(),
    key("registration_id", "registrations", nullable=False),
    key("event_id", "events", nullable=False),
    Column("hotel", String(60), nullable=False),
    Column("guest", String(120)),
    Column("wishes", Text),
    Column("booked_at", DateTime, nullable=False),
)

SURVEY_ANSWERS = Table(
    "survey_answers",
    METADATA,
    id_(),
    undeclared("contact_id", nullable=False),  # 0 = nobody
    Column("survey", String(40), nullable=False),
    Column("score", Integer),
    Column("answer", Text),
    Column("answered_at", DateTime),
)
