"""Rows that go twice, and tables whose keys point at each other: swept by real runs, in order, and put back."""

from __future__ import annotations

import pytest

from tests.connectors.support import run
from tests.run.shop import NOW, Shop
from tests.run.test_recover import undo_everything
from tillit.connectors.sql.connect import open_engine
from tillit.service.sweep import sweep

POLICY = """
tillit: 1
controller: {name: Example AB, country: SE, timezone: Europe/Stockholm}
people: {customer: Customers}
information: {notes: {title: Notes}}
purposes:
  notes: {clause: "1", title: Keep notes, basis: legitimate_interests, data: [notes], keep: {for: 1 year}}
"""

HEAD = "store: shop\nurl: env:SHOP_URL\ncountry: SE\ntimezone: UTC\ntables:\n"
PERSON = "  people: {person: {kind: customer, identified_by: {number: id}}, columns: {}}\n"
DATED = "    when_dead: delete\n    columns: {note: notes, at: not_personal}\n    grounds: {notes: {since: at}}\n"


@pytest.fixture
def project(tmp_path, store_url):
    def make(tables: str, ddl: str, *names: str) -> Ring:
        folder = tmp_path / "project"
        (folder / "stores").mkdir(parents=True)
        (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
        (folder / "stores" / "shop.yaml").write_text(HEAD + PERSON + tables, encoding="utf-8")
        run(store_url, "CREATE TABLE people (id INTEGER PRIMARY KEY); INSERT INTO people VALUES (1), (2);" + ddl)
        return Ring(Shop(folder, store_url), names)

    return make


class Ring:
    """A project whose sweep is carried out, and undone."""

    def __init__(self, shop: Shop, tables: tuple[str, ...]) -> None:
        self.shop, self.tables = shop, tables

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        engine = open_engine(self.shop.url)
        with engine.connect() as conn:
            found = {t: sorted(map(tuple, conn.exec_driver_sql(f"SELECT * FROM {t}")), key=str) for t in self.tables}
            conn.rollback()
        engine.dispose()
        return found

    def swept_and_back(self) -> dict[str, list[tuple[object, ...]]]:
        """What the sweep leaves; all of it comes back."""
        before = self.rows()
        with self.shop.opened() as (project, memory, stores):
            sweep(project, memory, stores, NOW, by="Dana", approve_it=True)
        after = self.rows()
        undo_everything(self.shop)
        assert self.rows() == before
        return after


VIA = f"""  docs:
    owned_by: {{owner: {{table: people, column: owner_id}}}}
    accessed_by: {{reader: {{table: people, via: {{table: doc_readers, here: doc_id, there: person_id}}}}}}
{DATED}"""


def test_a_link_row_that_is_cut_and_whose_row_goes(project):
    """It is in the undo once, and counted once: else the run takes itself for disturbed, and is never done."""
    ring = project(
        VIA,
        """CREATE TABLE docs (id INTEGER PRIMARY KEY, owner_id INTEGER, note VARCHAR(90), at DATE);
        CREATE TABLE doc_readers (id INTEGER PRIMARY KEY, doc_id INTEGER, person_id INTEGER);
        INSERT INTO docs VALUES (1, 1, 'old', '2020-01-01'), (2, 1, 'new', '2026-11-01');
        INSERT INTO doc_readers VALUES (10, 1, 2), (11, 2, 2);""",
        "docs",
        "doc_readers",
    )
    after = ring.swept_and_back()
    assert [row[0] for row in after["docs"]] == [2]
    assert [row[0] for row in after["doc_readers"]] == [11]


RING = f"""  answers:
    owned_by: {{owner: {{table: people, column: owner_id}}}}
    refers_to: {{question: {{table: questions, column: question_id}}}}
{DATED}  questions:
    owned_by: {{owner: {{table: people, column: owner_id}}}}
    refers_to: {{best: {{table: answers, column: best_id}}}}
{DATED}"""


def test_two_tables_that_point_at_each_other(project):
    """The answer's key is NOT NULL, so it goes before its question, though its table comes last by name."""
    ring = project(
        RING.replace("answers", "x_answers"),
        """CREATE TABLE questions (id INTEGER PRIMARY KEY, owner_id INTEGER, best_id INTEGER, note VARCHAR(90),
            at DATE);
        CREATE TABLE x_answers (id INTEGER PRIMARY KEY, owner_id INTEGER,
            question_id INTEGER NOT NULL REFERENCES questions (id), note VARCHAR(90), at DATE);
        INSERT INTO questions VALUES (1, 1, 10, 'old', '2020-01-01'), (2, 1, NULL, 'new', '2026-11-01');
        INSERT INTO x_answers VALUES (10, 1, 1, 'old', '2020-01-01'), (11, 1, 2, 'new', '2026-11-01');""",
        "questions",
        "x_answers",
    )
    after = ring.swept_and_back()
    assert [row[0] for row in after["questions"]] == [2]
    assert [row[0] for row in after["x_answers"]] == [11]


SELF = f"""  notes:
    owned_by: {{owner: {{table: people, column: owner_id}}}}
    refers_to: {{other: {{table: notes, column: other_id}}}}
{DATED}"""


def test_rows_of_one_table_that_point_at_each_other(project, store_url):
    """Neither can be without the other: they go in one statement, and come back in one."""
    lite = store_url.startswith("sqlite")
    key = ", FOREIGN KEY (other_id) REFERENCES notes (id)"
    ring = project(
        SELF,
        f"""CREATE TABLE notes (id INTEGER PRIMARY KEY, owner_id INTEGER, other_id INTEGER NOT NULL, note VARCHAR(90),
            at DATE{key if lite else ""});
        INSERT INTO notes VALUES (1, 1, 2, 'old', '2020-01-01'), (2, 1, 1, 'old', '2020-01-01'),
            (3, 1, 3, 'new', '2026-11-01');
        {"" if lite else "ALTER TABLE notes ADD" + key[1:]};""",
        "notes",
    )
    after = ring.swept_and_back()
    assert [row[0] for row in after["notes"]] == [3]
