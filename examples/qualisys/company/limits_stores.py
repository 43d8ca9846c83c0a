"""The pairs of `limits` for the storage periods of the later tables: three days inside, three days past, undated."""

from __future__ import annotations

from datetime import date, timedelta

from examples.qualisys.company import names
from examples.qualisys.company.limits import KEYS, PAIRS, UNDATED, VERA, sides
from examples.qualisys.company.world import FIRST, Row, World, months_before, noon

EMAIL = "vera.gransfors@example.com"
NAME = "Vera Gränsfors"


def rows(world: World) -> dict[str, list[Row]]:
    """Rows by table, with keys from 51 up to `FIRST`."""

    def pair(months: int = 0, days: int = 0) -> list[tuple[int, date]]:
        return list(zip(KEYS, sides(world, months, days), strict=True))

    def dated(months: int) -> list[tuple[int, date | None]]:
        return list(zip(UNDATED, (*sides(world, months), None), strict=True))

    return {
        "credit_checks": [_credit(key, day) for key, day in dated(3)],
        "complaints": [_complaint(key, day) for key, day in dated(36)],
        "call_recordings": [_recording(key, day) for key, day in pair(3)],
        "disputes": [_dispute(key, day) for key, day in dated(12)],
        "privacy_requests": [_request(world, key, day) for key, day in dated(36)],
        "disclosures": [_disclosure(key, day) for key, day in pair(36)],
        "readers": [_reader(world)],
        "do_not_contact": [_opt_out(key, day) for key, day in dated(120)],
        "sends": [_send(key, day) for key, day in pair(24)],
        "travel_bookings": [_booking(world, key) for key in PAIRS[1]],
        "accounts": [_account(world)],
        "logins": [_login(key, day) for key, day in pair(days=21)],
        "downloads": [_download(key, day) for key, day in pair(days=21)],
        "devices": [_device(world)],
        "locations": [_place(key, day) for key, day in pair(3)],
        "visitors": _visitors(world),
    }


def _credit(key: int, day: date | None) -> Row:
    return {
        "id": key,
        "contact_id": VERA,
        "order_id": 51,
        "agency": "Exempelkredit AB",
        "name": NAME,
        "organisation_number": None,
        "result": "approved",
        "checked_on": day,
        "copy_sent_on": day,
    }


def _complaint(key: int, day: date | None) -> Row:
    return {
        "id": key,
        "contact_id": VERA,
        "order_id": None,
        "status": "closed",
        "name": NAME,
        "description": "At the limit.",
        "outcome": "refused",
        "opened_at": noon(day or date(2020, 1, 1)),
        "closed_at": noon(day) if day else None,
    }


def _recording(key: int, day: date) -> Row:
    return {
        "id": key,
        "contact_id": VERA,
        "ticket_id": None,
        "file": f"calls/{key}.ogg",
        "transcript": "Soon to be gone.",
        "consented_at": noon(day),
        "recorded_at": noon(day),
    }


def _dispute(key: int, day: date | None) -> Row:
    return {
        "id": key,
        "contact_id": VERA,
        "party_name": NAME,
        "party_email": EMAIL,
        "party_address": "Parkgatan 3, 505 50 Granfors",
        "order_facts": "On the edge.",
        "correspondence": "None.",
        "ended_on": day,
    }


def _request(world: World, key: int, day: date | None) -> Row:
    received = day - timedelta(days=20) if day else world.day(12)
    return {"id": key, "kind": "access", "name": NAME, "email": EMAIL, "received_on": received, "answered_on": day}


def _disclosure(key: int, day: date) -> Row:
    return {
        "id": key,
        "contact_id": VERA,
        "recipient": "transport",
        "data": "contact.postal_address",
        "purpose": "orders",
        "person_name": NAME,
        "approved_by": None,
        "legal_reference": None,
        "disclosed_on": day,
    }


def _reader(world: World) -> Row:
    return {
        "id": VERA,
        "customer_no": f"Q{VERA:07d}",
        "kind": "private",
        "name": NAME,
        "email": EMAIL,
        "created_at": noon(months_before(world.today, 130)),
    }


def _opt_out(key: int, day: date | None) -> Row:
    return {"id": key, "address_hash": f"{key:064x}", "channel": "email", "opted_out_on": day}


def _send(key: int, day: date) -> Row:
    """To the prospect who answers."""
    return {
        "id": key,
        "campaign_id": FIRST + 1,
        "contact_id": None,
        "prospect_id": 51,
        "reader": "prospect",
        "message": "invitations",
        "email": "vilgot51@prospects.example",
        "sent_at": noon(day),
        "opened_at": noon(day),
        "replied_at": None,
    }


def _booking(world: World, key: int) -> Row:
    return {
        "id": key,
        "registration_id": key,
        "event_id": key,
        "hotel": "Hotel Granfors",
        "guest": NAME,
        "wishes": "Two nights.",
        "booked_at": noon(months_before(world.today, 4)),
    }


def _account(world: World) -> Row:
    return {
        "id": VERA,
        "customer_no": f"Q{VERA:07d}",
        "kind": "private",
        "username": EMAIL,
        "password_hash": names.password_hash(VERA),
        "recovery_phone": None,
        "country": "SE",
        "last_page": "/support",
        "last_ip": None,
        "last_login_at": noon(world.day(18)),
        "created_at": noon(months_before(world.today, 60)),
    }


def _login(key: int, day: date) -> Row:
    return {"id": key, "account_id": VERA, "method": "app", "ip": "198.51.100.50", "logged_in_at": noon(day)}


def _download(key: int, day: date) -> Row:
    """By nobody known: with the time it goes."""
    return {
        "id": key,
        "account_id": None,
        "known": False,
        "file": "track-installer.exe",
        "ip": "198.51.100.50",
        "fetched_at": noon(day),
    }


def _device(world: World) -> Row:
    return {
        "id": VERA,
        "account_id": VERA,
        "device": f"app-{VERA:010x}",
        "carrier": None,
        "location_on": True,
        "location_set_at": noon(months_before(world.today, 6)),
    }


def _place(key: int, day: date) -> Row:
    return {"id": key, "device_id": VERA, "place": "near Granfors", "located_at": noon(day)}


def _visitors(world: World) -> list[Row]:
    """51 and 52 around six months (choices), 53 and 54 around three weeks (statistics), 55 and 56 around a day."""
    choices, statistics = sides(world, months=6), sides(world, days=21)

    def visitor(key: int, day: date, column: str) -> Row:
        return {
            "id": key,
            "account_id": None,
            "session": f"s{key}" if column == "session" else None,
            "visitor": f"v{key}" if column == "visitor" else None,
            "choices": "language=en" if column == "choices" else None,
            "agreed_to_choices_at": noon(day) if column == "choices" else None,
            "agreed_to_statistics_at": noon(day) if column == "visitor" else None,
            "visited_at": noon(day),
        }

    return [
        *(visitor(key, day, "choices") for key, day in zip(PAIRS[0], choices, strict=True)),
        *(visitor(key, day, "visitor") for key, day in zip(PAIRS[1], statistics, strict=True)),
        *(visitor(key, day, "session") for key, day in zip(PAIRS[2], (world.today, world.day(4)), strict=True)),
    ]
