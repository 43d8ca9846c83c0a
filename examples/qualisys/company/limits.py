"""Two rows for every storage period: one three days inside it, one three days past it; and a few without a date.

They belong to Vera Gränsfors, whose only business with the company is to stand on both sides of every limit.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta

from examples.qualisys.company.world import FIRST, Row, World, milliseconds, months_before, noon

VERA = 11
KEYS = (51, 52)  # within the period, past it
UNDATED = (*KEYS, 53)  # and one that nobody dated
PAIRS = ((51, 52), (53, 54), (55, 56))


def sides(world: World, months: int = 0, days: int = 0) -> tuple[date, date]:
    """A start whose period still runs for three days, and one whose period ended three days ago."""
    edge = months_before(world.today, months) - timedelta(days=days)
    return edge + timedelta(days=3), edge - timedelta(days=3)


def rows(world: World) -> dict[str, list[Row]]:
    """Rows by table, with keys from 51 up to `FIRST`."""
    return {
        "contacts": [_vera(world)],
        "orders": [_order(key, day) for key, day in zip(KEYS, sides(world, months=120), strict=True)],
        "order_lines": [_line(key) for key in KEYS],
        "invoices": [_invoice(world, key, past) for key, past in zip(KEYS, (7, 8), strict=True)],
        "tickets": _tickets(world),
        "messages": [_message(key, day) for key, day in zip(KEYS, sides(world, months=36), strict=True)],
        "web_enquiries": [_enquiry(*at) for at in zip(UNDATED, (*sides(world, months=12), None), strict=True)],
        "events": _events(world),
        "registrations": [_registration(world, key) for pair in PAIRS for key in pair],
        "prospects": _prospects(world),
        "survey_answers": [_answer(*at) for at in zip(UNDATED, (*sides(world, months=24), None), strict=True)],
        "web_visits": _visits(world),
        "applicants": [_applicant(world, key) for pair in PAIRS for key in pair],
        "applications": _applications(world),
        "security_log": [_entry(key, day) for key, day in zip(KEYS, sides(world, days=21), strict=True)],
    }


def _vera(world: World) -> Row:
    return {
        "id": VERA,
        "company_id": None,
        "customer_no": f"Q{VERA:07d}",
        "kind": "private",
        "language": "sv",
        "name": "Vera Gränsfors",
        "email": "vera.gransfors@example.com",
        "phone": "070-1740650",
        "organisation_number": None,
        "birth_date": None,
        "gender": None,
        "note": None,
        "created_at": noon(months_before(world.today, 130)),
        "left_at": None,
    }


def _order(key: int, delivered: date) -> Row:
    return {
        "id": key,
        "contact_id": VERA,
        "company_id": None,
        "delivery_address_id": None,
        "number": f"O{key:08d}",
        "status": "delivered",
        "recall_relevant": True,
        "warranty_until": delivered + timedelta(days=365),
        "total": 1900,
        "reference": "Vera Gränsfors",
        "delivery_note": None,
        "ordered_at": noon(delivered - timedelta(days=9)),
        "delivered_at": noon(delivered),
    }


def _line(key: int) -> Row:
    return {
        "id": key,
        "order_id": key,
        "product": "Charger C2",
        "quantity": 1,
        "unit_price": 1900,
        "serial_number": f"SN-{key:08d}",
        "licensed_to": None,
    }


def _invoice(world: World, key: int, years: int) -> Row:
    """Of the fiscal year that ended so many calendar years ago."""
    issued = date(world.today.year - years, 3, 1)
    return {
        "id": key,
        "contact_id": VERA,
        "order_id": None,
        "fiscal_year_id": issued.year,
        "number": f"F{key:08d}",
        "bill_name": "Vera Gränsfors",
        "bill_address": "Parkgatan 3, 505 50 Granfors",
        "your_reference": None,
        "total": 1900,
        "issued_on": issued,
        "paid_on": issued + timedelta(days=20),
    }


def _tickets(world: World) -> list[Row]:
    """51 and 52 around three years after the case, 53 and 54 around one: what is technical goes then."""

    def ticket(key: int, closed: date, technical: bool) -> Row:
        return {
            "id": key,
            "requester_id": VERA,
            "company_id": None,
            "status": "closed",
            "subject": "On the edge",
            "device_id": f"SN-{key:08d}" if technical else None,
            "ip_address": "198.51.100.50" if technical else None,
            "opened_at": noon(closed - timedelta(days=2)),
            "closed_at": noon(closed),
        }

    whole, technical = sides(world, months=36), sides(world, months=12)
    return [ticket(key, day, False) for key, day in zip(PAIRS[0], whole, strict=True)] + [
        ticket(key, day, True) for key, day in zip(PAIRS[1], technical, strict=True)
    ]


def _message(key: int, closed: date) -> Row:
    return {
        "id": key,
        "ticket_id": key,
        "sender_type": "contact",
        "sender_id": VERA,
        "recipient_type": "staff",
        "recipient_id": 3,
        "sender_name": "Vera Gränsfors",
        "body": "Soon to be gone.",
        "sent_at": noon(closed),
    }


def _enquiry(key: int, received: date | None) -> Row:
    return {
        "id": key,
        "email": "vera.gransfors@example.com",
        "name": "Vera",
        "message": "How long do you keep this?",
        "ip_address": "198.51.100.50",
        "received_at": noon(received) if received else None,
    }


def _events(world: World) -> list[Row]:
    """Ended three years ago, evaluated two months ago, ended two weeks ago: a pair of each."""
    ends = (
        *sides(world, months=36),
        *(day - timedelta(days=30) for day in sides(world, months=2)),
        *sides(world, days=14),
    )
    evaluated = (*(day + timedelta(days=30) for day in ends[:4]), None, None)
    return [
        {
            "id": key,
            "title": f"Evening at the limit {key}",
            "city": "Granfors",
            "starts_on": end,
            "ends_on": end,
            "evaluated_on": done,
        }
        for key, end, done in zip(range(51, 57), ends, evaluated, strict=True)
    ]


def _registration(world: World, key: int) -> Row:
    """In the event of the same number. What had to go before then has gone."""
    return {
        "id": key,
        "event_id": key,
        "contact_id": VERA,
        "prospect_id": None,
        "name": "Vera Gränsfors",
        "email": "vera.gransfors@example.com",
        "companion_name": None,
        "travel_notes": "Two nights." if key in PAIRS[1] else None,
        "food_restrictions": "vegan" if key in PAIRS[2] else None,
        "food_consent_at": noon(months_before(world.today, 38)),
        "came": True,
        "registered_at": noon(months_before(world.today, 38)),
    }


def _prospects(world: World) -> list[Row]:
    """The first pair has answered once; the second never has, and is counted from the first letter."""

    def prospect(key: int, created: date, answered: date | None) -> Row:
        return {
            "id": key,
            "name": "Vilgot Gränsfors",
            "email": f"vilgot{key}@prospects.example",
            "phone": None,
            "company_name": None,
            "note": None,
            "created_at": noon(created),
            "last_response_at": noon(answered) if answered else None,
        }

    edge = sides(world, months=24)
    return [prospect(key, months_before(world.today, 40), day) for key, day in zip(PAIRS[0], edge, strict=True)] + [
        prospect(key, day, None) for key, day in zip(PAIRS[1], edge, strict=True)
    ]


def _answer(key: int, day: date | None) -> Row:
    return {
        "id": key,
        "contact_id": VERA,
        "survey": "At the limit",
        "score": 5,
        "answer": "Neither more nor less.",
        "answered_at": noon(day) if day else None,
    }


def _visits(world: World) -> list[Row]:
    """51 and 52 around three weeks, in full; 53 and 54 around twelve months, the network only."""

    def visit(key: int, day: date, full: bool) -> Row:
        return {
            "id": key,
            "account_id": None,
            "ip": "198.51.100.50" if full else "198.51.100.0",
            "user_agent": "curl/8.5" if full else None,
            "path": "/" if full else None,
            "organisation": None,
            "visited_ms": milliseconds(noon(day)),
        }

    weeks, year = sides(world, days=21), sides(world, months=12)
    return [visit(key, day, True) for key, day in zip(PAIRS[0], weeks, strict=True)] + [
        visit(key, day, False) for key, day in zip(PAIRS[1], year, strict=True)
    ]


def _applicant(world: World, key: int) -> Row:
    return {
        "id": key,
        "name": "Viola Gränsfors",
        "email": f"viola{key}@applicants.example",
        "phone": None,
        "birth_date": None,
        "created_at": noon(months_before(world.today, 30)),
    }


def _applications(world: World) -> list[Row]:
    """A pair decided two years ago; open ones looked at, or only received, a year ago."""

    def application(key: int, received: date, decided: date | None, reviewed: date | None) -> Row:
        return {
            "id": key,
            "applicant_id": key,
            "vacancy_id": FIRST if decided else None,
            "cv": "Three years at the border.",
            "letter": None,
            "assessment": None,
            "status": "declined" if decided else "open",
            "received_at": noon(received),
            "decided_on": decided,
            "reviewed_on": reviewed.isoformat() if reviewed else None,
        }

    long_ago = months_before(world.today, 30)
    decided, looked = sides(world, months=24), sides(world, months=12)
    return [
        *(application(key, long_ago, day, None) for key, day in zip(PAIRS[0], decided, strict=True)),
        *(application(key, long_ago, None, day) for key, day in zip(PAIRS[1], looked, strict=True)),
        *(application(key, day, None, None) for key, day in zip(PAIRS[2], looked, strict=True)),
    ]


def _entry(key: int, day: date) -> Row:
    return {
        "id": key,
        "account_id": None,
        "event": "login refused",
        "username_tried": "vera",
        "ip": "198.51.100.50",
        "country": "SE",
        "detail": None,
        "logged_at": noon(day).replace(tzinfo=UTC),
    }
