"""Every harm to an undo file is noticed before anything is put back from it."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path
from uuid import UUID

import pytest

from tillit.model.errors import StoreError
from tillit.run.undo_store import MAGIC, UndoWriter, check_undo, read_undo, run_folder, undo_files

KEY = b"k" * 32
RUN, OTHER = UUID(int=5), UUID(int=6)
NAME = "crm-000000"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small sealed file: header, table, two chunks of rows, a blob, the end."""
    write(tmp_path)
    (sealed,) = undo_files(tmp_path, RUN)
    return sealed.path


def write(folder: Path, run_id: UUID = RUN, name: str = NAME) -> None:
    with UndoWriter(folder, KEY, run_id, name) as undo:
        undo.table("contacts", ["id"])
        undo.rows([(1,), (2,)])
        undo.rows([(3,)])
        undo.blob(b"raw")
        undo.seal()


def refused(path: Path, key: bytes = KEY, run_id: UUID = RUN, name: str = NAME) -> bool:
    """Whether both readers refuse; neither may raise anything but StoreError."""
    folder, told = path.parent.parent, 0
    try:
        check_undo(folder, key, run_id, name)
    except StoreError:
        told += 1
    try:
        list(read_undo(folder, key, run_id, name))
    except StoreError:
        told += 1
    assert told in (0, 2)
    return told == 2


def frames(content: bytes) -> tuple[bytes, list[bytes]]:
    at = len(MAGIC) + 16
    at += 2 + int.from_bytes(content[at : at + 2], "big") + 32
    header, found = content[:at], []
    while at < len(content):
        length = 5 + struct.unpack_from(">IB", content, at)[0]
        found.append(content[at : at + length])
        at += length
    return header, found


def test_untouched_it_is_read(file):
    assert not refused(file)
    assert len(frames(file.read_bytes())[1]) == 5


def test_every_changed_byte_is_noticed(file):
    content = file.read_bytes()
    for place in range(len(content)):
        for bit in (1, 128):
            file.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            assert refused(file), place
    file.write_bytes(content)
    assert not refused(file)


def test_every_cut_and_every_addition_is_noticed(file):
    content = file.read_bytes()
    for place in range(len(content)):
        file.write_bytes(content[:place])
        assert refused(file), place
    for more in (b"\0", content, b"\0" * 5):
        file.write_bytes(content + more)
        assert refused(file)


def test_lost_doubled_and_moved_chunks_are_noticed(file):
    header, chunks = frames(file.read_bytes())
    arrangements = [
        chunks[:place] + chunks[place + 1 :] for place in range(len(chunks))
    ] + [
        [*chunks[:place], chunks[place], *chunks[place:]] for place in range(len(chunks))
    ] + [
        [*chunks[:place], chunks[place + 1], chunks[place], *chunks[place + 2 :]] for place in range(len(chunks) - 1)
    ]  # fmt: skip
    for arranged in arrangements:
        file.write_bytes(header + b"".join(arranged))
        assert refused(file)


def test_a_chunk_marked_as_last_or_not_is_noticed(file):
    header, chunks = frames(file.read_bytes())
    for place, chunk in enumerate(chunks):
        marked = chunk[:4] + bytes([1 - chunk[4]]) + chunk[5:]
        file.write_bytes(header + b"".join([*chunks[:place], marked, *chunks[place + 1 :]]))
        assert refused(file)
        file.write_bytes(header + b"".join([*chunks[:place], marked]))
        assert refused(file)


def test_a_file_of_another_run_or_name_is_noticed(file):
    folder = file.parent.parent
    content = file.read_bytes()
    write(folder, name="crm-000001")
    write(folder, run_id=OTHER)
    for other in (
        run_folder(folder, RUN) / "crm-000001.undo",
        run_folder(folder, OTHER) / f"{NAME}.undo",
    ):
        file.write_bytes(other.read_bytes())
        assert refused(file)
        assert not refused(other, run_id=UUID(other.parent.name), name=other.stem)
    file.write_bytes(content)
    assert refused(file, key=b"x" * 32)
    assert not refused(file)


def test_a_chunk_of_another_file_under_the_same_key_is_noticed(file):
    folder = file.parent.parent
    write(folder, name="crm-000001")
    header, chunks = frames(file.read_bytes())
    _, others = frames((file.parent / "crm-000001.undo").read_bytes())
    for place in range(len(chunks)):
        file.write_bytes(header + b"".join([*chunks[:place], others[place], *chunks[place + 1 :]]))
        assert refused(file)


def test_an_older_writing_of_the_same_batch_cannot_lend_its_chunks(file):
    header, chunks = frames(file.read_bytes())
    file.unlink()
    write(file.parent.parent)
    again, fresh = frames(file.read_bytes())
    assert header != again
    for place in range(len(chunks)):
        file.write_bytes(again + b"".join([*fresh[:place], chunks[place], *fresh[place + 1 :]]))
        assert refused(file)


def test_a_huge_length_is_refused_before_it_is_read(file):
    header, chunks = frames(file.read_bytes())
    file.write_bytes(header + struct.pack(">IB", 2**31, 0) + b"".join(chunks)[5:])
    tracemalloc.start()
    assert refused(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000
