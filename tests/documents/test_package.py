"""A package runs nothing, keeps every value exactly in JSON, streams, and proves what is in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from tests.documents.test_letter import BOOKS
from tillit.documents.package import Changed, package
from tillit.documents.package_page import Column, LeftOut, Package, Row, TableData
from tillit.documents.words import cell, visible

HOSTILE = [
    "=1+1", "+46701740601", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>", "a\u202eb\u2066c", "nul\x00bell\x07", 'quote " and, comma\nline',
]  # fmt: skip


def about(**more: object) -> Package:
    fixed = {
        "language": "en", "right": "access", "policy": BOOKS, "authority": None, "reference": "17",
        "made": datetime(2026, 11, 23, tzinfo=UTC), "categories": frozenset({"contact.name"}), "purposes": ("orders",),
    }  # fmt: skip
    return Package(**{**fixed, **more})  # type: ignore[arg-type]


def table(rows: list[Row], name: str = "crm.contacts") -> TableData:
    width = len(rows[0]) if rows else 1
    return TableData(name, tuple(Column(f"c{n}") for n in range(width)), ("orders",), lambda: rows)


def files(tables: Iterable[TableData], **more: object) -> dict[str, bytes]:
    data = b"".join(package(about(**more), tables))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_hostile_values_run_nowhere_and_json_has_them_exactly():
    found = files([table([[text] for text in HOSTILE])], left_out=(LeftOut(HOSTILE[9], "security", 2),))
    page = found["index.html"].decode()
    tags = Tags(page)
    assert not tags.tags & {"script", "img", "iframe", "object", "form", "svg"}
    assert not [name for name in tags.attributes if name.startswith("on") or name == "src"]
    assert "default-src 'none'" in page
    as_csv = found["data/01-crm-contacts.csv"].decode("utf-8-sig")
    cells = [row[0] for row in csv.reader(io.StringIO(as_csv))][1:]
    assert len(cells) == len(HOSTILE)
    assert [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r", "＝", " ="))] == []
    for text in (page, as_csv):
        assert not {"\u202e", "\u2066", "\x00", "\x07"} & set(text)
    raw = found["data/01-crm-contacts.json"].decode()
    assert [row["c0"] for row in json.loads(raw)] == HOSTILE
    assert not {"\u202e", "\u2066", "\x00", "<"} & set(raw)


def test_what_is_in_it_is_proven_by_checksums():
    found = files([table([["a"]]), table([["b"]], "../../etc/passwd")])
    sums = {line[66:]: line[:64] for line in found["SHA256SUMS"].decode().splitlines()}
    assert sums == {n: hashlib.sha256(d).hexdigest() for n, d in found.items() if n != "SHA256SUMS"}
    assert "data/02-etc-passwd.csv" in found


def test_values_of_every_kind():
    values = [
        None,
        True,
        -5,
        1.5,
        float("nan"),
        Decimal("1.10"),
        date(2026, 1, 2),
        datetime(2026, 1, 2, 3),
        b"\xff",
        [1],
    ]
    found = files([table([values])])
    (row,) = json.loads(found["data/01-crm-contacts.json"])
    assert list(row.values()) == [None, True, -5, 1.5, "nan", "1.10", "2026-01-02", "2026-01-02 03:00:00", "ff", [1]]
    (_, line) = csv.reader(io.StringIO(found["data/01-crm-contacts.csv"].decode("utf-8-sig")))
    assert line[:3] == ["", "True", "-5"]  # a number is no formula, and stays what it is


def test_rows_are_streamed():
    def rows() -> Iterable[Row]:
        return ([n, "x" * 200] for n in range(20_000))

    big = TableData("crm.logins", (Column("id"), Column("text")), (), rows)
    tracemalloc.start()
    size = sum(len(piece) for piece in package(about(), [big]))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 50_000
    assert most < 3_000_000  # 4 MB of values, twice


def test_rows_that_change_meanwhile_are_seen():
    calls = iter([[["a"]], [["a"], ["b"]]])
    moving = TableData("crm.contacts", (Column("id"),), (), lambda: next(calls))
    with pytest.raises(Changed):
        list(package(about(), [moving]))


@pytest.mark.parametrize(("text", "shown"), [("plain åäö", "plain åäö"), ("\u202ex", "⟨U+202E⟩x"), ("👩‍💻", "👩‍💻")])
def test_visible(text, shown):
    assert visible(text) == shown


def test_a_surrogate_is_no_crash():
    assert cell("\udcff") == "⟨U+DCFF⟩"
    assert "data/01-crm-contacts.json" in files([table([["\udcff"]])])
