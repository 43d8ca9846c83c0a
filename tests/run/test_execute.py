"""Carrying plans out on real engines: what goes, what stays, what is on record, and what stops a run."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.run.shop import NOW, SWEPT, Shop, new_shop
from tillit.connectors.sql import carry
from tillit.decide.brake import Limits
from tillit.model.errors import Braked, StoreError, TillitError
from tillit.model.standing import Person
from tillit.register.database import reading
from tillit.register.journal import entries, verify
from tillit.register.keys import signing_key, undo_keys
from tillit.register.lock import store_lock
from tillit.register.runs import RunState, StepState, get_run, intents_without_receipt, runs, steps
from tillit.register.standing import standing_of
from tillit.run import batch, execute
from tillit.run.batch import Changed
from tillit.run.failures import Interrupted
from tillit.run.restore import destroy_due
from tillit.run.undo_store import undo_files
from tillit.service.forget import Ask, forget
from tillit.service.sweep import preview, sweep


@pytest.fixture
def shop(tmp_path, store_url) -> Shop:
    return new_shop(tmp_path / "project", store_url)


@pytest.fixture
def small(tmp_path, sqlite_url) -> Shop:
    return new_shop(tmp_path / "project", sqlite_url)


def swept(shop: Shop, **how):
    with shop.opened() as (project, memory, stores):
        limits = how.pop("limits", None)
        if limits:
            project = replace(project, settings=replace(project.settings, limits=limits))
        return sweep(project, memory, stores, NOW, by="Dana", **{"approve_it": True, **how})


def test_a_sweep_removes_what_is_dead_and_nothing_else(shop):
    before = shop.rows()
    done = swept(shop)
    assert dict(done.outcome.rows) == SWEPT
    after = shop.rows()
    assert after["invoices"] == [row for row in before["invoices"] if row[0] != 21]
    assert after["logins"] == [row for row in before["logins"] if row[0] in (30, 34)]
    assert {t: after[t] for t in ("products", "contacts", "orders")} == {
        t: before[t] for t in ("products", "contacts", "orders")
    }


def test_a_second_sweep_finds_nothing(shop):
    swept(shop)
    state = shop.rows()
    assert swept(shop, approve_it=False).outcome.total == 0
    assert shop.rows() == state


def test_a_look_changes_nothing_and_counts_the_same(shop):
    before = shop.rows()
    with shop.opened() as (project, memory, stores):
        seen = preview(project, memory, stores, NOW)
    assert {("shop", n, "delete"): t.deleted for n, t in seen.stores[0].tallies.items() if t.deleted} == SWEPT
    assert {c: n.total for c, n in seen.clauses.items()} == {"2": 1, "3": 3}
    assert shop.rows() == before
    assert not seen.approved


def test_everything_is_on_record(small):
    run_id = swept(small).outcome.run_id
    with small.opened() as (_, memory, _stores), reading(memory.register) as conn:
        run = get_run(conn, run_id)
        assert run.state is RunState.DONE
        assert dict(run.counts) == {"shop.invoices.delete": 1, "shop.logins.delete": 3}
        assert run.policy_digest == small.project.policy.digest
        assert run.destroy_by == NOW + timedelta(days=2)
        assert {(s.table, s.planned, s.rows, s.state) for s in steps(conn, run_id)} == {
            ("invoices", 1, 1, StepState.REMOVED),
            ("logins", 3, 3, StepState.REMOVED),
        }
        assert verify(conn, signing_key(memory.keys).public_key()).ok
        assert {f.sealed for f in undo_files(memory.undo, run_id)} == {True}


def test_a_new_policy_waits_for_approval(small):
    before = small.rows()
    with pytest.raises(Braked, match="nobody has approved") as caught:
        swept(small, approve_it=False)
    assert "clause 3: 3 values" in str(caught.value)
    assert small.rows() == before
    assert swept(small).approved
    (small.folder / "policy.yaml").write_text((small.folder / "policy.yaml").read_text().replace("3 weeks", "2 weeks"))
    with pytest.raises(Braked, match="has changed since"):
        swept(small, approve_it=False)


def test_a_changed_map_waits_for_approval_too(small):
    swept(small)
    file = small.folder / "stores" / "shop.yaml"
    file.write_text(file.read_text().replace("security: {since: at}", "security: {since: at, missing: dies}"))
    with pytest.raises(Braked, match="a map has changed"):
        swept(small, approve_it=False)


def test_the_brake_stops_before_anything_is_written(shop):
    before = shop.rows()
    with pytest.raises(Braked, match=r"shop\.logins: 3 rows would be touched, 2 are allowed \(clause 3\)"):
        swept(shop, limits=Limits(share=0.2, rows=2))
    assert shop.rows() == before
    with shop.opened() as (_, memory, _stores), reading(memory.register) as conn:
        assert runs(conn)[0].state is RunState.FAILED
        assert not intents_without_receipt(conn)


@pytest.mark.parametrize("limits", [Limits(share=0.6, rows=2), Limits(share=0, rows=3)])
def test_the_brake_takes_the_larger_of_share_and_rows(small, limits):
    assert dict(swept(small, limits=limits).outcome.rows) == SWEPT


def test_the_brake_can_be_overridden_and_the_journal_tells(small):
    swept(small, limits=Limits(share=0, rows=0), allow_more=True)
    with small.opened() as (_, memory, _stores), reading(memory.register) as conn:
        assert sum('"brake.overridden"' in (body or "") for _, body in entries(conn)) == 1


@pytest.mark.parametrize("moment", ["sealed", "intended", "sent", "committed", "receipted"])
def test_ctrl_c_leaves_nothing_half_done_and_says_what_was(small, monkeypatch, moment):
    def stop(name: str) -> None:
        if name == moment:
            raise KeyboardInterrupt

    monkeypatch.setattr(batch, "killpoint", stop)
    with pytest.raises(Interrupted) as caught:
        swept(small)
    monkeypatch.undo()
    with small.opened() as (_, memory, _stores), reading(memory.register) as conn:
        assert not intents_without_receipt(conn)
        run = runs(conn)[0]
        assert run.state is RunState.FAILED
        told = sum(s.rows or 0 for s in steps(conn, run.id) if s.state is StepState.REMOVED)
    left = len(small.rows()["invoices"]) + len(small.rows()["logins"])
    assert told == 8 - left
    assert ("nothing was changed" in str(caught.value)) is (told == 0)
    assert (f"{told:,} rows" in str(caught.value)) is (told > 0)
    assert caught.value.exit_code == 130
    swept(small)
    assert len(small.rows()["invoices"]) == 2
    assert len(small.rows()["logins"]) == 2


def test_a_row_count_that_is_not_the_undos_rolls_back(small, monkeypatch):
    before, real, calls = small.rows(), carry.carry, []

    def raced(connection, schema, write, keep):
        real(connection, schema, write, keep)
        calls.append(write.table)
        raise carry.Raced(write.table)

    monkeypatch.setattr(batch, "carry", raced)
    with pytest.raises(StoreError, match="changed while the run was at work"):
        swept(small)
    assert len(calls) == execute.ATTEMPTS * batch.ATTEMPTS
    assert small.rows() == before
    with small.opened() as (_, memory, _stores), reading(memory.register) as conn:
        run = runs(conn)[0]
        assert run.state is RunState.FAILED
        assert steps(conn, run.id) == []
        assert undo_files(memory.undo, run.id) == []


def test_a_busy_store_is_tried_again_with_a_new_plan(small, monkeypatch):
    real, failures = carry.carry, iter([True, True, False])

    def busy(connection, schema, write, keep):
        if next(failures, False):
            raise Changed("shop changed", "again")
        return real(connection, schema, write, keep)

    monkeypatch.setattr(batch, "carry", busy)
    assert dict(swept(small).outcome.rows) == SWEPT


def test_a_full_disk_for_the_undo_changes_nothing(small, monkeypatch):
    before = small.rows()

    def full(*_args, **_how):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TillitError, match="No space left"):
        swept(small)
    monkeypatch.undo()
    assert small.rows() == before
    assert swept(small).outcome.total == 4


def test_a_store_that_refuses_is_told_without_values(small):
    small.execute(
        "CREATE TRIGGER no BEFORE DELETE ON invoices BEGIN SELECT RAISE(ABORT, 'not Erik Ek'); END",
    )
    before = small.rows()
    with pytest.raises(StoreError) as caught:
        swept(small)
    assert "Erik" not in str(caught.value)
    assert "refused a statement" in str(caught.value)
    assert small.rows()["invoices"] == before["invoices"]


def test_undo_is_destroyed_when_its_time_is_over(small):
    run_id = swept(small).outcome.run_id
    with small.opened() as (_, memory, _stores):
        assert destroy_due(memory, NOW + timedelta(days=1)) == []
        assert undo_keys(memory.keys) == [run_id]
        assert destroy_due(memory, NOW + timedelta(days=2)) == [run_id]
        assert undo_keys(memory.keys) == []
        assert undo_files(memory.undo, run_id) == []
        with reading(memory.register) as conn:
            assert {s.state for s in steps(conn, run_id)} == {StepState.DESTROYED}
        assert destroy_due(memory, NOW + timedelta(days=2)) == []


def test_only_one_run_at_a_time(small):
    told = pytest.raises(TillitError, match="another run is at work on shop")
    with small.opened() as (_, memory, _stores), store_lock(memory.register, "shop"), told:
        swept(small)


def test_a_freed_key_does_not_inherit_what_stood_for_the_one_who_is_gone(shop):
    """A person's key may be given to somebody else: what ended for the first must not kill the second's rows."""
    shop.execute("INSERT INTO contacts VALUES (7, 'Gone Gran', 'gone.gran@example.com', NULL)")
    with shop.opened() as (project, memory, stores):
        forget(project, memory, stores, Ask({"email": "gone.gran@example.com"}), NOW, vouched_by="Dana")
    assert 7 not in {row[0] for row in shop.rows()["contacts"]}
    shop.execute("INSERT INTO contacts VALUES (7, 'New Nils', 'new.nils@example.com', NULL)")
    swept(shop)
    assert (7, "New Nils", "new.nils@example.com", None) in shop.rows()["contacts"]


def test_a_key_that_a_kept_row_points_at_stays_with_its_person(shop):
    with shop.opened() as (project, memory, stores):
        forget(project, memory, stores, Ask({"email": "linnea.berg@example.com"}), NOW, vouched_by="Dana")
        with reading(memory.register) as conn:
            assert standing_of(conn, [Person("shop", "contacts", (1,))])[0].ended == {"orders": NOW}
    shop.execute("INSERT INTO orders VALUES (99, 1, 'Kept by nobody', 'done')")
    swept(shop)
    assert 99 not in {row[0] for row in shop.rows()["orders"]}
