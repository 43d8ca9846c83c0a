"""Opening, migrating and locking the register, on files and servers, in one process and several."""

from __future__ import annotations

import os
import select
import sqlite3
import stat
import traceback
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import tillit.register
from tests.support import children
from tillit.model.errors import RegisterError
from tillit.register import database
from tillit.register.approvals import approvals, approve, current_approval
from tillit.register.database import open_register, reading, register_file, truncate_log, writing
from tillit.register.filelock import file_lock
from tillit.register.schema import HEAD, VERSION_TABLE, from_microseconds, metadata, to_microseconds

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def approve_one(engine: sa.Engine) -> None:
    with writing(engine) as conn:
        approve(conn, "digest", {"3.1": 2}, "Dana", NOW)


def test_migrations_make_exactly_the_tables_of_the_code(register):
    with reading(register) as conn:
        context = MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert set(sa.inspect(conn).get_table_names()) == {*metadata.tables, VERSION_TABLE}


def test_the_newest_revision_is_the_one_the_code_names():
    config = Config()
    config.set_main_option("script_location", str(Path(tillit.register.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_opened_register_opens_again_with_what_it_held(register, register_url):
    approve_one(register)
    again = open_register(register_url)
    with reading(again) as conn:
        assert [one.digest for one in approvals(conn)] == ["digest"]
    again.dispose()


def test_an_older_register_is_brought_up_with_what_it_held(empty_url):
    config = Config()
    config.set_main_option("script_location", str(Path(tillit.register.__file__).parent / "migrations"))
    engine = sa.create_engine(empty_url)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0001")
        row = {"digest": "digest", "approved_at": 0, "approved_by": "Dana", "counts": "{}"}
        conn.execute(sa.insert(sa.table("approval", *map(sa.column, row))).values(row))
    engine.dispose()
    opened = open_register(empty_url)
    with reading(opened) as conn:
        context = MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
        assert [one.digest for one in approvals(conn)] == ["digest"]
    opened.dispose()


def test_a_newer_register_is_refused(empty_url):
    engine = open_register(empty_url)
    with writing(engine) as conn:
        conn.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(RegisterError, match="newer version") as refused:
        open_register(empty_url)
    assert "upgrade Tillit" in refused.value.remedy


def test_a_database_of_something_else_is_refused_and_left_alone(empty_url):
    engine = sa.create_engine(empty_url)
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE contacts (id integer)")
    with pytest.raises(RegisterError, match="no register"):
        open_register(empty_url)
    assert sa.inspect(engine).get_table_names() == ["contacts"]
    engine.dispose()


def test_a_transaction_that_fails_leaves_nothing(register):
    def fail() -> None:
        with writing(register) as conn:
            approve(conn, "digest", {}, "Dana", NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with reading(register) as conn:
        assert current_approval(conn) is None


def test_a_reading_sees_one_moment(register):
    with reading(register) as conn:
        assert current_approval(conn) is None
        approve_one(register)
        assert current_approval(conn) is None


def test_file_and_log_are_for_the_owner_only(tmp_path):
    before = os.umask(0)
    try:
        engine = open_register(tmp_path / "new" / "register.sqlite")
        with writing(engine) as conn:
            approve(conn, "digest", {}, "Dana", NOW)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    finally:
        os.umask(before)
    assert {"register.sqlite", "register.sqlite-wal", "register.sqlite-shm"} <= modes.keys()
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    engine.dispose()


def test_a_register_that_others_can_read_is_closed_to_them(tmp_path):
    path = tmp_path / "register.sqlite"
    open_register(path).dispose()
    path.chmod(0o644)
    open_register(path).dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_sqlite_is_dressed_for_safety(small_register):
    with reading(small_register) as conn:
        found = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
        }
    full = 2
    assert found == {
        "journal_mode": "wal", "synchronous": full, "foreign_keys": 1, "busy_timeout": 30_000, "secure_delete": 1
    }  # fmt: skip


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 20, b"x"])
def test_a_file_that_is_no_register_is_refused(tmp_path, content):
    path = tmp_path / "register.sqlite"
    path.write_bytes(content)
    with pytest.raises(RegisterError, match="is not a register"):
        open_register(path)
    assert path.read_bytes() == content


def test_a_damaged_register_is_told_and_never_taken_for_whole(tmp_path):
    path = tmp_path / "register.sqlite"
    engine = open_register(path)
    approve_one(engine)
    truncate_log(engine)
    engine.dispose()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(RegisterError, match="damaged"):
        open_register(path)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("mysql+pymysql://127.0.0.1/x", "cannot lie in mysql"),
        ("sqlite://", "memory only"),
        ("/proc/no/register", "cannot"),
    ],
)
def test_places_where_no_register_can_be(place, why):
    with pytest.raises(RegisterError, match=why):
        open_register(place)


def test_a_server_out_of_reach_is_told():
    with pytest.raises(RegisterError, match="cannot be reached"):
        open_register("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=2")


def test_a_full_disk_is_told_and_leaves_the_register_whole(small_register):
    def fill() -> None:
        with writing(small_register) as conn:
            pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
            conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
            for number in range(10_000):
                approve(conn, f"digest {number}", {}, "Dana", NOW)

    with pytest.raises(RegisterError, match="disk of the register is full"):
        fill()
    with reading(small_register) as conn:
        assert approvals(conn) == []
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_errors_hold_no_values(register):
    with pytest.raises(RegisterError, match="refused a statement") as refused, writing(register) as conn:
        conn.execute(
            sa.insert(metadata.tables["person"]).values(store="crm", table_name=None, key="linnea@example.org")
        )
    shown = "".join(traceback.format_exception(refused.value))
    assert "INSERT INTO person" in shown
    assert "linnea@" not in shown.replace(__file__, "").replace('key="linnea@example.org"', "")


def test_a_locked_register_is_told(small_register, monkeypatch):
    monkeypatch.setattr(database, "LOCK_WAIT_MS", 50)
    other = sqlite3.connect(str(register_file(small_register)), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = open_register(str(register_file(small_register)))
    with pytest.raises(RegisterError, match="locked the register"):
        approve_one(impatient)
    other.close()
    approve_one(impatient)
    impatient.dispose()


def test_writers_wait_for_one_another(register_url, register):
    """Read, then write what was read plus one: without the lock at the start, updates are lost or fail."""
    script = """
        import sys
        from datetime import UTC, datetime
        from tillit.register.approvals import approve, current_approval
        from tillit.register.database import open_register, writing
        engine = open_register(sys.argv[1])
        for _ in range(20):
            with writing(engine) as conn:
                last = current_approval(conn)
                approve(conn, "d", {"n": (last.counts["n"] if last else 0) + 1}, "Dana", datetime.now(UTC))
    """
    for child in [children.start(script, register_url) for _ in range(2)]:
        children.finish(child)
    with reading(register) as conn:
        assert [one.counts["n"] for one in approvals(conn)] == list(range(40, 0, -1))


def test_processes_that_open_a_new_register_at_once_all_get_it(empty_url):
    script = """
        import sys
        from tillit.register.database import open_register, reading
        from tillit.register.approvals import approvals
        print("ready", flush=True)
        sys.stdin.readline()
        with reading(open_register(sys.argv[1])) as conn:
            print(approvals(conn))
    """
    opening = [children.start(script, empty_url) for _ in range(3)]
    for child in opening:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in opening:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [children.finish(child) for child in opening] == ["[]\n"] * 3


def test_a_process_waits_while_another_opens_the_register(tmp_path):
    path = tmp_path / "register.sqlite"
    script = """
        import sys
        from tillit.register.database import open_register
        print("opening", flush=True)
        open_register(sys.argv[1])
        print("opened", flush=True)
    """
    with file_lock(tmp_path / "register.sqlite.opening"):
        child = children.start(script, path)
        assert child.stdout is not None
        assert child.stdout.readline() == "opening\n"
        assert select.select([child.stdout], [], [], 0.8) == ([], [], [])
        assert not path.exists() or path.stat().st_size == 0
    assert children.finish(child) == "opened\n"


@pytest.mark.parametrize("at", [1, 5, 14])
def test_a_kill_in_the_middle_of_migrating_leaves_nothing_half(empty_url, at):
    script = """
        import os, signal, sys
        import sqlalchemy as sa
        from tillit.register.database import open_register
        seen = 0
        def count(conn, cursor, statement, *rest):
            global seen
            if statement.strip().upper().startswith("CREATE"):
                seen += 1
                if seen == int(sys.argv[2]):
                    os.kill(os.getpid(), signal.SIGKILL)
        sa.event.listen(sa.Engine, "before_cursor_execute", count)
        open_register(sys.argv[1])
    """
    children.killed(children.start(script, empty_url, at))
    engine = open_register(empty_url)
    with reading(engine) as conn:
        context = MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
    approve_one(engine)
    engine.dispose()


def test_times_are_exact_and_aware():
    for moment in (datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), NOW.replace(microsecond=1)):
        assert from_microseconds(to_microseconds(moment)) == moment
    assert from_microseconds(to_microseconds(datetime.max.replace(tzinfo=UTC)) + 1) == datetime.max.replace(tzinfo=UTC)
    with pytest.raises(ValueError, match="zone"):
        to_microseconds(datetime(2026, 1, 1))
