"""What a database may narrow by when a row with an identifier is looked for: LIKE patterns that no spelling of it
escapes. Pure.
"""

from __future__ import annotations

from tillit.decide.identity import fold, same, type_of, unicode_domain
from tillit.decide.identity import normal as normal
from tillit.decide.identity_needles import longest_run
from tillit.decide.identity_phone import phone_core

SHORTEST_RUN = 3
LARGEST_INTEGER = 2**63 - 1

GLOBAL = frozenset(("email", "personal_number"))
"""Types that name one person wherever they stand: a person found by one is looked for in every other store."""

NUMBERED = frozenset(("customer_number", "username", "employee_number", "member_number", "user_id", "applicant_number"))
"""Types that name one person within one numbering: followed to another table unless each table counts by itself."""


def patterns(type_: str, plain: str) -> tuple[tuple[str | None, int | None], ...]:
    """(LIKE pattern over ASCII-lowered text with '!' as escape, the integer it is) pairs, one of which every row
    carrying `plain` meets.

    `plain` is a normal form. A pattern of None means that nothing narrows: every row is to be compared.
    """
    match type_of(type_):
        case "email":
            local, _, domain = plain.rpartition("@")
            return tuple((_containing(s), None) for s in sorted({plain, f"{local}@{unicode_domain(domain)}"}))
        case "phone":
            return ((_spaced(phone_core(plain)[-7:]), None),)
        case "personal_number" if plain.isdigit():
            return ((_spaced(plain[-6:]), None),)
        case "ip":
            return (("%:%" if ":" in plain else _containing(plain), None),)
        case "iban":
            return ((_spaced(plain[-8:].lower()), None),)
    integer = int(plain) if plain.isascii() and plain.isdigit() and int(plain) <= LARGEST_INTEGER else None
    return ((_containing(fold(plain)), integer),)


def _containing(folded: str) -> str | None:
    run = longest_run(folded)
    return f"%{_literal(run)}%" if len(run) >= SHORTEST_RUN or run == folded else None


def _spaced(characters: str) -> str:
    return "%" + "%".join(_literal(c) for c in characters) + "%"


def _literal(text: str) -> str:
    return "".join(f"!{c}" if c in "%_!" else c for c in text)


def carried(type_: str, plain: str, values: tuple[object, ...], country: str) -> bool:
    """Whether one of a row's values is the identifier, compared on normal forms."""
    return any((found := normal(type_, value, country)) is not None and same(type_, found, plain) for value in values)
