"""The journal: the append-only memory of all that Tillit did, as an RFC 9162 Merkle tree in the register.

A leaf commits to a body (what happened, counts, run ids; people only as keyed hashes) with a salt of its own. Append
and sign inside the same `database.writing` transaction as the change that the leaf tells of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from secrets import token_bytes
from uuid import uuid4

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tillit.model.errors import RegisterError
from tillit.register import journal_proof as proof
from tillit.register import merkle
from tillit.register.canonical import canonical
from tillit.register.journal_proof import Audit, Leaf, Verdict
from tillit.register.notes import Checkpoint, read_note, sign
from tillit.register.schema import journal_checkpoint, journal_leaf, journal_state

SALT_BYTES = 32
_MANY = 1000  # leaves a statement


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to tell. `body` is JSON data without personal data; "kind" and "at" are added to it."""

    kind: str
    at: datetime
    body: Mapping[str, object] = field(default_factory=dict)


def append(conn: sa.Connection, kind: str, body: Mapping[str, object], at: datetime) -> int:
    """Appends one leaf and returns its number, counted from 0."""
    return append_many(conn, [Entry(kind, at, body)]).start


def append_many(conn: sa.Connection, entries: Iterable[Entry]) -> range:
    """Appends leaves in order and returns their numbers. The work per leaf grows with the log of the journal only."""
    origin, frontier = _load(conn, to_append=True)
    start, rest = frontier.size, iter(entries)
    while batch := list(islice(rest, _MANY)):
        rows = [_row(entry, frontier) for entry in batch]
        conn.execute(sa.insert(journal_leaf), rows)
    _store(conn, origin, frontier)
    return range(start, frontier.size)


def checkpoint(conn: sa.Connection, signing_key: Ed25519PrivateKey, at: datetime) -> str:
    """Signs for the journal as it stands and returns the note. With nothing new since the last one, returns that.

    Raises RegisterError when the last checkpoint was signed with another key, or tells of more than is here.
    """
    origin, frontier = _load(conn, to_append=True)
    last = latest_checkpoint(conn)
    if last is not None:
        told = read_note(last, signing_key.public_key())
        if told is None or told.size > frontier.size:
            raise RegisterError(
                "the journal's last checkpoint does not fit this signing key and journal",
                "put back the key folder and the register that belong together; verify the journal",
            )
        if told.size == frontier.size:
            return last
    note = sign(Checkpoint(origin, frontier.size, frontier.root(), at), signing_key)
    _store(conn, origin, frontier)
    conn.execute(sa.insert(journal_checkpoint).values(size=frontier.size, at=at, note=note))
    return note


def latest_checkpoint(conn: sa.Connection) -> str | None:
    """The last signed note. A copy kept elsewhere makes it impossible to cut the journal back unseen."""
    newest = sa.select(journal_checkpoint.c.note).order_by(journal_checkpoint.c.size.desc()).limit(1)
    return conn.execute(newest).scalar()


def entries(conn: sa.Connection, start: int = 0) -> Iterator[tuple[int, str | None]]:
    """(number, canonical JSON body) of every leaf from `start` on; the body is None once erased."""
    query = sa.select(journal_leaf.c.number, journal_leaf.c.body).where(journal_leaf.c.number >= start)
    for row in conn.execute(query.order_by(journal_leaf.c.number).execution_options(yield_per=_MANY)):
        yield row.number, row.body


def erase_bodies(conn: sa.Connection, before: datetime, at: datetime) -> int:
    """Erases bodies and salts of leaves older than `before`; every proof still verifies. Returns how many.

    Appends a leaf that tells of it: an erasure that no leaf tells of is found by `verify`. Call
    `database.truncate_log` after the commit so that SQLite's log forgets them too.
    """
    old = sa.and_(journal_leaf.c.at < before, journal_leaf.c.body.is_not(None), journal_leaf.c.kind != proof.ERASED)
    newest, count = conn.execute(sa.select(sa.func.max(journal_leaf.c.number), sa.func.count()).where(old)).one()
    if not count:
        return 0
    blank = dict.fromkeys(("kind", "at", "salt", "body"), sa.null())
    conn.execute(sa.update(journal_leaf).where(old).values(blank))
    append(conn, proof.ERASED, {"before": newest + 1, "erased": count}, at)
    return int(count)


def verify(conn: sa.Connection, public_key: Ed25519PublicKey, witnessed: Iterable[str] = ()) -> Verdict:
    """Recomputes the whole journal in the register; see `journal_proof.verify_export` for what it finds."""
    audit = Audit(public_key, witnessed)
    origin, state = _load(conn)
    audit.origin = origin
    for part in _parts(conn):
        if isinstance(part, str):
            audit.note(part)
        else:
            leaf, columns = part
            audit.leaf(leaf)
            if leaf.body is not None and not _columns_agree(leaf.body, *columns):
                audit.fault(f"leaf {leaf.number} was edited: its kind or time is not the one committed to")
    if (state.size, state.root()) != (audit.frontier.size, audit.frontier.root()):
        audit.fault(f"{state.size} leaves were appended, but {audit.frontier.size} others are here")
    return audit.verdict()


def export(conn: sa.Connection) -> Iterator[str]:
    """The journal as JSON lines (without line feeds), to be verified elsewhere by `journal_proof.verify_export`."""
    origin, _ = _load(conn)
    yield proof.header_line(origin)
    for part in _parts(conn):
        yield proof.note_line(part) if isinstance(part, str) else proof.leaf_line(part[0])


def prove_inclusion(conn: sa.Connection, number: int, size: int) -> list[bytes]:
    """The proof that leaf `number` stands in the journal of `size` leaves; see `merkle.verify_inclusion`."""
    return [_subtree(conn, *part) for part in merkle.inclusion_ranges(number, size)]


def prove_consistency(conn: sa.Connection, old: int, size: int) -> list[bytes]:
    """The proof that the journal of `size` began as the one of `old` leaves; see `merkle.verify_consistency`."""
    return [_subtree(conn, *part) for part in merkle.consistency_ranges(old, size)]


def _row(entry: Entry, frontier: merkle.Frontier) -> dict[str, object]:
    if entry.at.tzinfo is None or entry.body.keys() & {"kind", "at"}:
        raise ValueError("a journal entry wants an aware time, and a body without `kind` and `at`")
    at = entry.at.astimezone(UTC)
    body = canonical({**entry.body, "kind": entry.kind, "at": at.isoformat()})
    salt = token_bytes(SALT_BYTES)
    commitment = proof.commit(salt, body)
    number = frontier.size
    frontier.append(merkle.leaf_hash(commitment))
    return {"number": number, "kind": entry.kind, "at": at, "commitment": commitment, "salt": salt, "body": body}


def _load(conn: sa.Connection, *, to_append: bool = False) -> tuple[str, merkle.Frontier]:
    """The origin and the frontier; a journal without its first leaf gets a name of its own here."""
    query = sa.select(journal_state)
    row = conn.execute(query.with_for_update() if to_append else query).one_or_none()
    if row is None:
        return f"tillit-journal-{uuid4()}", merkle.Frontier()
    try:
        return row.origin, merkle.Frontier.unpacked(row.size, row.frontier)
    except ValueError as error:
        raise RegisterError("the journal's state is damaged", "put back a backup of the register") from error


def _store(conn: sa.Connection, origin: str, frontier: merkle.Frontier) -> None:
    values = {"origin": origin, "size": frontier.size, "frontier": frontier.packed()}
    if not conn.execute(sa.update(journal_state).values(values)).rowcount:
        conn.execute(sa.insert(journal_state).values(id=1, **values))


def _parts(conn: sa.Connection) -> Iterator[str | tuple[Leaf, tuple[str | None, datetime | None]]]:
    """Leaves in order, each checkpoint right after the last leaf it covers."""
    by_size = sa.select(journal_checkpoint.c.size, journal_checkpoint.c.note).order_by(journal_checkpoint.c.size)
    notes = iter(conn.execute(by_size.execution_options(yield_per=_MANY)))
    note = next(notes, None)
    query = sa.select(journal_leaf).order_by(journal_leaf.c.number).execution_options(yield_per=_MANY)
    for seen, row in enumerate(conn.execute(query)):
        while note is not None and note.size <= seen:
            yield note.note
            note = next(notes, None)
        yield Leaf(row.number, row.commitment, row.salt, row.body), (row.kind, row.at)
    while note is not None:
        yield note.note
        note = next(notes, None)


def _columns_agree(body: str, kind: str | None, at: datetime | None) -> bool:
    told = proof.parsed(body) or {}
    return kind == told.get("kind") and at is not None and at.isoformat() == told.get("at")


def _subtree(conn: sa.Connection, start: int, end: int) -> bytes:
    number, commitment = journal_leaf.c.number, journal_leaf.c.commitment
    query = sa.select(commitment).where(number >= start, number < end).order_by(number)
    rows = conn.execute(query.execution_options(yield_per=_MANY)).scalars()
    return merkle.tree_root(merkle.leaf_hash(data) for data in rows)
