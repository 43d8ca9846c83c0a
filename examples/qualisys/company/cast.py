"""The people the demo and the tests know by name, with the mistakes that real data makes about people.

Astrid Lindqvist (astrid.lindqvist@example.com) has rows everywhere. Björn shares her address, and his note names her.
Another Astrid Lindqvist is somebody else. Örjan Åkesson stands there three times, spelt in three ways.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, timedelta
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.happenings import UPCOMING
from examples.qualisys.company.trade import fiscal_year_key
from examples.qualisys.company.world import FIRST, Row, World, milliseconds, noon

ASTRID = "astrid.lindqvist@example.com"
ASTRID_PHONE = "070-1740605"
ORJAN = "örjan.åkesson@example.net"
CARD = "4111 1111 1111 1111"  # what card companies give for trying out; it must not be here all the same
PLAIN_PASSWORD = "sommar2019"  # as it was typed: no hash
HOME = "Ängsvägen 12, 101 10 Storby"


def rows(world: World) -> dict[str, list[Row]]:
    """Rows by table, with keys below `FIRST`."""
    return {
        "addresses": _addresses(),
        "contacts": _contacts(world),
        "contact_addresses": [{"contact_id": c, "address_id": a} for c, a in ((1, 1), (3, 1), (4, 2), (5, 3), (6, 3))],
        "accounts": _accounts(world),
        "orders": _orders(world),
        "order_lines": _order_lines(),
        "invoices": _invoices(world),
        "tickets": _tickets(world),
        "messages": _messages(world),
        "web_enquiries": _web_enquiries(world),
        "prospects": [_prospect(world)],
        "newsletter_subscriptions": _newsletter(world),
        "registrations": _registrations(world),
        "survey_answers": _surveys(world),
        "web_visits": _visits(world),
        "applicants": [_applicant(world)],
        "applications": [_application(world)],
        "security_log": _security_log(world),
    }


def _addresses() -> list[Row]:
    places = (
        ("Ängsvägen 12", "101 10", "Storby"),
        ("Mill Lane 4", "202 20", "Lower Wick"),
        ("Åsgatan 7", "303 30", "Öxnevik"),
        ("Hamngatan 40", "404 40", "Norrhamn"),
    )  # the last belongs to nobody any more
    return [
        {"id": n, "of_company": n == 2, "street": s, "postcode": p, "city": c, "country": "SE"}
        for n, (s, p, c) in enumerate(places, 1)
    ]


def _contacts(world: World) -> list[Row]:
    decomposed = unicodedata.normalize("NFD", "Örjan Åkesson")
    about_his_wife = f"Parcels go to his wife Astrid Lindqvist, {ASTRID_PHONE}."
    people = (
        ("Astrid Lindqvist", ASTRID, ASTRID_PHONE, date(1984, 5, 17), "female", None),
        ("ASTRID  LINDQVIST", " Astrid.Lindqvist@Example.com ", None, None, None, "From the fair, to be merged."),
        ("Björn Lindqvist", "bjorn.lindqvist@example.com", "070-1740606", date(1981, 2, 3), None, about_his_wife),
        ("Astrid Lindqvist", "astrid.lindqvist@example.org", "08-46500401", None, None, None),
        ("Örjan Åkesson", ORJAN, "+46701740607", date(1970, 12, 31), "male", None),
        ("ÖRJAN ÅKESSON", ORJAN.upper(), "070 1740 60 7", None, None, None),
        (f" {decomposed}", f" {unicodedata.normalize('NFD', ORJAN)}", None, None, None, None),
    )
    return [
        {
            "id": key,
            "company_id": FIRST if key == 4 else None,
            "customer_no": f"Q{key:07d}",
            "kind": "business" if key == 4 else "private",
            "language": "sv",
            "name": name,
            "email": email,
            "phone": phone,
            "organisation_number": None,
            "birth_date": born,
            "gender": gender,
            "note": note,
            "created_at": noon(world.day(2000 - key)),
            "left_at": None,
        }
        for key, (name, email, phone, born, gender, note) in enumerate(people, 1)
    ]


def _accounts(world: World) -> list[Row]:
    def account(contact: int, username: str, ago: int) -> Row:
        return {
            "id": contact,
            "customer_no": f"Q{contact:07d}",
            "kind": "business" if contact == 4 else "private",
            "username": username,
            "password_hash": PLAIN_PASSWORD if contact == 3 else names.password_hash(contact),
            "recovery_phone": ASTRID_PHONE if contact == 1 else None,
            "country": "SE",
            "last_page": "/support",
            "last_ip": "192.0.2.17",
            "last_login_at": noon(world.day(ago)),
            "created_at": noon(world.day(1500)),
        }

    bjorn = account(3, "bjorn.lindqvist@example.com", 12)
    return [account(1, ASTRID, 2), bjorn, account(4, "astrid.lindqvist@example.org", 5), account(5, ORJAN, 9)]


ORDERS = (
    (1, 1, 1200, "delivered"),
    (2, 1, 500, "delivered"),
    (3, 3, 420, "delivered"),
    (4, 4, 90, "delivered"),
    (5, 5, 700, "delivered"),
    (6, 5, 6, "shipped"),
)  # key, contact, days ago, status
HOMES = {1: 1, 3: 1, 4: 2, 5: 3}


def _orders(world: World) -> list[Row]:
    def order(key: int, contact: int, ago: int, status: str) -> Row:
        came = world.day(ago - 8) if status == "delivered" else None
        return {
            "id": key,
            "contact_id": contact,
            "company_id": FIRST if contact == 4 else None,
            "number": f"O{key:08d}",
            "delivery_address_id": HOMES[contact],
            "status": status,
            "recall_relevant": key == 5,
            "total": 24_000,
            "warranty_until": came + timedelta(days=365) if came else None,
            "reference": "Astrid Lindqvist" if contact in (1, 4) else None,
            "delivery_note": "Call Astrid at the door." if key == 2 else None,
            "ordered_at": noon(world.day(ago)),
            "delivered_at": noon(came) if came else None,
        }

    return [order(*facts) for facts in ORDERS]


def _order_lines() -> list[Row]:
    who = {1: "Astrid Lindqvist", 3: "Björn Lindqvist", 4: "Astrid Lindqvist", 5: "Örjan Åkesson"}
    return [
        {
            "id": key,
            "order_id": key,
            "product": "Charger C2" if key == 5 else "Track licence",
            "quantity": 1,
            "unit_price": 24_000,
            "serial_number": "SN-00000005" if key == 5 else None,
            "licensed_to": who[contact],
        }
        for key, contact, _, _ in ORDERS
    ]


def _invoices(world: World) -> list[Row]:
    """Astrid's have years to go. (What the law has let go of stands in `limits`.)"""
    who = {1: "Astrid Lindqvist", 3: "Björn Lindqvist", 4: "Astrid Lindqvist", 5: "Örjan Åkesson"}
    return [
        {
            "id": key,
            "contact_id": contact,
            "order_id": key,
            "fiscal_year_id": fiscal_year_key(world.day(ago - 8)),
            "number": f"F{key:08d}",
            "bill_name": who[contact],
            "bill_address": HOME if contact in (1, 3) else "Åsgatan 7",
            "your_reference": None,
            "total": 24_000,
            "issued_on": world.day(ago - 8),
            "paid_on": world.day(ago - 38),
        }
        for key, contact, ago, status in ORDERS
        if status == "delivered"
    ]


def _tickets(world: World) -> list[Row]:
    def ticket(key: int, contact: int, closed: int, subject: str) -> Row:
        return {
            "id": key,
            "requester_id": contact,
            "company_id": None,
            "status": "closed",
            "subject": subject,
            "device_id": f"SN-{key:08d}",
            "ip_address": "192.0.2.17",
            "opened_at": noon(world.day(closed + 4)),
            "closed_at": noon(world.day(closed)),
        }

    return [
        ticket(1, 1, 150, "Licence for Astrid Lindqvist"),
        ticket(2, 2, 1300, "Question from the fair"),  # overdue by months
        ticket(3, 3, 40, "The same licence as my wife has"),
    ]


def _messages(world: World) -> list[Row]:
    def message(
        key: int, ticket: int, sender: int | None, to: int | None, name: str | None, body: str, ago: int
    ) -> Row:
        return {
            "id": key,
            "ticket_id": ticket,
            "sender_type": "staff" if sender is None else "contact",
            "sender_id": sender or 7,
            "recipient_type": "staff" if to is None else "contact",
            "recipient_id": to or 7,
            "sender_name": name,
            "body": body,
            "sent_at": noon(world.day(ago)),
        }

    return [
        message(1, 1, 1, None, "Astrid Lindqvist", f"Hello, please call me: {ASTRID_PHONE}. Kind regards, Astrid", 154),
        message(2, 1, None, 1, None, "Hi Astrid! Your licence has been renewed.", 151),
        message(
            3, 1, 3, None, "Björn Lindqvist", "It works for both of us now, thank you.", 150
        ),  # he answers in her case
        message(4, 2, 2, None, "ASTRID  LINDQVIST", "What does a camera cost?", 1304),
        message(5, 3, 3, None, "Björn Lindqvist", "I should like one too.", 44),
        message(6, 3, None, 3, None, "Done.", 40),
        message(7, 3, None, 1, None, "A copy to you.", 40),  # Astrid may see it; it is Björn's
        message(8, 3, 3, None, "Björn Lindqvist", f"Please charge {CARD}.", 43),
    ]


def _web_enquiries(world: World) -> list[Row]:
    return [
        {
            "id": 1,
            "email": "ASTRID.LINDQVIST@example.com ",
            "name": "Astrid L",
            "message": "Do you repair cables?",
            "ip_address": "192.0.2.17",
            "received_at": noon(world.day(100)),
        },
        {
            "id": 2,
            "email": ORJAN.upper(),
            "name": "Örjan",
            "message": "Är ni öppna i helgen?",
            "ip_address": "2001:db8:7::1",
            "received_at": noon(world.day(60)),
        },
    ]


def _prospect(world: World) -> Row:
    """Astrid before she became a customer. Silent since: overdue."""
    return {
        "id": 1,
        "name": "astrid lindqvist",
        "email": ASTRID,
        "phone": None,
        "company_name": None,
        "note": "Met at a fair.",
        "created_at": noon(world.day(2100)),
        "last_response_at": noon(world.day(1900)),
    }


def _newsletter(world: World) -> list[Row]:
    def reader(key: int, contact: int, email: str, name: str) -> Row:
        return {
            "id": key,
            "contact_id": contact,
            "prospect_id": None,
            "topic": "news",
            "email": email,
            "name": name,
            "subscribed_at": noon(world.day(1000)),
            "unsubscribed_at": None,
        }

    return [reader(1, 1, ASTRID, "Astrid"), reader(2, 3, "bjorn.lindqvist@example.com", "Björn")]


def _registrations(world: World) -> list[Row]:
    def guest(key: int, contact: int, event: int, name: str, email: str, companion: str | None) -> Row:
        return {
            "id": key,
            "event_id": event,
            "contact_id": contact,
            "prospect_id": None,
            "name": name,
            "email": email,
            "companion_name": companion,
            "travel_notes": "Comes by train.",
            "food_restrictions": "vegetarian",
            "food_consent_at": noon(world.day(80)),
            "came": None if event == UPCOMING else True,
            "registered_at": noon(world.day(80)),
        }

    return [
        guest(1, 1, UPCOMING, "Astrid Lindqvist", ASTRID, "Björn Lindqvist"),
        guest(2, 1, UPCOMING + 4, "Astrid Lindqvist", ASTRID, None),  # a year ago: the details are overdue
        guest(3, 3, UPCOMING, "Björn Lindqvist", "bjorn.lindqvist@example.com", None),
    ]


def _surveys(world: World) -> list[Row]:
    def answer(key: int, ago: int, text: str) -> Row:
        return {
            "id": key,
            "contact_id": 1,
            "survey": "Yearly survey",
            "score": 9,
            "answer": text,
            "answered_at": noon(world.day(ago)),
        }

    return [answer(1, 200, "Astrid here: more colours, please."), answer(2, 900, "Fine.")]


def _visits(world: World) -> list[Row]:
    rng = Random("visits of the cast")
    return [
        {
            "id": key,
            "account_id": account,
            "ip": "192.0.2.17",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64)",
            "path": "/software",
            "organisation": None,
            "visited_ms": milliseconds(world.at(ago, rng)),
        }
        for key, (account, ago) in enumerate(((1, 2), (1, 10), (1, 38), (4, 5), (5, 9)), 1)
    ]


def _applicant(world: World) -> Row:
    return {
        "id": 1,
        "name": "Astrid Lindqvist",
        "email": ASTRID,
        "phone": "+46 70 174 06 05",
        "birth_date": date(1984, 5, 17),
        "created_at": noon(world.day(260)),
    }


def _application(world: World) -> Row:
    """Declined last year: kept while she, or somebody else, may still claim that the choice was unfair."""
    return {
        "id": 1,
        "applicant_id": 1,
        "vacancy_id": FIRST,
        "cv": "Twelve years in film.",
        "letter": "I know your cameras from the other side.",
        "assessment": "Good; another had more experience.",
        "status": "declined",
        "received_at": noon(world.day(260)),
        "decided_on": world.day(230),
        "reviewed_on": None,
    }


def _security_log(world: World) -> list[Row]:
    def entry(key: int, account: int | None, tried: str, event: str, ago: int) -> Row:
        return {
            "id": key,
            "account_id": account,
            "event": event,
            "username_tried": tried,
            "ip": "192.0.2.17",
            "country": "SE",
            "detail": None,
            "logged_at": noon(world.day(ago)).replace(tzinfo=UTC),
        }

    return [
        entry(1, 1, ASTRID, "login", 2),
        entry(2, 1, ASTRID, "login", 10),
        entry(3, 1, ASTRID, "password changed", 70),  # overdue
        entry(4, None, "Astrid.Lindqvist@Example.com", "login refused", 2),
    ]
