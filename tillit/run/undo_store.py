"""The undo store: what a run is about to remove, encrypted on disk, and sealed before the store is touched.

One folder a run, one file a batch of a store. A file is a header and then frames; each frame is one chunk of about
256 kB: msgpack, zlib, AES-256-GCM. The run's key never encrypts: every file has a key of its own, derived from it
with a random salt, so a chunk's number is a nonce that no two chunks share, even when a batch is written anew.
The header, the chunk's number and whether it is the last are authenticated with it: a chunk that was changed, cut
off, moved, repeated or taken from another file or run is refused. Destroying the run's key destroys it all.

While written a file is named `NAME.part`; sealing syncs it and renames it to `NAME.undo`. So what a crash left half
written is told by its name, and a sealed file is whole.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes
from sys import getsizeof
from types import TracebackType
from typing import IO
from urllib.parse import quote
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tillit.model.errors import StoreError
from tillit.register.keys import sync_folder
from tillit.run.undo_codec import Row, pack, pack_rows, unpack, unpack_rows

MAGIC = b"TILLIT-UNDO-1\n"
CHUNK_BYTES = 256 * 1024
SEALED, UNSEALED = ".undo", ".part"
_SALT_BYTES = 32
_FRAME = struct.Struct(">IB")  # length of the ciphertext, 1 for the last chunk
_FIRST_ROWS, _MOST_ROWS = 64, 8192  # rows a chunk: a first guess, then what fills it
_MOST_BYTES = 4 * CHUNK_BYTES  # of Python objects a chunk, so that wide rows after narrow ones do not pile up
_TABLE, _ROWS, _BLOB, _END = 1, 2, 3, 4  # what a chunk holds


@dataclass(frozen=True, slots=True)
class UndoPart:
    """A piece of an undo file: some rows of a table, or some bytes of its raw form (`blob`, in order, else empty).

    `tags` is what the writer said of the table: dress, types, the action that removed it.
    """

    table: str
    columns: tuple[str, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[Row] = ()
    blob: bytes = b""


@dataclass(frozen=True, slots=True)
class UndoFile:
    """A file in the undo folder of a run. Unsealed: half written when its process died; nothing was removed by it."""

    name: str
    sealed: bool
    path: Path


def undo_name(store: str, batch: int) -> str:
    """The name of the undo file of a batch of a store."""
    return f"{quote(store, safe='')}-{batch:06d}"


def run_folder(folder: Path, run_id: UUID) -> Path:
    """Where the undo files of a run lie, under the folder of all undo."""
    return folder / str(run_id)


class UndoWriter:
    """Writes one undo file: `table`, then `rows` or `blob`, then the next table; `seal` at the end.

    As a context manager it discards what was not sealed. Memory stays bounded however many rows are given, at some
    chunks' worth; a single value must fit in memory. Raises StoreError on a full disk: nothing was removed yet.
    """

    def __init__(self, folder: Path, key: bytes, run_id: UUID, name: str) -> None:
        self._folder = run_folder(folder, run_id)
        self._path = self._folder / (name + UNSEALED)
        self._number = 0
        self._rows = 0
        self._fill = _FIRST_ROWS
        self._columns = -1
        self._header = _header(run_id, name)
        self._cipher = _cipher(key, self._header)
        with _disk(self._path):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._sealed_path.exists():
                raise StoreError(f"the undo {name} of run {run_id} is already sealed", "recover the run, or start anew")
            self._file = open(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")  # noqa: SIM115
            self._file.write(self._header)

    def __enter__(self) -> UndoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def table(self, name: str, columns: Sequence[str], tags: Mapping[str, str] | None = None) -> None:
        """Says whose rows or bytes follow."""
        self._write(_TABLE, pack([name, list(columns), dict(tags or {})]))
        self._columns = len(columns)

    def rows(self, rows: Iterable[Row]) -> int:
        """Writes rows of the table, in the order of its columns. Returns how many."""
        if self._columns < 0:
            raise ValueError("say `table` before its rows")
        count = size = 0
        batch: list[Row] = []
        for row in rows:
            batch.append(row)
            size += sum(map(getsizeof, row))
            if len(batch) >= self._fill or size >= _MOST_BYTES:
                count += self._write_rows(batch)
                batch, size = [], 0
        return count + self._write_rows(batch)

    def blob(self, data: bytes | bytearray | memoryview, rows: int = 0) -> None:
        """Writes bytes of the table, of so many rows, in a form of the engine's own; pieces come back in order."""
        if self._columns < 0:
            raise ValueError("say `table` before its bytes")
        self._rows += rows
        view = memoryview(data)
        for start in range(0, len(view), CHUNK_BYTES):
            self._write(_BLOB, bytes(view[start : start + CHUNK_BYTES]))

    def seal(self) -> UndoFile:
        """Ends the file and makes it durable: only after this may the store be touched."""
        self._write(_END, pack([self._number, self._rows]), last=True)
        with _disk(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._path.rename(self._sealed_path)
            sync_folder(self._folder)
            sync_folder(self._folder.parent)
        return UndoFile(self._path.stem, True, self._sealed_path)

    def discard(self) -> None:
        """Removes the file if it is not sealed; safe to repeat."""
        with suppress(OSError):  # a full disk fails again on closing
            self._file.close()
        with suppress(FileNotFoundError):
            self._path.unlink()

    @property
    def _sealed_path(self) -> Path:
        return self._path.with_suffix(SEALED)

    def _write_rows(self, batch: list[Row]) -> int:
        if not batch:
            return 0
        packed = pack_rows(self._columns, batch)
        self._write(_ROWS, packed)
        self._rows += len(batch)
        fitting = len(batch) * CHUNK_BYTES // len(packed)
        self._fill = max(1, min(fitting, 4 * len(batch), _MOST_ROWS))
        return len(batch)

    def _write(self, kind: int, content: bytes, *, last: bool = False) -> None:
        plain = zlib.compress(bytes([kind]) + content, 1)
        nonce, bound = _nonce(self._number), _bound(self._header, last=last)
        sealed = self._cipher.encrypt(nonce, plain, bound)
        with _disk(self._path):
            self._file.write(_FRAME.pack(len(sealed), last))
            self._file.write(sealed)
        self._number += 1


def read_undo(folder: Path, key: bytes, run_id: UUID, name: str) -> Iterator[UndoPart]:
    """The parts of a sealed undo file, in the order written, one chunk in memory at a time.

    Raises StoreError when the file is missing, not sealed, damaged, of another run or name, or the key is wrong.
    The last chunk is checked last: to know before using the first that all is whole, call `check_undo`.
    """
    table = UndoPart("", ())
    for kind, content in _chunks(folder, key, run_id, name):
        if kind == _TABLE:
            title, columns, tags = unpack(content)
            table = UndoPart(title, tuple(columns), tags)
        elif kind == _ROWS:
            yield UndoPart(table.table, table.columns, table.tags, rows=unpack_rows(content))
        elif kind == _BLOB:
            yield UndoPart(table.table, table.columns, table.tags, blob=content)


def check_undo(folder: Path, key: bytes, run_id: UUID, name: str) -> int:
    """Reads a whole undo file and returns its number of rows. Raises StoreError as `read_undo` does."""
    rows = 0
    for kind, content in _chunks(folder, key, run_id, name):
        if kind == _END:
            rows = unpack(content)[1]
    return rows


def undo_files(folder: Path, run_id: UUID) -> list[UndoFile]:
    """The undo files of a run, sealed and not, by name; none when it has no folder."""
    kinds = {SEALED: True, UNSEALED: False}
    paths = sorted(run_folder(folder, run_id).glob("*"))
    return [UndoFile(path.stem, kinds[path.suffix], path) for path in paths if path.suffix in kinds]


def discard_unsealed(folder: Path, run_id: UUID) -> int:
    """Removes what a crash left half written in a run's folder. Returns how many files."""
    lost = [file for file in undo_files(folder, run_id) if not file.sealed]
    for file in lost:
        file.path.unlink(missing_ok=True)
    return len(lost)


def destroy_undo(folder: Path, run_id: UUID) -> bool:
    """Removes the undo files of a run; destroy its key first (`keys.destroy_undo_key`). False when there were none."""
    place = run_folder(folder, run_id)
    with _disk(place, _READING):
        if not place.exists():
            return False
        for path in place.iterdir():
            path.unlink(missing_ok=True)
        place.rmdir()
        sync_folder(folder)
    return True


def _header(run_id: UUID, name: str, salt: bytes | None = None) -> bytes:
    encoded = name.encode()
    return MAGIC + run_id.bytes + struct.pack(">H", len(encoded)) + encoded + (salt or token_bytes(_SALT_BYTES))


def _cipher(key: bytes, header: bytes) -> AESGCM:
    """The file's own cipher: its key is derived from the run's key and the header's salt."""
    return AESGCM(HKDF(SHA256(), length=32, salt=header[-_SALT_BYTES:], info=header).derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(header: bytes, *, last: bool) -> bytes:
    """What a chunk is bound to besides its number, which is the nonce."""
    return header + bytes([last])


def _chunks(folder: Path, key: bytes, run_id: UUID, name: str) -> Iterator[tuple[int, bytes]]:
    path = run_folder(folder, run_id) / (name + SEALED)
    if not path.exists():
        half = path.with_suffix(UNSEALED).exists()
        what = "was never sealed: its run died before it removed anything" if half else "is missing or destroyed"
        raise StoreError(f"the undo {name} of run {run_id} {what}", "nothing can be put back from it")
    with _disk(path, _READING), path.open("rb") as file:
        expected = _header(run_id, name, bytes(_SALT_BYTES))
        header = file.read(len(expected))
        if len(header) != len(expected) or header[:-_SALT_BYTES] != expected[:-_SALT_BYTES]:
            raise _damaged(path, "its header is not the one of this run and name")
        cipher, number, last = _cipher(key, header), 0, False
        left = path.stat().st_size - len(header)
        while not last:
            plain, last, used = _frame(file, path, cipher, _nonce(number), header, left)
            yield plain[0], plain[1:]
            number, left = number + 1, left - used
        if left:
            raise _damaged(path, "something stands after its end")


def _frame(
    file: IO[bytes], path: Path, cipher: AESGCM, nonce: bytes, header: bytes, left: int
) -> tuple[bytes, bool, int]:
    """The next chunk: its content, whether it is the last, the bytes it takes in the file."""
    front = file.read(_FRAME.size)
    if len(front) < _FRAME.size:
        raise _damaged(path, "its end is missing")
    length, last = _FRAME.unpack(front)
    if length > left - _FRAME.size or last > 1:
        raise _damaged(path, "its end is missing, or a frame is damaged")
    try:
        plain = zlib.decompress(cipher.decrypt(nonce, file.read(length), _bound(header, last=bool(last))))
    except InvalidTag as error:
        raise _damaged(path, "a chunk was changed or moved, or the key is of another run") from error
    return plain, bool(last), _FRAME.size + length


def _damaged(path: Path, why: str) -> StoreError:
    return StoreError(f"the undo file {path.name} cannot be read: {why}", "put back the file and key from a backup")


_WRITING = "free some space, or name another folder for undo; nothing was removed by this batch"
_READING = "check the disk, and that the undo folder belongs to this user; then run again"


@contextmanager
def _disk(path: Path, remedy: str = _WRITING) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"the undo store {path}: {error.strerror}", remedy) from error
