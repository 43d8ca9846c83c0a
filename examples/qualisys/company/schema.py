"""The business system's tables, as an ordinary shop system would have them: some keys declared, some only known."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, ForeignKey, Integer, MetaData, Numeric, String, Table, Text

from examples.qualisys.company.columns import id_, key, mark, undeclared

METADATA = MetaData()

DEMO_COMPANY = mark(METADATA)

COMPANIES = Table(
    "companies",
    METADATA,
    id_(),
    Column("name", String(120), nullable=False),
    Column("organisation_number", String(13), nullable=False),
    Column("trade", String(40), nullable=False),
)

CONTACTS = Table(
    "contacts",
    METADATA,
    id_(),
    key("company_id", "companies"),
    Column("customer_no", String(12), nullable=False, unique=True),
    Column("kind", String(10), nullable=False),
    Column("language", String(2), nullable=False),
    Column("name", String(120)),
    Column("email", String(190), index=True),
    Column("phone", String(30), index=True),
    Column("organisation_number", String(13)),  # of sole traders: their personal number
    Column("birth_date", Date),
    Column("gender", String(10)),
    Column("note", Text),
    Column("created_at", DateTime, nullable=False),
    Column("left_at", DateTime),
)

ADDRESSES = Table(
    "addresses",
    METADATA,
    id_(),
    Column("of_company", Boolean, nullable=False),
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

PARTNERS = Table(
    "partners",
    METADATA,
    id_(),
    Column("name", String(120), nullable=False),
    Column("country", String(2), nullable=False),
)

TENDERS = Table(
    "tenders",
    METADATA,
    id_(),
    key("contact_id", "contacts"),
    key("company_id", "companies"),
    Column("number", String(12), nullable=False, unique=True),
    Column("status", String(10), nullable=False),
    Column("reference", String(120)),
    Column("needs", Text),
    Column("submitted_at", DateTime, nullable=False),
)

ORDERS = Table(
    "orders",
    METADATA,
    id_(),
    key("contact_id", "contacts"),
    key("company_id", "companies"),
    key("delivery_address_id", "addresses"),
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
    id_(),
    key("order_id", "orders", nullable=False, on_delete="CASCADE"),
    Column("product", String(60), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Numeric(12, 2), nullable=False),
    Column("serial_number", String(20)),
    Column("licensed_to", String(120)),
)

DELIVERIES = Table(
    "deliveries",
    METADATA,
    id_(),
    key("order_id", "orders", nullable=False),
    Column("carrier", String(40), nullable=False),
    Column("receiver", String(120)),
    Column("phone", String(30)),
    Column("note", Text),
    Column("sent_at", DateTime, nullable=False),
)

INSTALLATIONS = Table(
    "installations",
    METADATA,
    id_(),
    key("order_id", "orders", nullable=False),
    Column("site_contact", String(120)),
    Column("note", Text),
    Column("installed_on", Date),
)

PAYMENTS = Table(
    "payments",
    METADATA,
    id_(),
    key("order_id", "orders", nullable=False),
    Column("provider", String(20), nullable=False),
    Column("provider_token", String(40)),  # the provider's word for the card; a card number never comes here
    Column("amount", Numeric(12, 2), nullable=False),
    Column("paid_at", DateTime, nullable=False),
)

WARRANTIES = Table(
    "warranties",
    METADATA,
    id_(),
    key("order_id", "orders", nullable=False),
    Column("product", String(60), nullable=False),
    Column("registered_to", String(120)),
    Column("ends_on", Date, nullable=False),
)

CREDIT_CHECKS = Table(
    "credit_checks",
    METADATA,
    id_(),
    key("contact_id", "contacts", nullable=False),
    key("order_id", "orders", nullable=False),
    Column("agency", String(40), nullable=False),
    Column("name", String(120)),
    Column("organisation_number", String(13)),
    Column("result", String(40)),
    Column("checked_on", Date),
    Column("copy_sent_on", Date),
)

FISCAL_YEARS = Table(
    "fiscal_years",
    METADATA,
    id_(),
    Column("label", String(10), nullable=False, unique=True),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
)

INVOICES = Table(
    "invoices",
    METADATA,
    id_(),
    key("contact_id", "contacts", nullable=False),
    undeclared("order_id"),
    key("fiscal_year_id", "fiscal_years", nullable=False),
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
    id_(),
    key("requester_id", "contacts"),
    key("company_id", "companies"),
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
    id_(),
    key("ticket_id", "tickets", nullable=False),
    Column("sender_type", String(10), nullable=False),
    undeclared("sender_id"),
    Column("recipient_type", String(10), nullable=False),
    undeclared("recipient_id"),
    Column("sender_name", String(120)),
    Column("body", Text),
    Column("sent_at", DateTime, nullable=False),
)

COMPLAINTS = Table(
    "complaints",
    METADATA,
    id_(),
    key("contact_id", "contacts", nullable=False),
    key("order_id", "orders"),
    Column("status", String(10), nullable=False),
    Column("name", String(120)),
    Column("description", Text),
    Column("outcome", String(20)),
    Column("opened_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
)

CALL_RECORDINGS = Table(
    "call_recordings",
    METADATA,
    id_(),
    key("contact_id", "contacts", nullable=False),
    key("ticket_id", "tickets"),
    Column("file", String(120)),
    Column("transcript", Text),
    Column("consented_at", DateTime),
    Column("recorded_at", DateTime, nullable=False),
)

PARTNER_CASES = Table(
    "partner_cases",
    METADATA,
    id_(),
    key("contact_id", "contacts", nullable=False),
    key("partner_id", "partners", nullable=False),
    Column("name", String(120)),
    Column("email", String(190)),
    Column("phone", String(30)),
    Column("serial_number", String(20)),
    Column("note", Text),
    Column("shared_at", DateTime, nullable=False),
)

DISPUTES = Table(
    "disputes",
    METADATA,
    id_(),
    key("contact_id", "contacts", nullable=False),
    Column("party_name", String(120)),
    Column("party_email", String(190)),
    Column("party_address", String(250)),
    Column("order_facts", Text),
    Column("correspondence", Text),
    Column("ended_on", Date),
)

PRIVACY_REQUESTS = Table(
    "privacy_requests",
    METADATA,
    id_(),
    Column("kind", String(20), nullable=False),
    Column("name", String(120)),
    Column("email", String(190), index=True),
    Column("received_on", Date, nullable=False),
    Column("answered_on", Date),
)

DISCLOSURES = Table(
    "disclosures",
    METADATA,
    id_(),
    key("contact_id", "contacts"),
    Column("recipient", String(40), nullable=False),
    Column("data", String(120), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("person_name", String(120)),
    Column("disclosed_on", Date, nullable=False),
    Column("approved_by", String(40)),
    Column("legal_reference", String(120)),
)

LEGACY_EXPORT = Table(  # made for a move between systems, years ago; nobody remembers it
    "legacy_export",
    METADATA,
    id_(),
    Column("full_name", String(120)),
    Column("mail", String(190)),
    Column("mobile", String(30)),
    Column("memo", Text),
    Column("exported_at", DateTime),
)
