"""Traces that machines write: visits to the website, the security log, and a forgotten export."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.world import FIRST, Row, Rows, World, milliseconds

PATHS = ("/", "/cameras", "/software", "/support", "/support/calibration", "/news", "/jobs", "/downloads/track")
AGENTS = ("Mozilla/5.0 (Windows NT 10.0)", "Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone)", "curl/8.5")


def shortened(address: str) -> str:
    """The network an address belongs to: its first 24 bits, or 48 of IPv6."""
    bits = 24 if ip_address(address).version == 4 else 48
    return str(ip_network(f"{address}/{bits}", strict=False).network_address)


def web_visits(world: World) -> Rows:
    """Three weeks in full, then the network only, for a year. The job that shortened them stopped six weeks ago."""
    rng = world.chance("web_visits")
    for key in range(FIRST, FIRST + world.share(300)):
        ago = rng.randrange(385, 500) if rng.random() < 0.02 else int(360 * rng.random() ** 2)
        yield _visit(rng, world, key, ago)


def _visit(rng: Random, world: World, key: int, ago: int) -> Row:
    address = names.ip(rng)
    full = ago < 42
    known = rng.random() < 0.15
    account = rng.choice(world.accounts)[0] if known and full else None
    return {
        "id": key,
        "account_id": account,
        "ip": address if full else shortened(address),
        "user_agent": rng.choice(AGENTS) if full else None,
        "path": rng.choice(PATHS) if full else None,
        "organisation": world.companies[FIRST + rng.randrange(len(world.companies))] if rng.random() < 0.1 else None,
        "visited_ms": milliseconds(world.at(ago, rng)),
    }


def security_log(world: World) -> Rows:
    """Three weeks. One server's log was left out of the nightly job until last month, so some rows are months old."""
    rng = world.chance("security_log")
    for key in range(FIRST, FIRST + world.share(120)):
        ago = rng.randrange(25, 110) if rng.random() < 0.06 else rng.randrange(20)
        yield _log_row(rng, world, key, ago)


def _log_row(rng: Random, world: World, key: int, ago: int) -> Row:
    account: int | None = None
    address = names.ip(rng)
    tried, event = f"user{rng.randrange(10_000)}", "login refused"
    if rng.random() < 0.6:
        account, tried, _ = rng.choice(world.accounts)
        event = rng.choice(("login", "login", "logout", "password changed"))
    return {
        "id": key,
        "account_id": account,
        "event": event,
        "username_tried": tried,
        "ip": address,
        "country": rng.choice(("SE", "SE", "GB", "DE", "US")),
        "detail": f"{event} from {address}" if rng.random() < 0.2 else None,
        "logged_at": world.at(ago, rng).replace(tzinfo=UTC),
    }


def legacy_export(world: World) -> Rows:
    """A copy of one customer in twenty, in a table that no map names."""
    rng = world.chance("legacy_export")
    made = world.at(1460, rng)
    for key, contact in enumerate((c for c in world.contacts if c.id % 20 == 0), FIRST):
        yield _exported(key, contact.name, contact.email, names.phone(rng), made)


def _exported(key: int, name: str, mail: str, mobile: str, made: datetime) -> Row:
    return {
        "id": key,
        "full_name": name,
        "mail": mail,
        "mobile": mobile,
        "memo": f"{name} <{mail}>",
        "exported_at": made,
    }
