"""Orders, what was in them, and the books."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from examples.qualisys.company.world import FIRST, Contact, Order, Row, Rows, World, at

PRODUCTS = (  # name, price, may a safety rule call it back, is it a licence for a named person
    ("Camera M5", 64_000, True, False),
    ("Camera M3", 38_000, True, False),
    ("Charger C2", 1_900, True, False),
    ("Marker set", 900, False, False),
    ("Tripod", 2_400, False, False),
    ("Track licence", 21_000, False, True),
    ("Support year", 12_000, False, False),
)


def orders(world: World) -> Rows:
    rng = world.chance("orders")
    key = FIRST
    for contact in world.contacts:
        for _ in range(rng.choices((0, 1, 2, 3), (30, 40, 20, 10))[0]):
            order = _order(rng, world, contact, key)
            world.orders.append(order)
            yield _order_row(rng, order)
            key += 1


def _order(rng: Random, world: World, contact: Contact, key: int) -> Order:
    ago = rng.randrange((world.today - contact.created).days)
    ordered = world.day(ago)
    status, delivered = "delivered", ordered + timedelta(days=min(ago, rng.randint(3, 20)))
    if ago < 20:
        status = rng.choice(("quote", "open", "shipped"))
    elif rng.random() < 0.05:
        status = "cancelled"
    known = status == "delivered" and rng.random() < 0.99  # now and then the freight system forgets to tell
    return Order(key, contact, ordered, delivered if known else None, status, 0)


def _order_row(rng: Random, order: Order) -> Row:
    contact = order.contact
    return {
        "id": order.id,
        "contact_id": contact.id,
        "company_id": contact.company,
        "delivery_address_id": contact.address,
        "number": f"O{order.id:08d}",
        "status": order.status,
        "recall_relevant": order.id % 3 == 0,
        "warranty_until": order.delivered + timedelta(days=365) if order.delivered else None,
        "total": _total(order.id),
        "reference": None if contact.private else contact.name,
        "delivery_note": rng.choice(("Leave it at the gate.", "Ring the bell twice.")) if rng.random() < 0.1 else None,
        "ordered_at": at(order.ordered, rng),
        "delivered_at": at(order.delivered, rng) if order.delivered else None,
    }


def _lines(order: int) -> list[tuple[int, tuple[str, int, bool, bool]]]:
    """One or two lines, decided by the order's number alone. Every third order may be called back."""
    first = order // 3 % 3 if order % 3 == 0 else 3 + order % 4
    second = 3 + order // 7 % 4
    return [(1 + order % 3, PRODUCTS[n]) for n in ((first, second) if order % 2 else (first,))]


def _total(order: int) -> int:
    return sum(quantity * product[1] for quantity, product in _lines(order))


def order_lines(world: World) -> Rows:
    key = FIRST
    for order in world.orders:
        for quantity, (product, price, recall, licence) in _lines(order.id):
            yield {
                "id": key,
                "order_id": order.id,
                "product": product,
                "quantity": quantity,
                "unit_price": price,
                "serial_number": f"SN-{key:08d}" if recall else None,
                "licensed_to": order.contact.name if licence else None,
            }
            key += 1


def fiscal_year_key(day: date) -> int:
    """The year the fiscal year ends in. Until 2021 it began on 1 September; then came one of sixteen months."""
    if day < date(2020, 9, 1):
        return day.year + (day.month >= 9)
    return max(day.year, 2021)


def fiscal_years(world: World) -> Rows:
    for year in range(world.today.year - 13, world.today.year + 1):
        broken = year <= 2020
        starts = date(year - 1, 9, 1) if broken else date(2020, 9, 1) if year == 2021 else date(year, 1, 1)
        ends = date(year, 8, 31) if broken else date(year, 12, 31)
        yield {
            "id": year,
            "label": f"{starts.year}/{year}" if starts.year < year else str(year),
            "starts_on": starts,
            "ends_on": ends,
        }


def invoices(world: World) -> Rows:
    """One per delivered order. Most of the eldest have been thrown away by hand; some were forgotten."""
    rng = world.chance("invoices")
    for order in world.orders:
        if order.delivered is None:
            continue
        year = fiscal_year_key(order.delivered)
        if world.today.year > year + 7 and rng.random() < 0.85:
            continue
        contact = order.contact
        place = world.addresses[contact.address - FIRST]
        yield {
            "id": order.id,
            "contact_id": contact.id,
            "order_id": order.id,
            "fiscal_year_id": year,
            "number": f"F{order.id:08d}",
            "bill_name": contact.name if contact.company is None else world.companies[contact.company],
            "bill_address": place,
            "your_reference": None if contact.private else contact.name,
            "total": _total(order.id),
            "issued_on": order.delivered,
            "paid_on": min(order.delivered + timedelta(days=rng.randint(5, 45)), world.today),
        }
