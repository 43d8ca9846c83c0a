"""What follows from orders: tenders, deliveries, payments, credit, warranties, complaints, disputes, disclosures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.world import FIRST, Contact, Order, Row, Rows, World, at

PARTNERS = (("Exempelpartner Nord AB", "SE"), ("Sample Motion Ltd", "GB"), ("Rei Motion KK", "JP"))
UNDECLARED = "exempelanalys"  # gets data without an agreement; the policy names no such recipient


def partners(_: World) -> Rows:
    for key, (name, country) in enumerate(PARTNERS, FIRST):
        yield {"id": key, "name": name, "country": country}


def _some(world: World, name: str, percent: float) -> Iterator[tuple[int, Random, Contact]]:
    """(key, chance, customer) for so many of a hundred people."""
    rng = world.chance(name)
    for key in range(FIRST, FIRST + world.share(percent)):
        yield key, rng, rng.choice(world.contacts)


def tenders(world: World) -> Rows:
    for key, rng, contact in _some(world, "tenders", 10):
        yield {
            "id": key,
            "contact_id": contact.id,
            "company_id": contact.company,
            "number": f"T{key:08d}",
            "status": rng.choice(("open", "won", "lost", "lost")),
            "reference": None if contact.private else contact.name,
            "needs": rng.choice(("Twelve cameras, indoors.", "Outdoors, in snow.", "A rig for horses.")),
            "submitted_at": world.at(rng.randrange(900), rng),
        }


def _sent(world: World) -> Iterator[Order]:
    return (o for o in world.orders if o.status in ("shipped", "delivered"))


def deliveries(world: World) -> Rows:
    rng = world.chance("deliveries")
    for order in _sent(world):
        yield {
            "id": order.id,
            "order_id": order.id,
            "carrier": "Exempelfrakt AB",
            "receiver": order.contact.name,
            "phone": names.phone(rng) if rng.random() < 0.5 else None,
            "note": "Ring the bell twice." if rng.random() < 0.1 else None,
            "sent_at": at(order.ordered, rng),
        }


def installations(world: World) -> Rows:
    """Every fifth delivery is put in place by us."""
    rng = world.chance("installations")
    for order in _sent(world):
        if order.id % 5 == 0:
            yield {
                "id": order.id,
                "order_id": order.id,
                "site_contact": order.contact.name,
                "note": "Key at the reception." if rng.random() < 0.3 else None,
                "installed_on": order.delivered,
            }


def payments(world: World) -> Rows:
    """Cards are for those who buy for themselves. What is kept of them is a word of the provider's."""
    rng = world.chance("payments")
    for order in _sent(world):
        if order.contact.private:
            yield {
                "id": order.id,
                "order_id": order.id,
                "provider": "dibs",
                "provider_token": f"tok_{rng.getrandbits(96):024x}",
                "amount": 1900,
                "paid_at": at(order.ordered, rng),
            }


def warranties(world: World) -> Rows:
    for order in world.orders:
        if order.delivered is not None:
            yield {
                "id": order.id,
                "order_id": order.id,
                "product": "Camera M5" if order.id % 3 == 0 else "Track licence",
                "registered_to": order.contact.name,
                "ends_on": order.delivered + timedelta(days=365),
            }


def credit_checks(world: World) -> Rows:
    """Only where there is an order, and only of those who would pay themselves. A few were forgotten."""
    rng = world.chance("credit_checks")
    for order in world.orders:
        ago = (world.today - order.ordered).days
        late = 96 < ago < 400 and rng.random() < 0.05
        if not order.contact.private or not (late or ago < 86) or rng.random() < 0.3:
            continue
        yield {
            "id": order.id,
            "contact_id": order.contact.id,
            "order_id": order.id,
            "agency": "Exempelkredit AB",
            "name": order.contact.name,
            "organisation_number": order.contact.organisation_number,
            "result": rng.choice(("approved", "approved", "pay in advance")),
            "checked_on": order.ordered if rng.random() < 0.98 else None,
            "copy_sent_on": order.ordered + timedelta(days=1) if rng.random() < 0.9 else None,
        }


def complaints(world: World) -> Rows:
    for key, rng, contact in _some(world, "complaints", 3):
        closed = rng.randrange(1105, 1400) if rng.random() < 0.05 else rng.randrange(1080)
        is_open = closed < 40
        yield {
            "id": key,
            "contact_id": contact.id,
            "order_id": None,
            "status": "open" if is_open else "closed",
            "name": contact.name,
            "description": rng.choice(("The box was wet.", "A lens is scratched.", "Too late for our study.")),
            "outcome": None if is_open else rng.choice(("replaced", "refunded", "refused")),
            "opened_at": world.at(closed + 20, rng),
            "closed_at": None if is_open or rng.random() < 0.02 else world.at(closed, rng),
        }


def call_recordings(world: World) -> Rows:
    """Nine of ten agreed when the case was opened; three months after the call the recording should be gone."""
    for key, rng, contact in _some(world, "call_recordings", 2):
        ago = rng.randrange(95, 200) if rng.random() < 0.08 else rng.randrange(85)
        recorded = world.at(ago, rng)
        yield {
            "id": key,
            "contact_id": contact.id,
            "ticket_id": None,
            "file": f"calls/{key}.ogg",
            "transcript": f"Hello, this is {contact.name}. My camera does not start.",
            "consented_at": recorded - timedelta(days=9) if rng.random() < 0.9 else None,
            "recorded_at": recorded,
        }


def partner_cases(world: World) -> Rows:
    for key, rng, contact in _some(world, "partner_cases", 3):
        yield {
            "id": key,
            "contact_id": contact.id,
            "partner_id": FIRST + rng.randrange(len(PARTNERS)),
            "name": contact.name,
            "email": contact.email,
            "phone": names.phone(rng) if rng.random() < 0.5 else None,
            "serial_number": f"SN-{key:08d}",
            "note": "Needs a visit.",
            "shared_at": world.at(rng.randrange(700), rng),
        }


def disputes(world: World) -> Rows:
    for key, rng, contact in _some(world, "disputes", 0.6):
        ago = rng.randrange(370, 700) if rng.random() < 0.1 else rng.randrange(360)
        yield {
            "id": key,
            "contact_id": contact.id,
            "party_name": contact.name,
            "party_email": contact.email,
            "party_address": world.addresses[contact.address - FIRST],
            "order_facts": "Delivered a month late.",
            "correspondence": "Each has written twice.",
            "ended_on": None if ago < 60 else world.day(ago),
        }


def privacy_requests(world: World) -> Rows:
    """Two of the eldest should be gone; some still wait for an answer."""
    for key, rng, contact in _some(world, "privacy_requests", 1):
        ago = rng.randrange(1130, 1300) if rng.random() < 0.1 else rng.randrange(1000)
        yield {
            "id": key,
            "kind": rng.choice(("access", "erasure", "rectification")),
            "name": contact.name,
            "email": contact.email,
            "received_on": world.day(ago),
            "answered_on": world.day(ago - 14) if ago > 30 else None,
        }


def disclosures(world: World) -> Rows:
    """Who got what, when, why, on whose word. The last one went to somebody the policy does not know."""
    kinds = (
        ("transport", "contact.postal_address", "orders", None, None),
        ("distributors", "contact.telephone", "partner_support", None, None),
        ("authorities", "contact.name", "accounting", "data protection manager", "an order of the tax agency"),
    )
    for key, rng, contact in _some(world, "disclosures", 4):
        row = _disclosed(key, contact, rng.choice(kinds))
        yield row | {
            "disclosed_on": world.day(rng.randrange(1100, 1300) if rng.random() < 0.05 else rng.randrange(1000))
        }
    told = (UNDECLARED, "contact.email", "market_analysis", None, None)
    yield _disclosed(50, world.contacts[0], told) | {"disclosed_on": world.day(30)}


def _disclosed(key: int, contact: Contact, what: tuple[str, str, str, str | None, str | None]) -> Row:
    recipient, data, purpose, approved_by, reference = what
    return {
        "id": key,
        "contact_id": contact.id,
        "recipient": recipient,
        "data": data,
        "purpose": purpose,
        "person_name": contact.name,
        "approved_by": approved_by,
        "legal_reference": reference,
    }
