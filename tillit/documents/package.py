"""A person's data as a zip (Art. 15 and 20): index.html, CSV and JSON for each table, and checksums.

Streamed: rows are asked for twice (CSV, then JSON) and never gathered; the zip is yielded in pieces. Nothing in it
runs: no script, a page that may load nothing, no cell that a spreadsheet takes for a formula. JSON holds the values as
they are.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from tillit.documents.package_page import SHOWN, Package, Row, TableData, Written, information, page, plain
from tillit.documents.words import cell

_CHUNK = 64 * 1024
_STAMP = (1980, 1, 1, 0, 0, 0)  # of the files in the zip: no clock is read here
_BIDI = re.compile("[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")


class Changed(Exception):
    """The rows were not the same when they were asked for again."""


class _Sink(io.RawIOBase):
    """Where the zip is written to: pieces are taken out as they come."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def taken(self) -> Iterator[bytes]:
        pieces, self.pieces = self.pieces, []
        yield from pieces


def package(about: Package, tables: Iterable[TableData]) -> Iterator[bytes]:
    """The zip, piece by piece. Raises Changed when a table gave other rows the second time."""
    sink = _Sink()
    written: list[Written] = []
    shown: list[tuple[TableData, list[Row], Written, Written]] = []
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for number, table in enumerate(tables, 1):
            first: list[Row] = []
            base = f"data/{number:02d}-{_slug(table.place)}"
            as_csv = Written(f"{base}.csv", "", 0)
            yield from _file(archive, sink, as_csv, _csv(table, first, as_csv))
            as_json = Written(f"{base}.json", "", 0)
            yield from _file(archive, sink, as_json, _json(table, as_json))
            if as_json.rows != as_csv.rows:
                raise Changed(table.place)
            written += [as_csv, as_json]
            shown.append((table, first, as_csv, as_json))
        told = Written("information.json", "", 0)
        text = json.dumps(information(about), indent=2, ensure_ascii=True)
        yield from _file(archive, sink, told, [text])
        shown_page = Written("index.html", "", 0)
        yield from _file(archive, sink, shown_page, page(about, shown, [*written, told]))
        sums = "".join(f"{one.sha256}  {one.name}\n" for one in [*written, told, shown_page])
        yield from _file(archive, sink, Written("SHA256SUMS", "", 0), [sums])
    yield from sink.taken()


def _file(archive: zipfile.ZipFile, sink: _Sink, told: Written, parts: Iterable[str]) -> Iterator[bytes]:
    """One file, in pieces of some size; `told` gets its checksum and size."""
    digest = hashlib.sha256()
    info = zipfile.ZipInfo(told.name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    with archive.open(info, "w", force_zip64=True) as file:
        gathered: list[str] = []
        length = 0

        def flush() -> None:
            data = "".join(gathered).encode("utf-8", "replace")
            digest.update(data)
            told.size += len(data)
            file.write(data)
            gathered.clear()

        for part in parts:
            gathered.append(part)
            length += len(part)
            if length >= _CHUNK:
                flush()
                length = 0
                yield from sink.taken()
        flush()
    told.sha256 = digest.hexdigest()
    yield from sink.taken()


def _slug(place: str) -> str:
    plain = unicodedata.normalize("NFKD", place).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "table"


def _csv(table: TableData, first: list[Row], told: Written) -> Iterator[str]:
    """With a byte order mark, which spreadsheets want; every cell in quotes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    yield "\ufeff"
    writer.writerow([cell(column.name) for column in table.columns])
    for row in table.rows():
        if len(first) < SHOWN:
            first.append(row)
        told.rows += 1
        writer.writerow([cell(plain(value)) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _json(table: TableData, told: Written) -> Iterator[str]:
    names = _distinct([column.name for column in table.columns])
    yield "["
    for row in table.rows():
        yield ",\n " if told.rows else "\n "
        told.rows += 1
        yield _dumped(dict(zip(names, map(plain, row), strict=True)))
    yield "\n]\n"


def _dumped(value: object) -> str:
    """JSON with every letter as it is, and what would not be seen as an escape: the value is the same."""
    text = json.dumps(value, ensure_ascii=False)
    text = _BIDI.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.encode("utf-8", "backslashreplace").decode().replace("<", "\\u003c")


def _distinct(names: Sequence[str]) -> list[str]:
    return [name if names.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(names)]
