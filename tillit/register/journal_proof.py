"""Verifying a journal offline: needs the exported lines and the public key, and nothing of the register.

A leaf is a salted commitment: SHA-256(salt, body). Salt and body may be erased at the end of their period; the
commitment stays, so every proof still holds. An erasure is itself a leaf that says how far it went (`ERASED`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tillit.register import merkle
from tillit.register.canonical import canonical
from tillit.register.notes import Checkpoint, read_note

FORMAT = "tillit journal 1"
ERASED = "journal_erased"
"""The kind of a leaf that tells: bodies of leaves before `before` were erased. Its own body stays."""

MANY = 20  # faults told one by one; an edited journal can have millions


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf as kept or exported. `salt` and `body` are None once erased."""

    number: int
    commitment: bytes
    salt: bytes | None
    body: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found. `ok` when there is no fault: compare `checkpoint` with one you were given earlier.

    `size` counts leaves, `erased` those whose body was erased (they verify), `unsigned` those after the last
    checkpoint: nobody has signed for them yet. `faults` says what is wrong, at most `MANY` of them.
    """

    origin: str
    size: int
    erased: int
    unsigned: int
    checkpoints: int
    checkpoint: Checkpoint | None
    faults: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults


def commit(salt: bytes, body: str) -> bytes:
    """The commitment to a body: without the salt nobody can guess the body from it."""
    return sha256(salt + body.encode(errors="surrogatepass")).digest()


def verify_export(lines: Iterable[str], public_key: Ed25519PublicKey, witnessed: Iterable[str] = ()) -> Verdict:
    """Verifies an exported journal by the public key alone, in memory that does not grow with it.

    Finds an edited body, a deleted, inserted or moved leaf, a tail cut off behind a checkpoint, a forged checkpoint,
    a body erased without a leaf that tells. `witnessed` are checkpoints kept elsewhere: with them a journal cut back
    together with its own checkpoints is found too. Never raises for what a line holds.
    """
    audit = Audit(public_key, witnessed)
    rest = iter(lines)
    header = parsed(next(rest, ""))
    if header is None or header.keys() != {"journal", "origin"} or header["journal"] != FORMAT:
        audit.fault("the first line is not the header of a journal export")
    else:
        audit.origin = str(header["origin"])
    for position, line in enumerate(rest, start=2):
        _take_line(audit, position, line)
    return audit.verdict()


def leaf_line(leaf: Leaf) -> str:
    """One leaf as a line of the export, without the line feed."""
    salt = None if leaf.salt is None else leaf.salt.hex()
    return canonical({"leaf": leaf.number, "commitment": leaf.commitment.hex(), "salt": salt, "body": leaf.body})


def header_line(origin: str) -> str:
    """The first line of an export."""
    return canonical({"journal": FORMAT, "origin": origin})


def note_line(note: str) -> str:
    """A checkpoint as a line of the export; it stands right after the last leaf it covers."""
    return canonical({"checkpoint": note})


@dataclass(slots=True)
class Audit:
    """The running state of a verification: give it leaves and checkpoints in order, then ask for the verdict."""

    public_key: Ed25519PublicKey
    witnessed: Iterable[str] = ()
    origin: str = ""
    frontier: merkle.Frontier = field(default_factory=merkle.Frontier)
    faults: list[str] = field(default_factory=list)
    erased: list[tuple[int, int]] = field(default_factory=list)  # runs [start, end) of erased leaves
    told: int = 0  # leaves below this may be erased: a later leaf tells
    last: Checkpoint | None = None
    checkpoints: int = 0
    outside: dict[int, list[Checkpoint]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for note in self.witnessed:
            checkpoint = read_note(note, self.public_key)
            if checkpoint is None:
                self.fault("a witnessed checkpoint is malformed or not signed with this key")
            else:
                self.outside.setdefault(checkpoint.size, []).append(checkpoint)
        self._compare_outside()

    def fault(self, what: str) -> None:
        if len(self.faults) < MANY and what not in self.faults:
            self.faults.append(what)

    def leaf(self, leaf: Leaf) -> None:
        """Takes the next leaf."""
        number = self.frontier.size
        if leaf.number != number:
            self.fault(f"leaf {number} is missing or out of order: leaf {leaf.number} stands in its place")
        if leaf.salt is None or leaf.body is None:
            self._note_erased(number)
        elif commit(leaf.salt, leaf.body) != leaf.commitment:
            self.fault(f"leaf {number} was edited: its body is not the one committed to")
        else:
            self._read_telling(leaf.body, number)
        self.frontier.append(merkle.leaf_hash(leaf.commitment))
        self._compare_outside()

    def note(self, note: str) -> None:
        """Takes a checkpoint that covers exactly the leaves given so far."""
        self.checkpoints += 1
        checkpoint = read_note(note, self.public_key)
        if checkpoint is None:
            self.fault(f"the checkpoint after {self.frontier.size} leaves is forged, or signed with another key")
            return
        self.origin = self.origin or checkpoint.origin
        if checkpoint.size != self.frontier.size:
            self.fault(f"a checkpoint signs for {checkpoint.size} leaves, but {self.frontier.size} stand before it")
        elif checkpoint.root != self.frontier.root():
            self.fault(f"the first {checkpoint.size} leaves are not those that were signed for")
        self._same_origin(checkpoint)
        if self.last is None or checkpoint.size >= self.last.size:
            self.last = checkpoint

    def verdict(self) -> Verdict:
        """The verdict over all that was given."""
        size = self.frontier.size
        for start, end in self.erased:
            if end > self.told:
                self.fault(f"bodies of leaves {max(start, self.told)} to {end - 1} are gone, and no leaf tells of it")
        for missing in sorted(number for number in self.outside if number > size):
            self.fault(f"a witnessed checkpoint signs for {missing} leaves, but only {size} are left")
        signed = self.last.size if self.last else 0
        erased = sum(end - start for start, end in self.erased)
        faults = tuple(self.faults)
        return Verdict(self.origin, size, erased, max(0, size - signed), self.checkpoints, self.last, faults)

    def _note_erased(self, number: int) -> None:
        if self.erased and self.erased[-1][1] == number:
            self.erased[-1] = (self.erased[-1][0], number + 1)
        else:
            self.erased.append((number, number + 1))

    def _read_telling(self, body: str, number: int) -> None:
        if f'"kind":"{ERASED}"' not in body:
            return
        told = parsed(body)
        if told is not None and told.get("kind") == ERASED and isinstance(told.get("before"), int):
            self.told = max(self.told, min(int(str(told["before"])), number))

    def _compare_outside(self) -> None:
        for checkpoint in self.outside.get(self.frontier.size, ()):
            if checkpoint.root != self.frontier.root():
                self.fault(f"the first {checkpoint.size} leaves are not those of a witnessed checkpoint")
            self._same_origin(checkpoint)

    def _same_origin(self, checkpoint: Checkpoint) -> None:
        if self.origin and checkpoint.origin != self.origin:
            self.fault("a checkpoint is of another journal")


def _take_line(audit: Audit, position: int, line: str) -> None:
    match parsed(line):
        case {"leaf": int(number), "commitment": str(commitment), "salt": salt, "body": body, **rest} if not rest:
            leaf = _as_leaf(number, commitment, salt, body)
            if leaf is None:
                audit.fault(f"line {position} of the export is damaged")
            else:
                audit.leaf(leaf)
        case {"checkpoint": str(note), **rest} if not rest:
            audit.note(note)
        case _:
            audit.fault(f"line {position} of the export is damaged")


def _as_leaf(number: int, commitment: str, salt: object, body: object) -> Leaf | None:
    if not isinstance(salt, str | None) or not isinstance(body, str | None):
        return None
    try:
        leaf = Leaf(number, bytes.fromhex(commitment), None if salt is None else bytes.fromhex(salt), body)
    except ValueError:
        return None
    same = leaf.commitment.hex() == commitment and (leaf.salt is None or leaf.salt.hex() == salt)
    return leaf if same else None


def parsed(line: str) -> dict[str, object] | None:
    """The object of a line, if the line is the one canonical way to write it: no byte is free to change."""
    text = line.removesuffix("\n")
    try:
        value = json.loads(text)
        return value if isinstance(value, dict) and canonical(value) == text else None
    except (ValueError, RecursionError):
        return None
