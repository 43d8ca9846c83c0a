"""Which values are live, coarsened or dead, and what stands in their place."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

from tests.oracle import grounds, persons, times
from tests.oracle.grounds import Facts
from tests.oracle.world import Ref, World, remembered
from tillit.model.bound import Fill, FillKind
from tillit.model.mapping import UNKNOWN, Column, Form, Ground, Mode
from tillit.model.schema import Family
from tillit.model.standing import Person

FAMILIES = ((Form.YEAR_MONTH, Form.YEAR), (Form.IP_PREFIX,))  # from more to less precise
TEXT_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:([ T])\d{2}:\d{2}:\d{2})?")


def about(known: Facts, ref: Ref, column: Column) -> frozenset[Person]:
    """Whom a value is about."""
    if not column.about:
        return known.persons[ref]
    mapped = known.world.mapped(ref[0])
    assert mapped is not None
    named = [mapped.table.link(name) for name in column.about]
    return persons.union(persons.by_link(known.world, ref, link, known.persons) for link in named)


def live_by(known: Facts, ref: Ref, column: Column, some: Iterable[Ground]) -> bool:
    """True when the value is live counting only these grounds (a hold counts always)."""
    some = list(some)
    whom = about(known, ref, column)
    if not whom:
        return any(grounds.for_nobody(known, ref, g) for g in some)
    each = [grounds.hold(known, f) or any(grounds.held(known, ref, g, f) for g in some) for f in whom]
    return all(each) if column.mode is Mode.ALL else any(each)


@remembered
def state(known: Facts, ref: Ref, column: Column) -> str:
    """'live' (in full), the name of the form the value is coarsened to, or 'dead'."""
    naming = [g for g in known.world.grounds(ref[0]) if column.name in g.columns]
    if live_by(known, ref, column, [g for g in naming if column.name not in g.forms]):
        return "live"
    for family in FAMILIES:
        for place, form in enumerate(family):
            precise = (None, *family[: place + 1])
            if live_by(known, ref, column, [g for g in naming if g.forms.get(column.name) in precise]):
                return form.value if has_form(known.world, known.world.row(ref)[column.name], form) else "dead"
    return "live" if live_by(known, ref, column, naming) else "dead"


@remembered
def row_dead(known: Facts, ref: Ref) -> bool:
    """True when no value of the row is live (a NULL cell is none), and it is not held for anybody."""
    mapped = known.world.mapped(ref[0])
    if mapped is None or not mapped.table.grounds:
        return False
    whose = known.persons[ref]
    if any(held_for(known, ref, f) for f in whose):
        return False
    if not whose and any(grounds.for_nobody(known, ref, g) for g in mapped.table.grounds):
        return False
    filled = [c for c in mapped.table.personal_columns if known.world.row(ref)[c.name] is not None]
    return all(state(known, ref, c) == "dead" for c in filled)


def held_for(known: Facts, ref: Ref, person: Person) -> bool:
    """True when the row itself is held for this person, by a hold or some ground of its table."""
    if grounds.hold(known, person):
        return True
    return any(grounds.held(known, ref, g, person) for g in known.world.grounds(ref[0]))


def has_unknown(world: World, table: str) -> bool:
    mapped = world.mapped(table)
    return mapped is not None and any(c.category == UNKNOWN for c in mapped.table.columns.values())


def fill_for(world: World, ref: Ref, column: str, fill: Fill) -> object:
    """What replaces a dead value of this row."""
    match fill.kind:
        case FillKind.NULL:
            return None
        case FillKind.CONSTANT:
            return dressed(world, ref, column, fill.value)
        case FillKind.PSEUDONYM:
            return str(fill.value) + "-".join(str(part) for part in world.id(ref)[1])


def dressed(world: World, ref: Ref, column: str, value: object) -> object:
    """A constant as the column holds it: a date is written as text in a map."""
    match world.bound.schema.tables[ref[0]].columns[column].family:
        case Family.DATE:
            return date.fromisoformat(str(value))
        case Family.NAIVE:
            return datetime.fromisoformat(str(value))
        case Family.AWARE:
            return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
        case _:
            return value


def same(a: object, b: object) -> bool:
    """Equal byte for byte, or by value for numbers."""
    if isinstance(a, bool | int | float | Decimal) and isinstance(b, bool | int | float | Decimal):
        return Decimal(str(int(a) if isinstance(a, bool) else a)) == Decimal(str(int(b) if isinstance(b, bool) else b))
    return a == b


def after(known: Facts, ref: Ref, column: Column) -> object:
    """What the cell holds once the sweep has been there, taken alone."""
    mapped = known.world.mapped(ref[0])
    assert mapped is not None
    old = known.world.row(ref)[column.name]
    fill = mapped.fills.get(column.name)
    is_ = state(known, ref, column)
    if old is None or fill is None or is_ == "live":
        return old
    filled = fill_for(known.world, ref, column.name, fill)
    if is_ == "dead":
        return old if same(old, filled) else filled
    return coarsen(known.world, old, Form(is_))


def has_form(world: World, value: object, form: Form) -> bool:
    """False for a text that tells no date or address: only a ground that holds it in full can hold it."""
    return value is None or coarsen(world, value, form) is not None


def coarsen(world: World, value: object, form: Form) -> object:
    """The value in a coarser form, in its own dress; None where it has no such form."""
    if form is Form.IP_PREFIX:
        return ip_prefix(value) if isinstance(value, str) else None
    month = 1 if form is Form.YEAR else None
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            local = value.astimezone(world.controller_zone).date()
            begins = times.midnight(local.replace(month=month or local.month, day=1), world.controller_zone)
            return begins.astimezone(value.tzinfo)
        return value.replace(month=month or value.month, day=1, hour=0, minute=0, second=0, microsecond=0)
    if isinstance(value, date):
        return value.replace(month=month or value.month, day=1)
    found = TEXT_DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    return f"{found[1]}-{'01' if month else found[2]}-01" + (f"{found[4]}00:00:00" if found[4] else "")


def ip_prefix(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    bits = 24 if address.version == 4 else 48
    return str(ipaddress.ip_network(f"{text}/{bits}", strict=False).network_address)
