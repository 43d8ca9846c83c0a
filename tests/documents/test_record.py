"""The record of processing activities: every purpose in every form, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from tests.documents.notice_support import TODAY, harmless, poisoned, policy, swedish
from tillit.documents.notice_language import Language
from tillit.documents.record import COLUMNS, record, record_csv, record_html, record_xlsx

FORMULA = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")  # what a spreadsheet may take for one
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def made(told=None, language="en"):
    return record(told or policy(), Language(language, swedish() if language == "sv" else {}), TODAY)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_purpose_stands_in_every_form(language):
    told = made(language=language)
    assert len(told.rows) == len(policy().purposes) > 25
    rows = list(csv.reader(StringIO(record_csv(told).decode("utf-8-sig"))))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == len(told.rows) + 1
    page = record_html(told)
    harmless(page)
    assert page.count('class="card"') == len(told.rows)
    with ZipFile(BytesIO(record_xlsx(told, TODAY))) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
        assert len(sheet.findall(f".//{SHEET}row")) == len(told.rows) + 1


def test_it_tells_what_article_30_asks_for():
    told = made()
    row = next(dict(zip(COLUMNS, r, strict=True)) for r in told.rows if r[1].startswith("Let the distributor"))
    assert row["basis"].startswith("Legitimate interests, Art. 6(1)(f)")
    assert "Japan" in row["transfers"]
    assert "standard clauses" in row["transfers"]
    assert "The distributor near you" in row["recipients"]
    assert row["keep"].startswith("Until you end")
    assert "Data is encrypted" in row["security"]
    assert "Qualisys AB" in dict(told.about).values()
    food = next(dict(zip(COLUMNS, r, strict=True)) for r in told.rows if r[1].startswith("Serve food"))
    assert food["special"] == "Health or religion"


def test_hostile_texts_are_no_formulas():
    told = made(poisoned())
    rows = list(csv.reader(StringIO(record_csv(told).decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert sum(cell.startswith("'=HYPERLINK") for cell in cells) > 50
    assert [cell for cell in cells if cell.startswith(FORMULA)] == []
    with ZipFile(BytesIO(record_xlsx(told, TODAY))) as book:
        for name in ("sheet1", "sheet2"):
            sheet = ElementTree.fromstring(book.read(f"xl/worksheets/{name}.xml"))
            assert sheet.findall(f".//{SHEET}f") == []
            assert sheet.findall(f".//{SHEET}hyperlink") == []
        assert not [n for n in book.namelist() if "vba" in n or "external" in n.lower()]
    harmless(record_html(told))
    assert not re.search(r"[\u202e\u2066\u0000]", record_html(told))


def test_an_empty_or_unknown_policy_is_still_a_record():
    assert len(made(policy("published")).rows) == len(policy("published").purposes)
