"""Card numbers anywhere: the text and the numbers of every table are read, and what was not read is told.

A card number has 13 to 19 digits, begins as an issuer's do (ISO/IEC 7812), and its last digit is right by Luhn's sum.
One number in ten is right by chance: where a column holds many numbers of that length and no more than chance would
give are right, they are told as what they may be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from math import sqrt

from tillit.checks.asks import Answers, Ask, Refused, Scan, Scanned
from tillit.checks.case import Case, Kind, listed, several
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy

CHANCE = 0.1  # of numbers that Luhn's sum is right for
MANY = 30  # numbers, before their rate says anything
CERTAIN = 3.0  # standard deviations above chance

_DIGITS = bytes.maketrans(b"0123456789", b"0" * 10)
_BETWEEN = rb"(?:[ .\-_/]|\xc2\xa0)?"
_SHAPE = re.compile(
    rb"0000(?:0{9,15}|%(b)s0000(?:%(b)s0000%(b)s0000(?:%(b)s000?)?|00%(b)s00000?))(?!0)" % {b"b": _BETWEEN}
)
"""On text whose digits are all 0: a run of digits, or groups as on a card. Begins with a literal, for speed."""
_FEWEST = b"0" * 13
_CHUNK = 8_000
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_VALUES = bytes.maketrans(b"0123456789", bytes(range(10)))
_DOUBLED = bytes.maketrans(bytes(range(10)), bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+")

# The beginnings of the issuers' numbers, and how many digits follow them in all.
_ISSUERS = re.compile(
    rb"""(?: 4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})                                          # Visa
    | (?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}  # Mastercard
    | 3[47][0-9]{13}                                                                     # American Express
    | (?:30[0-5][0-9]|3095|36[0-9]{2}|3[89][0-9]{2})[0-9]{10,15}                          # Diners Club
    | (?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12,15}                                       # Discover
    | 35(?:2[89]|[3-8][0-9])[0-9]{12,15}                                                 # JCB
    | 62[0-9]{14,17} | 81[0-9]{14,17}                                                    # UnionPay
    | (?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{9,15}                              # Maestro
    )""",
    re.VERBOSE,
)


def detect(cells: bytes) -> Iterator[tuple[int, str]]:
    """`number`: of the right length and beginning; `right`: Luhn's sum as well; `grouped`: written as on a card."""
    index = last = 0
    for start, end in _shaped(cells.translate(_DIGITS)):
        if (start and cells[start - 1] in _WORD) or (end < len(cells) and cells[end] in _WORD):
            continue
        digits = cells[start:end].translate(None, _NO_DIGITS)
        if not _ISSUERS.fullmatch(digits) or len(set(digits)) < 2:
            continue
        index += cells.count(b"\0", last, start)
        last = start
        yield index, "number"
        if luhn(digits):
            yield index, "right"
            if len(digits) < end - start:
                yield index, "grouped"


def _shaped(zeros: bytes) -> Iterator[tuple[int, int]]:
    """Where digits stand as on a card. Most text has no 13 digits in a row, whatever parts them: that is seen first."""
    start, size = 0, len(zeros)
    while start < size:
        end = zeros.find(b"\0", start + _CHUNK)
        end = size if end < 0 else end
        if _FEWEST in zeros[start:end].translate(None, b" .-_/\xc2\xa0"):
            yield from (found.span() for found in _SHAPE.finditer(zeros, start, end))
        start = end


def luhn(digits: bytes) -> bool:
    """Whether the last digit is right (ISO/IEC 7812-1, annex B)."""
    values = digits.translate(_VALUES)[::-1]
    return (sum(values[::2]) + sum(values[1::2].translate(_DOUBLED))) % 10 == 0


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(Scan(bound.store.name, detect, "card_numbers") for bound in case.bounds)


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """One verdict a store."""
    return tuple(_store(case, ask.store, answers[ask]) for ask in asks(case))


def _store(case: Case, store: str, answer: object) -> Evidence:
    if not isinstance(answer, Scanned):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("card_numbers", State.UNPROVEN, f"{store} was not read: {why}.", subject=store)
    cards: list[Place] = []
    chance: list[Place] = []
    for (table, column), labels in sorted(answer.found.items()):
        place = _place(store, table, column, labels)
        (chance if by_chance(labels) else cards).append(place)
    cards = [place for place in cards if place.count]
    unread = tuple(Place(store, t, c, number, why) for t, c, why, number in answer.unread)
    looked = f"{several(answer.columns, 'column')}, {several(answer.rows, 'row')}, {answer.bytes / 1e6:,.1f} MB of text"
    number = sum(p.count or 0 for p in cards)
    state = State.BROKEN if cards else State.PROVEN if answer.columns and not chance else State.UNPROVEN
    says = f"{several(number, 'card number')} in {listed(p.name for p in cards)}." if cards else "No card number."
    if chance:
        says += f" In {listed(p.name for p in chance)} as many numbers look like one as chance gives: look at them."
    if unread:
        says += f" {several(len(unread), 'place')} not looked into, or not with understanding."
    if not answer.columns:
        says = f"{store} has no column that could be read."
    return case.evidence(
        "card_numbers", state, says, subject=store, count=number, looked=looked, unread=unread,
        places=(*cards, *chance),
        query="all text, JSON and number columns in full: 13 to 19 digits, issuer's beginning, Luhn's sum",
        remedy="remove them with `rectification`, and find what wrote them there" if cards else "",
    )  # fmt: skip


def by_chance(labels: Mapping[str, int]) -> bool:
    """Many numbers, none grouped as on a card, and no more of them right than one in ten."""
    numbers, right = labels.get("number", 0), labels.get("right", 0)
    if labels.get("grouped") or numbers < MANY or not right:
        return False
    return right <= numbers * CHANCE + CERTAIN * sqrt(numbers * CHANCE * (1 - CHANCE))


def _place(store: str, table: str, column: str, labels: Mapping[str, int]) -> Place:
    numbers, right = labels.get("number", 0), labels.get("right", 0)
    rate = f"{right:,} of {numbers:,} long numbers are right ({right / max(numbers, 1):.0%}; by chance 10 %)"
    return Place(store, table, column, right, rate)


def _entries(policy: Policy) -> Iterable[tuple[str, str]]:
    found = policy.never.get("card_numbers")
    return [(found.clause, "never.card_numbers")] if found else []


KIND = Kind("card_numbers", "No card number anywhere", judge, asks, _entries, heavy=True)
