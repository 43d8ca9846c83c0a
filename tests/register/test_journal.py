"""The journal: what is told stays told, on every engine and in any number of processes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support import children
from tillit.model.errors import RegisterError
from tillit.register import journal, merkle
from tillit.register.approvals import approvals, approve
from tillit.register.database import reading, register_file, truncate_log, writing
from tillit.register.journal import Entry
from tillit.register.journal_proof import ERASED, commit, verify_export
from tillit.register.notes import Checkpoint, read_note, sign, verifier_key
from tillit.register.schema import journal_leaf

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key()
RUN = str(uuid4())


def tell(engine: sa.Engine, count: int, at: datetime = NOW) -> None:
    with writing(engine) as conn:
        journal.append_many(conn, [Entry("removed", at, {"run": RUN, "rows": number}) for number in range(count)])


def test_an_empty_journal_verifies(register):
    with reading(register) as conn:
        verdict = journal.verify(conn, PUBLIC)
        assert journal.latest_checkpoint(conn) is None
    assert (verdict.ok, verdict.size, verdict.unsigned, verdict.checkpoint) == (True, 0, 0, None)


def test_what_is_appended_and_signed_verifies_and_is_read_back(register):
    with writing(register) as conn:
        assert journal.append(conn, "intent", {"run": RUN, "planned": 3}, NOW) == 0
        assert journal.append(conn, "removed", {"run": RUN, "rows": 3}, NOW.astimezone()) == 1
        note = journal.checkpoint(conn, KEY, NOW)
        assert journal.append(conn, "destroyed", {"run": RUN}, NOW + HOUR) == 2
    with reading(register) as conn:
        verdict = journal.verify(conn, PUBLIC)
        told = list(journal.entries(conn, 1))
        assert journal.latest_checkpoint(conn) == note
    assert (verdict.ok, verdict.size, verdict.erased, verdict.unsigned, verdict.checkpoints) == (True, 3, 0, 1, 1)
    assert verdict.checkpoint is not None
    assert (verdict.checkpoint.size, verdict.checkpoint.at) == (2, NOW)
    assert verdict.checkpoint.origin == verdict.origin
    time = '"at":"2026-11-23T12:00:00+00:00"'
    assert told[0] == (1, f'{{{time},"kind":"removed","rows":3,"run":"{RUN}"}}')


def test_equal_bodies_have_different_commitments(register):
    with writing(register) as conn:
        journal.append_many(conn, [Entry("removed", NOW)] * 2)
        first, second = conn.execute(sa.select(journal_leaf.c.commitment)).scalars()
    assert first != second


def test_a_checkpoint_with_nothing_new_is_the_last_one(register):
    tell(register, 2)
    with writing(register) as conn:
        note = journal.checkpoint(conn, KEY, NOW)
        assert journal.checkpoint(conn, KEY, NOW + HOUR) == note
        journal.append(conn, "removed", {}, NOW)
        assert journal.checkpoint(conn, KEY, NOW + HOUR) != note


def test_another_signing_key_does_not_go_on_with_the_journal(register):
    tell(register, 2)
    with writing(register) as conn:
        journal.checkpoint(conn, KEY, NOW)
        journal.append(conn, "removed", {}, NOW)
    with pytest.raises(RegisterError, match="does not fit"), writing(register) as conn:
        journal.checkpoint(conn, Ed25519PrivateKey.generate(), NOW)
    with reading(register) as conn:
        assert journal.verify(conn, PUBLIC).checkpoints == 1


def test_the_journal_tells_of_nothing_that_was_rolled_back(register):
    def fail() -> None:
        with writing(register) as conn:
            approve(conn, "digest", {}, "Dana", NOW)
            journal.append(conn, "approved", {"digest": "digest"}, NOW)
            raise KeyError

    tell(register, 3)
    with pytest.raises(KeyError):
        fail()
    tell(register, 1)
    with reading(register) as conn:
        verdict = journal.verify(conn, PUBLIC)
        assert approvals(conn) == []
    assert (verdict.ok, verdict.size) == (True, 4)


@pytest.mark.parametrize(
    ("at", "body", "why"),
    [
        (datetime(2026, 1, 1), {}, "aware time"),
        (NOW, {"kind": "x"}, "without `kind`"),
        (NOW, {"at": "x"}, "without `kind`"),
        (NOW, {"rows": float("nan")}, "JSON compliant"),
    ],
)
def test_entries_that_cannot_be_told_are_refused(small_register, at, body, why):
    with pytest.raises(ValueError, match=why), writing(small_register) as conn:
        journal.append(conn, "removed", body, at)


def test_proofs_from_the_register_verify(register):
    size = 21
    tell(register, size)
    with reading(register) as conn:
        leaves = [merkle.leaf_hash(data) for data in conn.execute(
            sa.select(journal_leaf.c.commitment).order_by(journal_leaf.c.number)).scalars()]  # fmt: skip
        root = merkle.tree_root(leaves)
        for number in (0, 7, 20):
            proof = journal.prove_inclusion(conn, number, size)
            assert merkle.verify_inclusion(leaves[number], number, size, proof, root)
        for old in (1, 8, 13, 21):
            proof = journal.prove_consistency(conn, old, size)
            assert merkle.verify_consistency(old, size, merkle.tree_root(leaves[:old]), root, proof)


def test_erased_bodies_are_gone_and_everything_still_verifies(register):
    with writing(register) as conn:
        for hours in range(6):
            journal.append(conn, "removed", {"person": "0badcafe", "hours": hours}, NOW + hours * HOUR)
        note = journal.checkpoint(conn, KEY, NOW)
        assert journal.erase_bodies(conn, NOW + 4 * HOUR, NOW + 6 * HOUR) == 4
        assert journal.erase_bodies(conn, NOW + 4 * HOUR, NOW + 6 * HOUR) == 0
        journal.checkpoint(conn, KEY, NOW + 6 * HOUR)
    truncate_log(register)
    with reading(register) as conn:
        verdict = journal.verify(conn, PUBLIC, [note])
        lines = list(journal.export(conn))
        left = [row for row in conn.execute(sa.select(journal_leaf)) if row.body is None]
    assert [(row.kind, row.at, row.salt) for row in left] == [(None, None, None)] * 4
    assert (verdict.ok, verdict.erased, verdict.size, verdict.unsigned) == (True, 4, 7, 0)
    assert verify_export(lines, PUBLIC, [note]) == verdict
    assert "".join(lines).count("0badcafe") == 2


def test_erased_bodies_are_gone_from_the_disk(small_register):
    with writing(small_register) as conn:
        journal.append(conn, "removed", {"person": "0badcafe" * 8}, NOW)
    path = register_file(small_register)
    assert path is not None
    folder = path.parent
    assert any(b"0badcafe" in file.read_bytes() for file in folder.iterdir())
    with writing(small_register) as conn:
        assert journal.erase_bodies(conn, NOW + HOUR, NOW + HOUR) == 1
    truncate_log(small_register)
    assert not any(b"0badcafe" in file.read_bytes() for file in folder.iterdir())


def test_later_erasures_cover_earlier_ones_and_keep_what_told_of_them(register):
    for hours in range(3):
        tell(register, 5, NOW + hours * HOUR)
        with writing(register) as conn:
            journal.erase_bodies(conn, NOW + hours * HOUR, NOW + hours * HOUR)
            journal.checkpoint(conn, KEY, NOW + hours * HOUR)
    with reading(register) as conn:
        verdict = journal.verify(conn, PUBLIC)
        kinds = [body for _, body in journal.entries(conn) if body and ERASED in body]
    assert (verdict.ok, verdict.erased, len(kinds)) == (True, 10, 2)


def test_an_export_verifies_without_the_register(register, tmp_path):
    tell(register, 5)
    with writing(register) as conn:
        journal.checkpoint(conn, KEY, NOW)
        lines = list(journal.export(conn))
        verdict = journal.verify(conn, PUBLIC)
    assert verify_export(lines, PUBLIC) == verdict
    assert verify_export([line + "\n" for line in lines], PUBLIC) == verdict
    script = """
        import sys
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from tillit.register.journal_proof import verify_export
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(sys.argv[1]))
        print(verify_export(sys.stdin, key).ok, "sqlalchemy" in sys.modules)
    """
    child = children.start(script, PUBLIC.public_bytes_raw().hex())
    out, err = child.communicate("\n".join(lines) + "\n", timeout=60)
    assert out == "True False\n", err


def test_a_checkpoint_is_a_signed_note_that_plain_ed25519_verifies():
    import base64

    note = sign(Checkpoint("tillit-journal-1", 3, b"r" * 32, NOW), KEY)
    text, signature = note.split("\n\n")
    origin, size, root, at = text.split("\n")
    assert (origin, size, base64.b64decode(root), at) == (
        "tillit-journal-1", "3", b"r" * 32, "time 2026-11-23T12:00:00.000000Z"
    )  # fmt: skip
    dash, name, signed = signature.removesuffix("\n").split(" ")
    assert (dash, name) == ("—", origin)
    PUBLIC.verify(base64.b64decode(signed)[4:], (text + "\n").encode())
    told_name, told_id, told_key = verifier_key(origin, PUBLIC).split("+", 2)
    assert told_name == origin
    assert bytes.fromhex(told_id) == base64.b64decode(signed)[:4]
    assert base64.b64decode(told_key) == b"\x01" + PUBLIC.public_bytes_raw()


def test_no_changed_byte_of_a_checkpoint_passes():
    checkpoint = Checkpoint("tillit-journal-1", 3, b"r" * 32, NOW)
    note = sign(checkpoint, KEY)
    assert read_note(note, PUBLIC) == checkpoint
    assert read_note(note, Ed25519PrivateKey.generate().public_key()) is None
    for place in range(len(note)):
        for other in {chr(ord(note[place]) ^ 1), "A", "\n", " "} - {note[place]}:
            assert read_note(note[:place] + other + note[place + 1 :], PUBLIC) is None
        assert read_note(note[:place] + note[place + 1 :], PUBLIC) is None
    assert read_note(note + "\n", PUBLIC) is None
    with pytest.raises(ValueError, match="space or a plus"):
        sign(Checkpoint("a b", 3, b"r" * 32, NOW), KEY)


def test_the_salt_hides_the_body():
    assert commit(b"a" * 32, "{}") != commit(b"b" * 32, "{}")


def test_appending_is_fast(small_register):
    many = 20_000
    entries = [Entry("removed", NOW, {"run": RUN, "table": "contacts", "rows": number}) for number in range(many)]
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        with writing(small_register) as conn:
            journal.append_many(conn, entries)
        best = max(best, many / (time.process_time() - start))
        if best >= 10_000:
            break
    assert best >= 10_000


APPENDER = """
    import sys
    from datetime import UTC, datetime
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from tillit.register import journal
    from tillit.register.approvals import approve
    from tillit.register.database import open_register, writing
    engine, key = open_register(sys.argv[1]), Ed25519PrivateKey.from_private_bytes(bytes.fromhex(sys.argv[2]))
    for number in range(int(sys.argv[3])):
        now = datetime.now(UTC)
        with writing(engine) as conn:
            approve(conn, f"{sys.argv[4]} {number}", {}, "Dana", now)
            journal.append_many(conn, [journal.Entry("approved", now, {"n": number})] * 3)
            journal.checkpoint(conn, key, now)
        print(number, flush=True)
"""


def test_processes_that_append_at_once_make_one_journal(register, register_url):
    writers = [children.start(APPENDER, register_url, KEY.private_bytes_raw().hex(), 15, name) for name in "ab"]
    for child in writers:
        children.finish(child)
    with reading(register) as conn:
        verdict = journal.verify(conn, PUBLIC)
        assert len(approvals(conn)) == 30
    assert (verdict.ok, verdict.size, verdict.checkpoints, verdict.unsigned) == (True, 90, 30, 0)


@pytest.mark.parametrize("after", [0, 7, 23])
def test_a_kill_while_appending_leaves_a_journal_that_verifies(register, register_url, after):
    child = children.start(APPENDER, register_url, KEY.private_bytes_raw().hex(), 100_000, "a")
    assert child.stdout is not None
    for _ in range(after + 1):
        last = int(child.stdout.readline())
    time.sleep(after / 5000)  # not always at the same point of the loop
    child.kill()
    seen = [last, *map(int, children.killed(child).split())]
    with writing(register) as conn:
        verdict = journal.verify(conn, PUBLIC)
        told = len(approvals(conn))
        journal.append(conn, "removed", {}, NOW)
        journal.checkpoint(conn, KEY, NOW)
        assert journal.verify(conn, PUBLIC).ok
    assert verdict.ok
    assert (verdict.size, verdict.checkpoints) == (3 * told, told)  # the change and its telling, or neither
    assert seen[-1] + 1 <= told <= seen[-1] + 2  # what was committed is there


def test_the_parts_that_verify_offline_import_no_database():
    script = """
        import sys
        import tillit.register.journal_proof
        print([name for name in sys.modules if name.startswith(("sqlalchemy", "alembic", "sqlite3"))])
    """
    assert children.finish(children.start(script)) == "[]\n"


def test_reading_the_journal_holds_up_nobody(register, register_url):
    tell(register, 3)
    script = """
        import sys
        from datetime import UTC, datetime
        from tillit.register import journal
        from tillit.register.database import open_register, writing
        with writing(open_register(sys.argv[1])) as conn:
            journal.append(conn, "removed", {}, datetime.now(UTC))
    """
    with reading(register) as conn:
        assert journal.verify(conn, PUBLIC).size == 3
        children.finish(children.start(script, register_url))
        assert journal.verify(conn, PUBLIC).size == 3
    with reading(register) as conn:
        assert journal.verify(conn, PUBLIC).size == 4
