"""The key folder: apart from the register, so that a backup of one never holds the other.

    keys/signing.pem         signs the journal's checkpoints (Ed25519)
    keys/hmac/<purpose>.key  keyed hashes, one key per purpose: journal, suppression, ...
    keys/undo/<run>.key      the undo of one run (AES-256); backups leave out this folder

Folders have mode 0700, files 0600; a key that others can read is refused.
"""

from __future__ import annotations

import hmac
import os
import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tillit.model.errors import RegisterError
from tillit.model.standing import Person
from tillit.register.canonical import canonical, key_to_text

KEY_BYTES = 32
_PURPOSE = re.compile(r"[a-z][a-z0-9_]*")


def key_folder(register_file: Path) -> Path:
    """The default place of the keys: `keys/` beside a register file."""
    return register_file.parent / "keys"


def create_keys(folder: Path, purposes: tuple[str, ...] = ("journal", "suppression")) -> None:
    """Makes the folder, the signing key and the HMAC keys that are missing. Keeps every key that is there."""
    for place in (folder, folder / "hmac", folder / "undo"):
        _make_folder(place)
    private = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write_new(folder / "signing.pem", private)
    for purpose in purposes:
        _write_new(_hmac_file(folder, purpose), token_bytes(KEY_BYTES))


def signing_key(folder: Path) -> Ed25519PrivateKey:
    """The key that signs checkpoints. Raises RegisterError when missing: a new one would disown the journal."""
    try:
        key = serialization.load_pem_private_key(_read(folder / "signing.pem"), password=None)
    except ValueError as error:
        raise _damaged(folder / "signing.pem") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _damaged(folder / "signing.pem")
    return key


def hmac_key(folder: Path, purpose: str) -> bytes:
    """The key of one purpose's keyed hashes. Raises RegisterError when missing: a new one would match nothing."""
    return _read_exact(_hmac_file(folder, purpose))


def keyed_hash(key: bytes, text: str) -> str:
    """HMAC-SHA256 of a text, in hex. Personal data still, but worthless without the key."""
    return hmac.new(key, text.encode(errors="surrogatepass"), sha256).hexdigest()


def person_hash(key: bytes, person: Person) -> str:
    """The keyed hash by which the journal names a person."""
    return keyed_hash(key, canonical([person.store, person.table, key_to_text(person.key)]))


def new_undo_key(folder: Path, run_id: UUID) -> bytes:
    """Makes the undo key of a run, durable on return. Raises RegisterError when the run has one already."""
    _make_folder(folder / "undo")
    key = token_bytes(KEY_BYTES)
    if not _write_new(_undo_file(folder, run_id), key):
        raise RegisterError(f"run {run_id} already has an undo key", "start a new run, or recover this one")
    return key


def undo_key(folder: Path, run_id: UUID) -> bytes:
    """The undo key of a run. Raises RegisterError when it is destroyed or missing: the run cannot be undone."""
    path = _undo_file(folder, run_id)
    if not path.exists():
        raise RegisterError(
            f"run {run_id} cannot be undone: its undo key is destroyed or missing",
            "if the period for undoing is not over, put back the key folder",
        )
    return _read_exact(path)


def undo_keys(folder: Path) -> list[UUID]:
    """The runs whose undo key exists."""
    return sorted(UUID(path.stem) for path in (folder / "undo").glob("*.key"))


def destroy_undo_key(folder: Path, run_id: UUID) -> bool:
    """Destroys the undo key of a run: overwritten, unlinked, both synced. False when there was none: safe to repeat.

    Overwriting reaches the disk's own copy only where the file system writes in place; snapshots and copy-on-write
    keep older blocks. Leave the folder out of backups.
    """
    path = _undo_file(folder, run_id)
    try:
        with path.open("r+b") as file:
            file.write(token_bytes(max(KEY_BYTES, path.stat().st_size)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise _refused(path, error) from error
    sync_folder(path.parent)
    return True


def sync_folder(folder: Path) -> None:
    """Makes names made or removed in a folder durable."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _hmac_file(folder: Path, purpose: str) -> Path:
    if _PURPOSE.fullmatch(purpose) is None:
        raise ValueError("a key's purpose is a word of lower-case letters, digits and underscores")
    return folder / "hmac" / f"{purpose}.key"


def _undo_file(folder: Path, run_id: UUID) -> Path:
    return folder / "undo" / f"{run_id}.key"


def _make_folder(folder: Path) -> None:
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)
    except OSError as error:
        raise _refused(folder, error) from error


def _write_new(path: Path, content: bytes) -> bool:
    """Writes a key file whole or not at all, never over another. False when there is one already."""
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # fails when there is one already, whoever made it
    except FileExistsError:
        return False
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    sync_folder(path.parent)
    return True


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise RegisterError(f"the key {path} can be read by others", f"chmod 600 {path}")
            return file.read()
    except FileNotFoundError as error:
        raise RegisterError(f"the key {path} is missing", "put back the key folder from its backup") from error
    except OSError as error:
        raise _refused(path, error) from error


def _read_exact(path: Path) -> bytes:
    key = _read(path)
    if len(key) != KEY_BYTES:
        raise _damaged(path)
    return key


def _damaged(path: Path) -> RegisterError:
    return RegisterError(f"the key {path} is damaged", "put back the key folder from its backup")


def _refused(path: Path, error: OSError) -> RegisterError:
    return RegisterError(f"{path}: {error.strerror}", "check the disk, and that the key folder belongs to this user")
