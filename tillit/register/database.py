"""Opening the register: SQLite in one file, or PostgreSQL; migrated on the way, under the same lock as every write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from tillit.model.errors import RegisterError
from tillit.register.filelock import file_lock
from tillit.register.schema import HEAD, VERSION_TABLE

LOCK_WAIT_MS = 30_000
_BEGIN = "tillit_begin"  # how SQLite begins: "" for what must stand outside a transaction
_SQLITE_START = b"SQLite format 3\0"
_ADVISORY_CLASS = 0x7111  # first half of the PostgreSQL advisory locks of Tillit's writes


def open_register(path_or_url: str | Path) -> sa.Engine:
    """The register at a file path or a database URL, made when missing, migrated to this version of Tillit.

    SQLite: a file of mode 0600, WAL, every commit synced to the disk, foreign keys on, deleted content overwritten.
    Raises RegisterError when the register is newer than this code, damaged, not a register, or out of reach.
    """
    url = _url(path_or_url)
    engine = _engine(url)
    try:
        with _opening(url):
            if engine.dialect.name == "sqlite":
                _write_ahead(engine)
            with reading(engine) as conn:
                revision = _read_revision(conn)
                _refuse_strangers(conn, revision)
            if revision != HEAD:
                _migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One write transaction: committed at the end, rolled back on an exception; writers wait for one another."""
    with _told(), engine.connect().execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}) as conn, conn.begin():
        if conn.dialect.name == "postgresql":
            conn.execute(
                sa.text("SELECT pg_advisory_xact_lock(:class, hashtext(current_schema()))"), {"class": _ADVISORY_CLASS}
            )
        yield conn


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One read transaction: all that is read in it is of one moment."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with _told(), engine.connect().execution_options(**options) as conn, conn.begin():
        yield conn


def truncate_log(engine: sa.Engine) -> None:
    """Empties SQLite's write-ahead log, so that what was erased in the register is gone from the disk too."""
    if engine.dialect.name == "sqlite":
        with _told(), engine.connect().execution_options(**{_BEGIN: ""}) as conn:
            busy = conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
        if busy:
            raise RegisterError(
                "the register's log could not be emptied: someone is reading",
                "run it again when no other run is at work",
            )


def register_file(engine: sa.Engine) -> Path | None:
    """The file of a SQLite register; None for a server."""
    name = engine.url.database
    return Path(name).resolve() if engine.dialect.name == "sqlite" and name else None


def _url(path_or_url: str | Path) -> sa.URL:
    text = str(path_or_url)
    if isinstance(path_or_url, str) and "://" in text:
        url = sa.make_url(text)
    else:
        url = sa.URL.create("sqlite", database=str(Path(text).expanduser().resolve()))
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise RegisterError(
            f"a register cannot lie in {url.get_backend_name()}",
            "give a file path (SQLite) or a postgresql+psycopg:// URL",
        )
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise RegisterError("a register cannot lie in memory only", "give a file path")
    return url


@contextmanager
def _opening(url: sa.URL) -> Iterator[None]:
    """SQLite: one process at a time, since its change to write-ahead logging does not wait for others by itself."""
    if url.get_backend_name() != "sqlite":
        yield
        return
    path = Path(str(url.database))
    _make_file(path)
    with ExitStack() as stack:
        try:
            stack.enter_context(file_lock(path.with_name(f"{path.name}.opening"), wait=True))
        except OSError as error:
            raise _closed(path, error) from error
        yield


def _make_file(path: Path) -> None:
    """Owner-only from its first byte: a file made by SQLite itself would follow the umask. WAL files take its mode."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb") as file:
            start = file.read(len(_SQLITE_START))
        if start not in (b"", _SQLITE_START):  # SQLite itself takes a very short file for an empty one
            raise RegisterError(*_SQLITE_TELLS["not a database"])
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise _closed(path, error) from error


def _closed(path: Path, error: OSError) -> RegisterError:
    return RegisterError(
        f"the register {path} cannot be opened: {error.strerror}", "run as the user who owns it, or name another place"
    )


def _engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, hide_parameters=True)  # parameters are root keys: never in an error text
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _dress_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _dress_sqlite(raw: object, _record: object) -> None:
    raw.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves, below
    cursor = raw.cursor()  # type: ignore[attr-defined]
    for pragma in (
        f"busy_timeout = {LOCK_WAIT_MS}",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(engine: sa.Engine) -> None:
    """Kept in the file itself, so set once; SQLite refuses it inside a transaction."""
    with _told(), engine.connect().execution_options(**{_BEGIN: ""}) as conn:
        conn.exec_driver_sql("PRAGMA journal_mode = WAL")


def _begin_sqlite(conn: sa.Connection) -> None:
    """A writer takes the write lock at once: taking it after a read fails when another wrote in between."""
    begin = conn.get_execution_options().get(_BEGIN, "BEGIN")
    if begin:
        conn.exec_driver_sql(begin)


def _read_revision(conn: sa.Connection) -> str | None:
    if not sa.inspect(conn).has_table(VERSION_TABLE):
        return None
    version = sa.table(VERSION_TABLE, sa.column("version_num"))
    return conn.execute(sa.select(version.c.version_num)).scalar()


def _refuse_strangers(conn: sa.Connection, revision: str | None) -> None:
    """Never mix the register into a database of something else, least of all into a store."""
    if revision is None and sa.inspect(conn).get_table_names():
        raise RegisterError(
            "this database holds other tables and no register", "name an empty database or a new file for the register"
        )


def _migrate(engine: sa.Engine) -> None:
    """Runs the missing revisions in one write transaction: killed in the middle, nothing of them remains."""
    from alembic import command  # here, because it is slow to import and seldom needed
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with writing(engine) as conn:
        revision = _read_revision(conn)  # again: another process may have migrated while we waited for the lock
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if revision is not None and revision not in known:
            raise RegisterError(
                f"the register is of a newer version of Tillit (revision {revision}, this code knows {HEAD})",
                "upgrade Tillit, or name another register",
            )
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


@contextmanager
def _told() -> Iterator[None]:
    """Turns the driver's errors into RegisterError. Their own text may hold the row, and with it a person: not told."""
    try:
        yield
    except DBAPIError as error:
        raise _tell(error) from None


_SQLITE_TELLS = {
    "database is locked": (
        "another process has locked the register",
        "wait until the other run is done, then run again",
    ),
    "disk is full": ("the disk of the register is full", "free some space, then run again: nothing was half written"),
    "readonly database": ("the register cannot be written", "run as the user who owns it"),
    "unable to open": ("the register cannot be opened", "check that its folder exists and belongs to this user"),
    "not a database": ("the register file is not a register", "name the right file, or put back a backup"),
    "malformed": ("the register file is damaged", "put back a backup; the journal's checkpoints show what is missing"),
    "disk i/o error": ("the disk of the register fails", "check the disk; put back a backup if the file is damaged"),
}


def _tell(error: DBAPIError) -> RegisterError:
    text = str(error.orig).lower()
    for mark, (what, remedy) in _SQLITE_TELLS.items():
        if mark in text:
            return RegisterError(what, remedy)
    if error.connection_invalidated or (isinstance(error, OperationalError) and "connection" in text):
        return RegisterError("the register's server cannot be reached", "check its URL, and that the server runs")
    statement = " ".join((error.statement or "").split())[:120]
    return RegisterError(
        f"the register refused a statement ({type(error.orig).__name__}): {statement}",
        "this is a fault of Tillit, or of hands in its register: report it",
    )
