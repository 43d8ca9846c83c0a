"""The company's tables, as an ordinary shop system would have them: some keys declared, some only known by habit."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
)

METADATA = MetaData()


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=False)


def _key(name: str, parent: str, nullable: bool = True, on_delete: str | None = None) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{parent}.id", ondelete=on_delete), nullable=nullable, index=True)


def _undeclared(name: str, nullable: bool = True) -> Column[int]:
    """A key the database does not know to be one."""
    return Column(name, Integer, nullable=nullable, index=True)


DEMO_COMPANY = Table(  # the mark by which a later build knows that these tables are its own to replace
    "demo_company",
    METADATA,
    _id(),
    Column("people", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("today", Date, nullable=False),
    Column("digest", String(64), nullable=False),
)

COMPANIES = Table(
    "companies",
    METADATA,
    _id(),
    Column("name", String(120), nullable=False),
    Column("trade", String(40), nullable=False),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    _id(),
    _key("company_id", "companies"),
    Column("customer_no", String(12), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("language", String(2), nullable=False),
    Column("name", String(120)),
    Column("email", String(190), index=True),
    Column("phone", String(30), index=True),
    Column("birth_date", Date),
    Column("gender", String(10)),
    Column("note", Text),
    Column("created_at", DateTime, nullable=False),
    Column("left_at", DateTime),
)

ADDRESSES = Table(
    "addresses",
    METADATA,
    _id(),
    Column("street", String(120), nullable=False),
    Column("postcode", String(10), nullable=False),
    Column("city", String(60), nullable=False),
    Column("country", String(2), nullable=False),
)

CONTACT_ADDRESSES = Table(
    "contact_addresses",
    METADATA,
    Column("contact_id", Integer, ForeignKey("contacts.id"), primary_key=True, autoincrement=False),
    Column("address_id", Integer, ForeignKey("addresses.id"), primary_key=True, autoincrement=False, index=True),
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    _id(),
    _key("contact_id", "contacts", nullable=False),
    Column("username", String(190), nullable=False, unique=True),
    Column("password_hash", String(80), nullable=False),
    Column("recovery_phone", String(30)),  # added in a hurry; the map does not know it
    Column("last_ip", String(45)),
    Column("last_login_at", DateTime),
    Column("created_at", DateTime, nullable=False),
)

ORDERS = Table(
    "orders",
    METADATA,
    _id(),
    _key("contact_id", "contacts"),
    _key("company_id", "companies"),
    _key("delivery_address_id", "addresses"),
    Column("number", String(12), nullable=False, unique=True),
    Column("status", String(10), nullable=False),
    Column("recall_relevant", Boolean, nullable=False),
    Column("warranty_until", Date),
    Column("total", Numeric(12, 2), nullable=False),
    Column("reference", String(120)),
    Column("delivery_note", Text),
    Column("ordered_at", DateTime, nullable=False),
    Column("delivered_at", DateTime),
)

ORDER_LINES = Table(
    "order_lines",
    METADATA,
    _id(),
    _key("order_id", "orders", nullable=False, on_delete="CASCADE"),
    Column("product", String(60), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Numeric(12, 2), nullable=False),
    Column("serial_number", String(20)),
    Column("licensed_to", String(120)),
)

FISCAL_YEARS = Table(
    "fiscal_years",
    METADATA,
    _id(),
    Column("label", String(10), nullable=False, unique=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
)

INVOICES = Table(
    "invoices",
    METADATA,
    _id(),
    _key("contact_id", "contacts", nullable=False),
    _undeclared("order_id"),
    _key("fiscal_year_id", "fiscal_years", nullable=False),
    Column("number", String(12), nullable=False, unique=True),
    Column("bill_name", String(120), nullable=False),
    Column("bill_address", String(250)),
    Column("your_reference", String(120)),
    Column("total", Numeric(12, 2), nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("paid_on", Date),
)

TICKETS = Table(
    "tickets",
    METADATA,
    _id(),
    _key("requester_id", "contacts"),
    Column("status", String(10), nullable=False),
    Column("subject", String(200)),
    Column("device_id", String(40)),
    Column("ip_address", String(45)),
    Column("opened_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
)

MESSAGES = Table(
    "messages",
    METADATA,
    _id(),
    _key("ticket_id", "tickets", nullable=False),
    Column("sender_type", String(10), nullable=False),
    _undeclared("sender_id"),
    Column("recipient_type", String(10), nullable=False),
    _undeclared("recipient_id"),
    Column("sender_name", String(120)),
    Column("body", Text),
    Column("sent_at", DateTime, nullable=False),
)

WEB_ENQUIRIES = Table(
    "web_enquiries",
    METADATA,
    _id(),
    Column("email", String(190), index=True),
    Column("name", String(120)),
    Column("message", Text),
    Column("ip_address", String(45)),
    Column("received_at", DateTime),
)

PROSPECTS = Table(
    "prospects",
    METADATA,
    _id(),
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
    _id(),
    _key("contact_id", "contacts", on_delete="SET NULL"),
    _undeclared("prospect_id"),
    Column("topic", String(20), nullable=False),
    Column("email", String(190), nullable=False),
    Column("name", String(120)),
    Column("subscribed_at", DateTime, nullable=False),
    Column("unsubscribed_at", DateTime),
)

EVENTS = Table(
    "events",
    METADATA,
    _id(),
    Column("title", String(120), nullable=False),
    Column("city", String(60), nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("evaluated_on", Date),
)

REGISTRATIONS = Table(
    "registrations",
    METADATA,
    _id(),
    _key("event_id", "events", nullable=False),
    _undeclared("contact_id"),
    _undeclared("prospect_id"),
    Column("name", String(120), nullable=False),
    Column("email", String(190)),
    Column("companion_name", String(120)),
    Column("travel_notes", Text),
    Column("food_restrictions", String(120)),
    Column("came", Boolean),
    Column("registered_at", DateTime, nullable=False),
)

SURVEY_ANSWERS = Table(
    "survey_answers",
    METADATA,
    _id(),
    _undeclared("contact_id", nullable=False),  # 0 = nobody
    Column("survey", String(40), nullable=False),
    Column("score", Integer),
    Column("answer", Text),
    Column("answered_at", DateTime),
)

WEB_VISITS = Table(
    "web_visits",
    METADATA,
    _id(),
    _undeclared("account_id"),
    Column("ip", String(45)),
    Column("user_agent", String(120)),
    Column("path", String(200)),
    Column("organisation", String(120)),
    Column("visited_ms", BigInteger, nullable=False),
)

VACANCIES = Table(
    "vacancies",
    METADATA,
    _id(),
    Column("title", String(80), nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("closed_on", Date),
)

APPLICANTS = Table(
    "applicants",
    METADATA,
    _id(),
    Column("name", String(120), nullable=False),
    Column("email", String(190), index=True),
    Column("phone", String(30)),
    Column("birth_date", Date),
    Column("created_at", DateTime, nullable=False),
)

APPLICATIONS = Table(
    "applications",
    METADATA,
    _id(),
    _key("applicant_id", "applicants", nullable=False),
    _key("vacancy_id", "vacancies"),
    Column("cv", Text),
    Column("letter", Text),
    Column("assessment", Text),
    Column("status", String(10), nullable=False),
    Column("received_at", DateTime, nullable=False),
    Column("decided_on", Date),
    Column("reviewed_on", String(10)),  # the recruitment tool writes dates as text
)

SECURITY_LOG = Table(
    "security_log",
    METADATA,
    _id(),
    _undeclared("account_id"),
    Column("event", String(20), nullable=False),
    Column("username_tried", String(190)),
    Column("ip", String(45)),
    Column("country", String(2)),
    Column("detail", Text),
    Column("logged_at", DateTime(timezone=True), nullable=False),
)

LEGACY_EXPORT = Table(  # made for a move between systems, years ago; nobody remembers it
    "legacy_export",
    METADATA,
    _id(),
    Column("full_name", String(120)),
    Column("mail", String(190)),
    Column("mobile", String(30)),
    Column("memo", Text),
    Column("exported_at", DateTime),
)

# the sweep and the clocks of the large tables read by time
Index("web_visits_visited_ms", WEB_VISITS.c.visited_ms)
Index("security_log_logged_at", SECURITY_LOG.c.logged_at)
