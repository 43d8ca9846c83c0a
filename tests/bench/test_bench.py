"""The benchmarks' own proof: by hand and by the product, the same state and the same answers, on each engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url

from bench import byhand, measures, product
from bench.byhand_erase import erase
from bench.data import NAMES, NOT_INDEXED, TABLES, build, fingerprint, total_rows
from bench.measures import Line, Pacer, Size
from bench.promises import leavers, promises
from bench.report import Measured, load, page, save
from bench.watch import Memory, Statements, replay, watched
from bench.writer import p99
from tillit.connectors.sql.connect import engine_name, open_engine
from tillit.connectors.sql.transactions import session

PEOPLE = 200
KEYS = leavers(PEOPLE, 6)


@pytest.fixture
def shop(store_url: str):
    engine = opened(store_url)
    yield engine
    engine.dispose()


def opened(url: str) -> Engine:
    if url.startswith("sqlite"):
        Path(str(make_url(url).database)).touch()  # the product never creates a store
    engine = open_engine(url)
    build(engine, PEOPLE)
    return engine


def test_the_data_are_the_same_on_every_engine_and_every_table_has_its_rows(shop: Engine):
    found = fingerprint(shop)
    assert tuple(found) == NAMES
    assert {t.name: found[t.name][0] for t in TABLES} == {t.name: t.rows(PEOPLE) for t in TABLES}
    assert sum(counts[0] for counts in found.values()) == total_rows(PEOPLE) == 50 * PEOPLE
    assert found["messages"][:4] == (1200, 720600, 1200, 720600)


def test_a_change_of_one_cell_shows_in_the_fingerprint(shop: Engine):
    before = fingerprint(shop)
    with shop.begin() as connection:
        connection.exec_driver_sql("UPDATE orders SET note = 'x' WHERE id = 3")
    after = fingerprint(shop)
    assert {name for name in NAMES if before[name] != after[name]} == {"orders"}


@pytest.fixture
def another(shop: Engine, new_database, tmp_path: Path):
    """A second shop on the same engine."""
    name = engine_name(shop)
    engine = opened(f"sqlite:///{tmp_path / 'another.sqlite'}" if name == "sqlite" else new_database(name))
    yield engine
    engine.dispose()


def erased_by_hand(engine: Engine) -> None:
    with session(engine) as store, store.writing() as connection:
        erase(connection, KEYS)


def test_erasing_by_hand_and_by_the_product_ends_in_the_same_state(shop: Engine, another: Engine, tmp_path: Path):
    untouched = fingerprint(shop)
    bound = promises(another)
    erased_by_hand(shop)
    done = product.erase(another, bound, KEYS, tmp_path / "undo")
    assert fingerprint(shop) == fingerprint(another) != untouched
    assert done["logins", "delete"] == 8 * len(KEYS)
    assert list((tmp_path / "undo").rglob("*"))


def test_sweeping_by_hand_and_by_the_product_ends_in_the_same_state(shop: Engine, another: Engine):
    bound = promises(another)
    dead = product.count(another, bound)
    loop = byhand.sweep(shop, Pacer(rows=70).next, 70)
    swept = product.sweep(another, bound, Pacer(rows=70).next, 70)
    assert fingerprint(shop) == fingerprint(another)
    assert loop.rows == swept.rows == sum(tally.deleted for tally in dead.values())
    assert 0.2 < swept.rows / total_rows(PEOPLE) < 0.3
    assert product.count(another, bound) == {}


def test_explaining_by_hand_and_by_the_product_tells_the_same(shop: Engine):
    bound = promises(shop)
    with watched(shop) as statements:
        states = product.explained(shop, bound, 17)
    query = byhand.explain_query(engine_name(shop), 17)
    with shop.connect() as connection:
        rows = {(row[0], row[1]): bool(row[2]) for row in connection.exec_driver_sql(query)}
    assert rows == {(state.table, state.key[0]): any(g.held for g in state.grounds) for state in states}
    assert {True, False} == set(rows.values())
    assert replay(shop, statements) > 0
    assert byhand.full_scans(shop, NOT_INDEXED) > 0


def test_statements_are_told_apart_by_kind():
    texts = [
        "CREATE TEMPORARY TABLE tillit_mark_3 AS SELECT 1",
        "CREATE INDEX tillit_mark_3_k ON tillit_mark_3 (k0)",
        "INSERT INTO tillit_root_1 (k0, f) VALUES (?, ?)",
        "ANALYZE temp",
        "DELETE FROM logins WHERE id IN (SELECT k0 FROM tillit_mark_3)",
        "UPDATE orders SET note = NULL",
        "SELECT max(rowid) FROM tillit_mark_3",
        "BEGIN IMMEDIATE",
        "SET foreign_key_checks = 0",
    ]
    seen = Statements([(text, (), False) for text in texts])
    assert seen.kinds == {"mark": 1, "temporary": 3, "write": 2, "read": 1, "session": 2}
    assert seen.count == 7


def test_the_pace_follows_the_target_within_its_bounds():
    pacer = Pacer(target=0.05, rows=1000)
    assert pacer.next(0.05, 1000) == 1000
    assert pacer.next(0.0001, 1000) == 2000
    assert pacer.next(5.0, 2000) == 1000
    assert [pacer.next(9.0, 0) for _ in range(9)][-1] == 50


def test_the_99th_percentile():
    assert p99([n / 1000 for n in range(100)]) == 99
    assert p99([0.004]) == 4


def test_memory_is_seen_to_grow():
    memory = Memory()
    before = memory.peak
    held = bytearray(64 * 2**20)
    assert memory.peak > before + 32
    assert len(held) == 64 * 2**20


LINE = Line("sqlite", "Erase", "s", product=1.2, by_hand=1.0, limit=1.3)


def test_a_line_is_met_only_when_both_sides_did_the_same():
    assert LINE.met
    assert not replace(LINE, product=1.4).met
    assert not replace(LINE, same=False).met
    assert replace(LINE, by_hand=None, product=299.0, limit=300.0).met
    assert not replace(LINE, by_hand=None, product=301.0, limit=300.0).met


def test_the_page_says_what_is_met_and_what_is_not(tmp_path: Path):
    lines = [LINE, replace(LINE, product=2.0, note="slow"), replace(LINE, same=False)]
    save(Measured("sqlite", "3.40.1", Size(100, 1, 200, 3, 0.0), 5_000, 10_000, 60.0, 0.5, lines), tmp_path)
    (kept,) = load(tmp_path)
    assert kept.lines == lines
    text = page([kept])
    assert "| Erase | 1.20 s | 1.00 s | 1.20 | 1.3 | met |" in text
    assert "| Erase | 2.00 s | 1.00 s | 2.00 | 1.3 | **NOT met** |" in text
    assert "**NOT the same end state**" in text
    assert "1 of 3 lines are met" in text
    assert "- Erase: slow" in text


def test_the_smallest_size_runs_from_end_to_end_on_sqlite(tmp_path: Path):
    from bench.places import place

    with place("sqlite", tmp_path) as where:
        bench = measures.Bench("sqlite", where, Size(100, 2, 100, 1, 0.0), tmp_path, lambda text: None)
        lines = bench.run()
    assert [one.what for one in lines if not one.same] == []
    assert len(lines) == 8
    assert not list(tmp_path.glob("bench-*"))
