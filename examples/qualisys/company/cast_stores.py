"""What the known people have beside orders and cases: deliveries and payments, letters, logins, places, cookies."""

from __future__ import annotations

from datetime import timedelta

from examples.qualisys.company.cast import ASTRID, ASTRID_PHONE, HOMES, ORDERS, ORJAN
from examples.qualisys.company.happenings import UPCOMING
from examples.qualisys.company.world import FIRST, Row, World, noon

NAMES = {1: "Astrid Lindqvist", 3: "Björn Lindqvist", 4: "Astrid Lindqvist", 5: "Örjan Åkesson"}
MAILS = {
    1: ASTRID,
    2: " Astrid.Lindqvist@Example.com ",
    3: "bjorn.lindqvist@example.com",
    4: "astrid.lindqvist@example.org",
    5: ORJAN,
}


def rows(world: World) -> dict[str, list[Row]]:
    """Rows by table, with keys below 50."""
    return {
        "tenders": [_tender(world)],
        **_of_orders(world),
        "complaints": [_complaint(world)],
        "call_recordings": [_recording(world)],
        "partner_cases": [_partner_case(world)],
        "disclosures": [_disclosure(world)],
        "readers": [_reader(world, key) for key in MAILS],
        "sends": [_send(world, key) for key in (1, 2)],
        "travel_bookings": [_booking(world, key, event) for key, event in ((1, UPCOMING), (2, UPCOMING + 4))],
        "logins": [_login(world, key, ago) for key, ago in ((1, 2), (2, 70))],
        "downloads": [_download(world, key, ago) for key, ago in ((1, 9), (2, 400))],
        "devices": [_device(world, 1, on=True), _device(world, 3, on=False)],
        "locations": [_place(world, 1, 1, 5), _place(world, 2, 3, 50)],  # Björn's setting is off, and was on
        "visitors": [_visitor(world)],
        "legacy_export": _legacy_export(world),
    }


def _of_orders(world: World) -> dict[str, list[Row]]:
    """A delivery, a payment and a warranty for each of their orders that has come."""
    made: dict[str, list[Row]] = {"deliveries": [], "payments": [], "warranties": [], "installations": []}
    for key, contact, ago, status in ORDERS:
        if status != "delivered":
            continue
        base: Row = {"id": key, "order_id": key}
        made["deliveries"].append(
            {
                **base,
                "carrier": "Exempelfrakt AB",
                "receiver": NAMES[contact],
                "phone": ASTRID_PHONE if contact == 1 else None,
                "note": None,
                "sent_at": noon(world.day(ago - 5)),
            }
        )
        if HOMES[contact] != 2:
            token: Row = {"provider": "dibs", "provider_token": f"tok_{key:024x}", "amount": 24_000}
            made["payments"].append(base | token | {"paid_at": noon(world.day(ago))})
        ends = world.day(ago - 8) + timedelta(days=365)
        who: Row = {"product": "Track licence", "registered_to": NAMES[contact]}
        made["warranties"].append(base | who | {"ends_on": ends})
        if key == 2:
            site: Row = {"site_contact": NAMES[contact], "note": "Key with the neighbour."}
            made["installations"].append(base | site | {"installed_on": world.day(ago - 20)})
    return made


def _tender(world: World) -> Row:
    return {
        "id": 1,
        "contact_id": 1,
        "company_id": None,
        "number": "T00000001",
        "status": "won",
        "reference": None,
        "needs": "Two cameras for dance.",
        "submitted_at": noon(world.day(1210)),
    }


def _complaint(world: World) -> Row:
    return {
        "id": 1,
        "contact_id": 1,
        "order_id": 2,
        "status": "closed",
        "name": "Astrid Lindqvist",
        "description": "The licence came late.",
        "outcome": "refunded",
        "opened_at": noon(world.day(470)),
        "closed_at": noon(world.day(460)),
    }


def _recording(world: World) -> Row:
    return {
        "id": 1,
        "contact_id": 1,
        "ticket_id": 1,
        "file": "calls/1.ogg",
        "transcript": "Hello, Astrid Lindqvist here.",
        "consented_at": noon(world.day(30)),
        "recorded_at": noon(world.day(30)),
    }


def _partner_case(world: World) -> Row:
    return {
        "id": 1,
        "contact_id": 1,
        "partner_id": FIRST,
        "name": "Astrid Lindqvist",
        "email": ASTRID,
        "phone": ASTRID_PHONE,
        "serial_number": "SN-00000001",
        "note": "Please call her.",
        "shared_at": noon(world.day(300)),
    }


def _disclosure(world: World) -> Row:
    return {
        "id": 1,
        "contact_id": 1,
        "recipient": "distributors",
        "data": "contact.telephone",
        "purpose": "partner_support",
        "person_name": "Astrid Lindqvist",
        "approved_by": None,
        "legal_reference": None,
        "disclosed_on": world.day(300),
    }


def _reader(world: World, key: int) -> Row:
    return {
        "id": key,
        "customer_no": f"Q{key:07d}",
        "kind": "business" if key == 4 else "private",
        "name": NAMES.get(key, "ASTRID  LINDQVIST"),
        "email": MAILS[key],
        "created_at": noon(world.day(2000 - key)),
    }


def _send(world: World, key: int) -> Row:
    return {
        "id": key,
        "campaign_id": FIRST + 2 * key,
        "contact_id": 1,
        "prospect_id": None,
        "reader": "customer",
        "message": "newsletters",
        "email": ASTRID,
        "sent_at": noon(world.day(10 + 60 * key)),
        "opened_at": noon(world.day(9 + 60 * key)),
        "replied_at": None,
    }


def _booking(world: World, key: int, event: int) -> Row:
    return {
        "id": key,
        "registration_id": key,
        "event_id": event,
        "hotel": "Hotel Storby",
        "guest": "Astrid Lindqvist",
        "wishes": "A quiet room.",
        "booked_at": noon(world.day(70)),
    }


def _login(world: World, key: int, ago: int) -> Row:
    at = noon(world.day(ago))
    return {"id": key, "account_id": 1, "method": "password", "ip": "192.0.2.17", "logged_in_at": at}


def _download(world: World, key: int, ago: int) -> Row:
    ip = "192.0.2.17" if ago < 20 else None
    row: Row = {"id": key, "account_id": 1, "known": True, "file": "calibration-guide.pdf"}
    return row | {"ip": ip, "fetched_at": noon(world.day(ago))}


def _device(world: World, account: int, *, on: bool) -> Row:
    return {
        "id": account,
        "account_id": account,
        "device": f"app-{account:010x}",
        "carrier": "Exempeltele",
        "location_on": on,
        "location_set_at": noon(world.day(60)),
    }


def _place(world: World, key: int, device: int, ago: int) -> Row:
    return {"id": key, "device_id": device, "place": "near Storby", "located_at": noon(world.day(ago))}


def _visitor(world: World) -> Row:
    return {
        "id": 1,
        "account_id": 1,
        "session": "sastrid",
        "visitor": "vastrid",
        "choices": "language=sv",
        "agreed_to_choices_at": noon(world.day(40)),
        "agreed_to_statistics_at": None,
        "visited_at": noon(world.day(0)),
    }


def _legacy_export(world: World) -> list[Row]:
    return [
        {
            "id": 1,
            "full_name": "Lindqvist, Astrid",
            "mail": ASTRID,
            "mobile": ASTRID_PHONE,
            "memo": "moved from the old system",
            "exported_at": noon(world.day(1460)),
        },
        {
            "id": 2,
            "full_name": "Åkesson, Örjan",
            "mail": ORJAN,
            "mobile": "+46701740607",
            "memo": None,
            "exported_at": None,
        },
    ]
