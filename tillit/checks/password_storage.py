"""Passwords: every stored one has the form of a hash that is made for passwords (Art. 32 GDPR)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tillit.checks.asks import Answers, Ask, Refused, Scan, Scanned
from tillit.checks.case import Case, Kind, listed, several
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.policy import Policy
from tillit.model.schema import Family

NAMED = re.compile(r"pass(word|wd|phrase)|passwd|\bpwd|pwd\b|l[öo]senord|password", re.IGNORECASE)
"""Names of columns that hold passwords, whatever the map says of them."""

_B = rb"[A-Za-z0-9./+=_,-]"  # what is base64, of any alphabet
_C = rb"[A-Za-z0-9./+=_,:$-]"
_HEX = rb"[0-9a-fA-F]"
_PATTERNS: tuple[tuple[str, bytes], ...] = (
    ("disabled", rb"!!?|![A-Za-z0-9]{40}|\*|\*LK\*|\*NP\*"),
    ("bcrypt", rb"(?:\{CRYPT\}|bcrypt(?:_sha256)?\$)?\$2[abxy]?\$[0-9]{2}\$[./A-Za-z0-9]{53}"),
    ("argon2", rb"(?:argon2)?\$argon2(?:id|i|d)\$(?:v=[0-9]+\$)?m=[0-9]+,t=[0-9]+,p=[0-9]+\$" + _C + rb"+"),
    ("scrypt", rb"(?:\$?scrypt[:$]|\$7\$)" + _C + rb"{20,}"),
    ("pbkdf2", rb"(?:\{PBKDF2[A-Z0-9-]*\}|\$?pbkdf2[-_:]?[a-z0-9_]*)[$:]?[0-9]+[$:]" + _C + rb"{16,}"),
    ("pbkdf2", rb"pbkdf2:sha(?:1|256|512)(?::[0-9]+)?\$[^$\s]+\$[0-9a-f]{40,128}"),
    ("crypt", rb"(?:\{CRYPT\})?\$(?:5|6|y|gy)\$[^\s]{20,}"),
    ("phpass", rb"\$[PHS]\$[./A-Za-z0-9]{31,52}"),
    ("scram", rb"SCRAM-SHA-(?:1|256)\$[0-9]+:[^\s]{40,}"),
    ("ldap", rb"\{SS(?:HA|HA256|HA512|MD5)\}[A-Za-z0-9+/=]{24,}"),
    ("fast", rb"(?:md5|sha1|sha256|sha512)[$:][^$:\s]*[$:]" + _HEX + rb"{32,128}|\$1\$[^\s]{20,}"),
    ("fast", rb"\{(?:SHA|MD5)[0-9]*\}[A-Za-z0-9+/=]{20,}|md5" + _HEX + rb"{32}"),
    ("fast", rb"\*?(?:HEX{32}|HEX{40}|HEX{56}|HEX{64}|HEX{96}|HEX{128})".replace(b"HEX", _HEX)),
)
_FORMS = tuple((label, re.compile(pattern)) for label, pattern in _PATTERNS)
SLOW = ("argon2", "bcrypt", "crypt", "ldap", "pbkdf2", "phpass", "scram", "scrypt")


def form(cell: bytes) -> str:
    """The form of one stored password: a name of `SLOW`, `disabled`, `fast` (a bare digest), or `plain`."""
    return next((label for label, pattern in _FORMS if pattern.fullmatch(cell)), "plain")


def detect(cells: bytes) -> Iterator[tuple[int, str]]:
    """The form of every cell that is not empty."""
    for index, cell in enumerate(cells.split(b"\0")):
        if cell:
            yield index, form(cell)


def asks(case: Case) -> tuple[Ask, ...]:
    found = ((bound.store.name, tuple(columns(case, number))) for number, bound in enumerate(case.bounds))
    return tuple(Scan(store, detect, "password_storage", some) for store, some in found if some)


def columns(case: Case, number: int) -> Iterator[tuple[str, str]]:
    """The columns that hold passwords: by their category, or by their name, mapped or not."""
    bound = case.bounds[number]
    credentials = {name for name, said in case.policy.information.items() if said.credential}
    for name, info in bound.schema.tables.items():
        mapped = bound.tables[name].table.columns if name in bound.tables else {}
        for column, seen in info.columns.items():
            declared = column in mapped and mapped[column].category in credentials
            textual = seen.family in (Family.TEXT, Family.BINARY, Family.OTHER)
            if name in bound.schema.readable and (declared or (textual and NAMED.search(column))):
                yield name, column


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """One verdict a store that has such columns; one that says so where there is none."""
    found = tuple(_store(case, ask, answers[ask]) for ask in asks(case) if isinstance(ask, Scan))
    if found:
        return found
    why = "no column of any store is said, or named, to hold a password"
    return (case.evidence("password_storage", State.UNPROVEN, f"Nothing shows it: {why}.", remedy="map the column"),)


def _store(case: Case, ask: Scan, answer: object) -> Evidence:
    store, wanted = ask.store, ask.columns or ()
    looked = "every cell of " + listed(f"{store}.{table}.{column}" for table, column in wanted)
    if not isinstance(answer, Scanned):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("password_storage", State.UNPROVEN, f"{store} was not read: {why}.", subject=store)
    places, hashes = [], 0
    for (table, column), labels in sorted(answer.found.items()):
        plain, fast = labels.get("plain", 0), labels.get("fast", 0)
        hashes += sum(labels.get(name, 0) for name in SLOW)
        if plain or fast:
            told = [several(plain, "cell") + " that is no hash"] if plain else []
            told += [several(fast, "bare digest") + ", found out by guessing"] if fast else []
            places.append(Place(store, table, column, plain + fast, " and ".join(told)))
    number = sum(p.count or 0 for p in places)
    unread = tuple(Place(store, t, c, n, why) for t, c, why, n in answer.unread)
    state = State.BROKEN if number else State.PROVEN if hashes else State.UNPROVEN
    says = "No password is there to be looked at."
    if number:
        says = f"{several(number, 'password')} in a form that can be read or guessed."
    elif hashes:
        says = f"All of {several(hashes, 'password')} are hashes made for passwords."
    return case.evidence(
        "password_storage", state, says, subject=store, count=number, looked=looked, places=tuple(places),
        unread=unread,
        query="each cell against the known forms: " + ", ".join(SLOW),
        remedy="hash them (Argon2, scrypt, bcrypt), and ask those people for a new one" if number else "",
    )  # fmt: skip


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    for measure in policy.security.values():
        if measure.kind == "password_hashing":
            yield measure.clause, f"security.{measure.name}"


KIND = Kind("password_storage", "Passwords are stored as hashes", judge, asks, _entries)
