"""Signed checkpoints of the journal, in the text form of C2SP signed notes and tlog checkpoints, with Ed25519.

    <origin>
    <number of leaves>
    <root, base64>
    time <ISO 8601, UTC>

    — <origin> <base64 of key id and signature>

Anyone with the public key can verify one, without Tillit.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_NOTE = re.compile(
    r"(?P<text>(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]*)\n(?P<root>[A-Za-z0-9+/=]{44})\n"
    r"time (?P<time>[0-9TZ:.-]+)\n)"
    r"\n— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/=]+)\n"
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a signed checkpoint says: at `at` the journal `origin` had `size` leaves with this root."""

    origin: str
    size: int
    root: bytes
    at: datetime


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """The checkpoint as a signed note. `origin` must be free of spaces and plus signs."""
    root = base64.b64encode(checkpoint.root).decode()
    time = checkpoint.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    text = f"{checkpoint.origin}\n{checkpoint.size}\n{root}\ntime {time}\n"
    signature = key_id(checkpoint.origin, key.public_key()) + key.sign(text.encode())
    note = f"{text}\n— {checkpoint.origin} {base64.b64encode(signature).decode()}\n"
    if _NOTE.fullmatch(note) is None:
        raise ValueError("this origin cannot stand in a checkpoint: it holds a space or a plus sign")
    return note


def read_note(note: str, public_key: Ed25519PublicKey) -> Checkpoint | None:
    """The checkpoint that `note` says, or None when it is malformed or not signed with this key."""
    match = _NOTE.fullmatch(note)
    if match is None or match["name"] != match["origin"]:
        return None
    root, signed = _strict_base64(match["root"]), _strict_base64(match["signature"])
    if root is None or signed is None or signed[:4] != key_id(match["origin"], public_key):
        return None
    try:
        public_key.verify(signed[4:], match["text"].encode())
        return Checkpoint(match["origin"], int(match["size"]), root, datetime.fromisoformat(match["time"]))
    except (InvalidSignature, ValueError):
        return None


def key_id(origin: str, public_key: Ed25519PublicKey) -> bytes:
    """The four bytes by which a signed note names its key."""
    return sha256(origin.encode() + b"\n" + _ED25519 + public_key.public_bytes_raw()).digest()[:4]


def verifier_key(origin: str, public_key: Ed25519PublicKey) -> str:
    """The public key in the text form that other tools for signed notes read."""
    told = base64.b64encode(_ED25519 + public_key.public_bytes_raw()).decode()
    return f"{origin}+{key_id(origin, public_key).hex()}+{told}"


def _strict_base64(text: str) -> bytes | None:
    """Decodes, and takes only the one text that encodes to it again."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return data if base64.b64encode(data).decode() == text else None
