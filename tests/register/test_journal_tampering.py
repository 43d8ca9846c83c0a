"""Every way of editing the journal is seen: in the register, and in an export."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tillit.register import journal, merkle
from tillit.register.database import open_register, reading, writing
from tillit.register.journal_proof import Verdict, commit, verify_export
from tillit.register.notes import Checkpoint, read_note, sign
from tillit.register.schema import journal_checkpoint, journal_leaf, journal_state

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key()


@pytest.fixture
def told(register):
    """Twelve leaves, signed for at four and at ten; the first two erased by rule."""
    with writing(register) as conn:
        for number in range(10):
            at = NOW + number * timedelta(hours=1)
            journal.append(conn, "removed", {"rows": number, "name": "å"}, at)
            if number == 3:
                journal.checkpoint(conn, KEY, at)
        journal.checkpoint(conn, KEY, NOW)
        journal.erase_bodies(conn, NOW + timedelta(hours=2), NOW)
        journal.append(conn, "destroyed", {}, NOW)
    return register


def verdict(engine: sa.Engine, witnessed: tuple[str, ...] = ()) -> Verdict:
    """The verdict in the register, which is that of its export except for what an export does not hold."""
    with reading(engine) as conn:
        found = journal.verify(conn, PUBLIC, witnessed)
        offline = verify_export(list(journal.export(conn)), PUBLIC, witnessed)
    assert set(offline.faults) <= set(found.faults)
    assert (found.size, found.erased, found.unsigned) == (offline.size, offline.erased, offline.unsigned)
    return found


def leaf(number: int) -> sa.ColumnElement[bool]:
    return journal_leaf.c.number == number


def test_untouched_it_verifies(told):
    found = verdict(told)
    assert (found.faults, found.size, found.erased, found.unsigned, found.checkpoints) == ((), 12, 2, 2, 2)


def edit_a_body(conn: sa.Connection) -> None:
    conn.execute(sa.update(journal_leaf).where(leaf(5)).values(body='{"rows":0}'))


def edit_a_salt(conn: sa.Connection) -> None:
    conn.execute(sa.update(journal_leaf).where(leaf(5)).values(salt=bytes(32)))


def edit_a_body_and_commit_to_it(conn: sa.Connection) -> None:
    old = conn.execute(sa.select(journal_leaf.c.body).where(leaf(5))).scalar_one()
    body = str(old).replace('"rows":5', '"rows":0')
    new = {"body": body, "salt": bytes(32), "commitment": commit(bytes(32), body)}
    conn.execute(sa.update(journal_leaf).where(leaf(5)).values(new))


def edit_a_kind(conn: sa.Connection) -> None:
    conn.execute(sa.update(journal_leaf).where(leaf(5)).values(kind="approved"))


def edit_a_time(conn: sa.Connection) -> None:
    conn.execute(sa.update(journal_leaf).where(leaf(5)).values(at=NOW))


def delete_a_leaf(conn: sa.Connection) -> None:
    conn.execute(sa.delete(journal_leaf).where(leaf(5)))


def delete_a_leaf_and_close_the_gap(conn: sa.Connection) -> None:
    conn.execute(sa.delete(journal_leaf).where(leaf(5)))
    for number in range(6, 12):
        conn.execute(sa.update(journal_leaf).where(leaf(number)).values(number=number - 1))


def swap_two_leaves(conn: sa.Connection) -> None:
    for old, new in ((5, -1), (6, 5), (-1, 6)):
        conn.execute(sa.update(journal_leaf).where(leaf(old)).values(number=new))


def cut_off_behind_the_checkpoint(conn: sa.Connection) -> None:
    conn.execute(sa.delete(journal_leaf).where(journal_leaf.c.number >= 9))


def cut_off_the_unsigned_tail(conn: sa.Connection) -> None:
    conn.execute(sa.delete(journal_leaf).where(journal_leaf.c.number >= 11))


def erase_by_hand(conn: sa.Connection) -> None:
    blank = dict.fromkeys(("body", "salt", "kind", "at"), sa.null())
    conn.execute(sa.update(journal_leaf).where(leaf(5)).values(blank))


def erase_the_telling_too(conn: sa.Connection) -> None:
    conn.execute(sa.update(journal_leaf).where(leaf(10)).values(body=sa.null(), salt=sa.null()))


def forge_a_checkpoint(conn: sa.Connection) -> None:
    rewrite_checkpoint(conn, Ed25519PrivateKey.generate())


def sign_other_leaves(conn: sa.Connection) -> None:
    rewrite_checkpoint(conn, KEY, root=bytes(32))


def sign_another_journal(conn: sa.Connection) -> None:
    rewrite_checkpoint(conn, KEY, origin="another")


def sign_another_size(conn: sa.Connection) -> None:
    rewrite_checkpoint(conn, KEY, size=9)


def rewrite_checkpoint(conn: sa.Connection, key: Ed25519PrivateKey, **changes: object) -> None:
    note = journal.latest_checkpoint(conn)
    assert note is not None
    real = read_note(note, PUBLIC)
    assert real is not None
    said = {"origin": real.origin, "size": real.size, "root": real.root, "at": real.at} | changes
    forged = sign(Checkpoint(**said), key)  # type: ignore[arg-type]
    conn.execute(sa.update(journal_checkpoint).where(journal_checkpoint.c.size == 10).values(note=forged))


def wind_the_state_back(conn: sa.Connection) -> None:
    leaves = [merkle.leaf_hash(c) for c in conn.execute(
        sa.select(journal_leaf.c.commitment).order_by(journal_leaf.c.number)).scalars()]  # fmt: skip
    frontier = merkle.Frontier()
    for one in leaves[:11]:
        frontier.append(one)
    conn.execute(sa.update(journal_state).values(size=11, frontier=frontier.packed()))


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (edit_a_body, "leaf 5 was edited"),
        (edit_a_salt, "leaf 5 was edited"),
        (edit_a_body_and_commit_to_it, "the first 10 leaves are not those that were signed for"),
        (edit_a_kind, "leaf 5 was edited: its kind or time"),
        (edit_a_time, "leaf 5 was edited: its kind or time"),
        (delete_a_leaf, "leaf 5 is missing or out of order"),
        (delete_a_leaf_and_close_the_gap, "the first 10 leaves are not those that were signed for"),
        (swap_two_leaves, "the first 10 leaves are not those that were signed for"),
        (cut_off_behind_the_checkpoint, "a checkpoint signs for 10 leaves, but 9 stand before it"),
        (cut_off_the_unsigned_tail, "12 leaves were appended, but 11 others are here"),
        (erase_by_hand, "bodies of leaves 5 to 5 are gone, and no leaf tells of it"),
        (erase_the_telling_too, "bodies of leaves 0 to 1 are gone"),
        (forge_a_checkpoint, "the checkpoint after 10 leaves is forged"),
        (sign_other_leaves, "the first 10 leaves are not those that were signed for"),
        (sign_another_journal, "a checkpoint is of another journal"),
        (sign_another_size, "a checkpoint signs for 9 leaves, but 10 stand before it"),
        (wind_the_state_back, "11 leaves were appended, but 12 others are here"),
    ],
)
def test_an_edit_is_seen_and_named(told, edit: Callable[[sa.Connection], None], fault):
    with writing(told) as conn:
        edit(conn)
    found = verdict(told)
    assert not found.ok
    assert any(one.startswith(fault) for one in found.faults), found.faults


def test_a_journal_cut_back_with_its_checkpoint_is_seen_by_who_kept_a_copy(told):
    with writing(told) as conn:
        kept = journal.latest_checkpoint(conn)
        leaves = conn.execute(
            sa.select(journal_leaf.c.commitment).where(journal_leaf.c.number < 4).order_by(journal_leaf.c.number)
        ).scalars()
        frontier = merkle.Frontier()
        for one in leaves:
            frontier.append(merkle.leaf_hash(one))
        conn.execute(sa.delete(journal_leaf).where(journal_leaf.c.number >= 4))
        conn.execute(sa.delete(journal_checkpoint).where(journal_checkpoint.c.size > 4))
        conn.execute(sa.update(journal_state).values(size=4, frontier=frontier.packed()))
    assert kept is not None
    found = verdict(told, (kept,))
    assert "a witnessed checkpoint signs for 10 leaves, but only 4 are left" in found.faults


def test_a_rewritten_and_resigned_journal_is_seen_by_who_kept_a_copy(told):
    with writing(told) as conn:
        kept = journal.latest_checkpoint(conn)
        assert kept is not None
        edit_a_body_and_commit_to_it(conn)
        leaves = [merkle.leaf_hash(c) for c in conn.execute(
            sa.select(journal_leaf.c.commitment).order_by(journal_leaf.c.number)).scalars()]  # fmt: skip
        frontier = merkle.Frontier()
        for one in leaves:
            frontier.append(one)
        conn.execute(sa.update(journal_state).values(frontier=frontier.packed()))
        rewrite_checkpoint(conn, KEY, root=merkle.tree_root(leaves[:10]))
    assert verdict(told).ok  # the holder of the signing key can do this; a copy elsewhere is what finds it
    assert verdict(told, (kept,)).faults == ("the first 10 leaves are not those of a witnessed checkpoint",)
    assert not verdict(told, ("not a note",)).ok


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    engine = open_register(tmp_path_factory.mktemp("export") / "register.sqlite")
    with writing(engine) as conn:
        for number in range(3):
            journal.append(conn, "removed", {"rows": number}, NOW)
        journal.append(conn, "removed", {}, NOW + timedelta(hours=1))
        journal.erase_bodies(conn, NOW + timedelta(minutes=1), NOW + timedelta(hours=1))
        journal.checkpoint(conn, KEY, NOW)
        lines = list(journal.export(conn))
    engine.dispose()
    assert verify_export(lines, PUBLIC).ok
    return lines


def test_every_changed_byte_of_an_export_is_seen(exported):
    text = "\n".join(exported)
    for place, byte in enumerate(text):
        for other in {chr(ord(byte) ^ 1), chr(ord(byte) ^ 32), "0", " ", "\n"} - {byte, "\r"}:
            changed = text[:place] + other + text[place + 1 :]
            assert not verify_export(changed.split("\n"), PUBLIC).ok, (place, byte, other)


def test_no_line_can_be_said_in_another_way(exported):
    for place, line in enumerate(exported):
        value = json.loads(line)
        first = next(iter(value))
        for other in (
            json.dumps(value),
            json.dumps(dict(reversed(value.items())), separators=(",", ":")),
            line[:-1] + f',"{first}":{json.dumps(value[first])}}}',
            line[:-1] + ',"more":1}',
            line.replace('"', "\\u0022", 1),
            " " + line,
        ):
            if other != line:
                assert not verify_export([*exported[:place], other, *exported[place + 1 :]], PUBLIC).ok, other


def test_lost_and_doubled_and_moved_lines_are_seen(exported):
    for place in range(len(exported) - 1):  # the last is the checkpoint, see below
        assert not verify_export(exported[:place] + exported[place + 1 :], PUBLIC).ok
        assert not verify_export([*exported[:place], exported[place], *exported[place:]], PUBLIC).ok
        swapped = [*exported[:place], exported[place + 1], exported[place], *exported[place + 2 :]]
        assert not verify_export(swapped, PUBLIC).ok
    without = verify_export(exported[:-1], PUBLIC)
    assert (without.checkpoint, without.unsigned) == (None, 5)


@given(st.lists(st.text() | st.from_type(dict).map(json.dumps), max_size=5))
def test_whatever_a_line_holds_there_is_a_verdict(exported, junk):
    assert not verify_export(junk, PUBLIC).ok
    if any(line for line in junk):
        assert not verify_export([exported[0], *junk], PUBLIC).ok


def test_another_key_verifies_nothing(exported):
    assert not verify_export(exported, Ed25519PrivateKey.generate().public_key()).ok
