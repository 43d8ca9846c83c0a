"""The tables of the website and of our software's services: logins, visits, logs, cookies, devices."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, MetaData, String, Table, Text

from examples.qualisys.company.columns import id_, key, mark, undeclared

METADATA = MetaData()

DEMO_COMPANY = mark(METADATA)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    id_(),
    Column("customer_no", String(12), index=True),
    Column("kind", String(10), nullable=False),
    Column("username", String(190), nullable=False, unique=True),
    Column("password_hash", String(120), nullable=False),
    Column("recovery_phone", String(30)),  # added in a hurry; the map does not know it
    Column("country", String(2)),
    Column("last_page", String(200)),
    Column("last_ip", String(45)),
    Column("last_login_at", DateTime),
    Column("created_at", DateTime, nullable=False),
)

LOGINS = Table(
    "logins",
    METADATA,
    id_(),
    key("account_id", "accounts", nullable=False),
    Column("method", String(20)),
    Column("ip", String(45)),
    Column("logged_in_at", DateTime, nullable=False),
)

DOWNLOADS = Table(
    "downloads",
    METADATA,
    id_(),
    undeclared("account_id"),
    Column("known", Boolean, nullable=False),  # fetched while logged in
    Column("file", String(80)),
    Column("ip", String(45)),
    Column("fetched_at", DateTime, nullable=False),
)

WEB_VISITS = Table(
    "web_visits",
    METADATA,
    id_(),
    undeclared("account_id"),
    Column("ip", String(45)),
    Column("user_agent", String(120)),
    Column("path", String(200)),
    Column("organisation", String(120)),
    Column("visited_ms", BigInteger, nullable=False),
)

SECURITY_LOG = Table(
    "security_log",
    METADATA,
    id_(),
    undeclared("account_id"),
    Column("event", String(20), nullable=False),
    Column("username_tried", String(190)),
    Column("ip", String(45)),
    Column("country", String(2)),
    Column("detail", Text),
    Column("logged_at", DateTime(timezone=True), nullable=False),
)

WEB_ENQUIRIES = Table(
    "web_enquiries",
    METADATA,
    id_(),
    Column("email", String(190), index=True),
    Column("name", String(120)),
    Column("message", Text),
    Column("ip_address", String(45)),
    Column("received_at", DateTime),
)

VISITORS = Table(
    "visitors",
    METADATA,
    id_(),
    undeclared("account_id"),
    Column("session", String(40), index=True),
    Column("visitor", String(40), index=True),
    Column("choices", String(80)),
    Column("agreed_to_choices_at", DateTime),
    Column("agreed_to_statistics_at", DateTime),
    Column("visited_at", DateTime, nullable=False),
)

DEVICES = Table(
    "devices",
    METADATA,
    id_(),
    key("account_id", "accounts", nullable=False),
    Column("device", String(40)),
    Column("carrier", String(40)),
    Column("location_on", Boolean, nullable=False, default=False),
    Column("location_set_at", DateTime),
)

LOCATIONS = Table(
    "locations",
    METADATA,
    id_(),
    key("device_id", "devices", nullable=False),
    Column("place", String(60)),
    Column("located_at", DateTime, nullable=False),
)

# the sweep and the clocks of the large tables read by time
Index("web_visits_visited_ms", WEB_VISITS.c.visited_ms)
Index("security_log_logged_at", SECURITY_LOG.c.logged_at)
