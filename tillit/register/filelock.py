"""A lock on a file that the operating system lets go of when its process dies, kill -9 included."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Taken(Exception):
    """Another one holds the lock; `process` is its number as text, or ""."""

    def __init__(self, process: str) -> None:
        super().__init__(process)
        self.process = process


@contextmanager
def file_lock(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Holds the lock of this file, made when missing. Raises Taken at once unless told to wait; OSError of the disk.

    Not re-entrant: a second one in the same process is another one. The file stays afterwards: unlinking it would
    let two processes lock two files of one name.
    """
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Taken(os.pread(number, 20, 0).decode(errors="replace").strip()) from None
        os.truncate(number, 0)
        os.pwrite(number, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(number)
