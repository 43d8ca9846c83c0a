"""A checkpoint kept elsewhere shows that a journal was cut back or written anew, even with all that lies beside it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.run.shop import Shop

LINNEA = ("--email", "linnea.berg@example.com", "--apply", "--vouched-by", "Dana")
ERIK = ("--email", "erik.ek@example.com", "--apply", "--vouched-by", "Dana")


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere.txt"


@pytest.fixture
def register(shop: Shop) -> Path:
    return shop.folder / "home" / "register.sqlite"


def copy(source: Path, target: Path) -> None:
    """The whole database of `source` in the place of that of `target`."""
    with sqlite3.connect(source) as here, sqlite3.connect(target) as there:
        here.backup(there)
    here.close()
    there.close()


def test_it_fits_and_goes_on_fitting(tillit, witness):
    tillit("sweep", "--apply", "--approve", "--by", "Dana")
    assert tillit("journal", "checkpoint", str(witness)).code == 0
    first = witness.read_text()
    assert tillit("journal", "verify", "--witness", str(witness)).code == 0
    tillit("forget", *LINNEA)
    assert tillit("journal", "verify", "--witness", str(witness)).code == 0
    said = tillit("journal", "checkpoint", str(witness), "-f", "json")
    assert (said.code, said.json["ok"]) == (0, True)
    assert witness.read_text() != first
    assert list(witness.parent.glob(".elsewhere*")) == []


def test_a_journal_that_was_cut_back_is_caught(tillit, shop, register, witness, tmp_path):
    tillit("sweep", "--apply", "--approve", "--by", "Dana")
    copy(register, tmp_path / "older.sqlite")
    tillit("forget", *LINNEA)
    tillit("journal", "checkpoint", str(witness))
    kept = witness.read_text()
    copy(tmp_path / "older.sqlite", register)
    assert tillit("journal", "verify").code == 0, "by itself the older one is whole"
    said = tillit("journal", "verify", "--witness", str(witness))
    assert said.code == 1
    assert "are left" in said.out
    again = tillit("journal", "checkpoint", str(witness))
    assert again.code == 1
    assert "Nothing was written" in again.out
    assert witness.read_text() == kept


def test_a_journal_that_was_written_anew_is_caught(tillit, register, witness, tmp_path):
    """With the register and the signing key, another past is made, as long as the true one and longer."""
    tillit("sweep", "--apply", "--approve", "--by", "Dana")
    copy(register, tmp_path / "older.sqlite")
    tillit("forget", *LINNEA)
    tillit("journal", "checkpoint", str(witness))
    copy(tmp_path / "older.sqlite", register)
    tillit("forget", *ERIK)
    tillit("undo", "last", "--by", "Dana", "--reason", "wrong_person", "--second", "Karin")
    assert tillit("journal", "verify").code == 0, "by itself the new one is whole"
    said = tillit("journal", "verify", "--witness", str(witness))
    assert said.code == 1
    assert "not those of a witnessed checkpoint" in said.out


def test_a_journal_that_was_edited_is_not_signed_for(tillit, register, witness):
    tillit("sweep", "--apply", "--approve", "--by", "Dana")
    with sqlite3.connect(register) as conn:
        conn.execute("UPDATE journal_leaf SET body = replace(body, 'Dana', 'Bo') WHERE body LIKE '%Dana%'")
    conn.close()
    said = tillit("journal", "checkpoint", str(witness), "-f", "json")
    assert said.code == 1
    assert "was edited" in said.json["faults"][0]
    assert not witness.exists()


def test_what_cannot_be_written(tillit, witness, tmp_path):
    said = tillit("journal", "checkpoint", str(witness))
    assert said.code == 2
    assert "journal is empty" in said.err
    tillit("sweep", "--apply", "--approve", "--by", "Dana")
    witness.write_text("my notes\n")
    said = tillit("journal", "checkpoint", str(witness))
    assert said.code == 2
    assert "name another file" in said.err
    assert witness.read_text() == "my notes\n"
    assert tillit("journal", "checkpoint", str(tmp_path / "nowhere" / "file")).code == 2
