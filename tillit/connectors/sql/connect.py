"""Opening a store: one URL in, one SQLAlchemy engine out, with the session settings every statement relies on."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from tillit.model.errors import StoreError

CONNECT_TIMEOUT = 10  # seconds
LOCK_TIMEOUT = 30  # seconds a statement waits for another's lock before it gives up
BEGIN_OPTION = "tillit_begin"  # execution option: "IMMEDIATE" or "EXCLUSIVE" for SQLite's BEGIN

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite+pysqlite",
}
_FIRST_QUESTION = {"sqlite": "PRAGMA schema_version"}  # reads the file's header, which connecting alone does not
_SCHEMES = "write postgresql://, mysql://, mariadb:// or sqlite:///"


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine for `url`, reached once so that a wrong address or password is told here, not in the middle of a run.

    `read_only` makes the server (or SQLite's file handle) refuse writes. Parameters are hidden from every error text.
    Raises StoreError, never with a password in it.
    """
    target = _target(url, read_only)
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True, "connect_args": _arguments(target)}
    if target.drivername.startswith("sqlite") and target.database in (None, "", ":memory:"):
        options["poolclass"] = StaticPool  # one database, whichever thread asks
    try:
        engine = create_engine(target, **options)
    except (NoSuchModuleError, ModuleNotFoundError, ImportError) as error:
        raise StoreError(
            f"the driver for {shown(target)} is not installed", "install tillit with its drivers"
        ) from error
    _prepare(engine, read_only)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(_FIRST_QUESTION.get(engine_name(engine), "SELECT 1"))
    except SQLAlchemyError as error:
        engine.dispose()
        raise _unreachable(target, error) from None
    return engine


def engine_name(engine: Engine) -> str:
    """The engine's family: postgresql, mariadb (also for MySQL) or sqlite."""
    return {"mysql": "mariadb"}.get(engine.dialect.name, engine.dialect.name)


def engine_title(engine: Engine) -> str:
    """The engine as people call it, with its version, such as `MySQL 8.0.36`."""
    names = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "mariadb": "MariaDB"}
    name = names[engine_name(engine)]
    if name == "MariaDB" and not getattr(engine.dialect, "is_mariadb", False):
        name = "MySQL"
    version = getattr(engine.dialect, "server_version_info", None) or ()
    return " ".join((name, ".".join(str(part) for part in version[:3] if isinstance(part, int)))).strip()


def permit_temporary(connection: Connection) -> None:
    """Let the transaction that begins here make temporary tables although its engine was opened for reading only.

    It must be the first statement of the transaction. What else the transaction may write is the caller's promise.
    """
    if engine_name(connection.engine) != "sqlite":  # SQLite keeps its temporary tables in a file of their own
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")


def shown(url: URL) -> str:
    """The URL without its password and options, fit for a message."""
    return url.set(query={}).render_as_string(hide_password=True)


def _target(url: str, read_only: bool) -> URL:
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError):
        raise StoreError(
            "the store's URL cannot be read", f"{_SCHEMES}; encode @, / and : of a password as %40, %2F, %3A"
        ) from None
    scheme = parsed.drivername.partition("+")[0]
    if scheme not in _DRIVERS:
        raise StoreError(f"unknown kind of store: {scheme}://", _SCHEMES)
    parsed = parsed.set(drivername=_DRIVERS[scheme])
    if scheme in ("mysql", "mariadb"):
        if not parsed.database:
            raise StoreError(f"{shown(parsed)} names no database", "end the URL with /NAME of the database")
        return parsed.update_query_dict({"charset": "utf8mb4"})
    if scheme == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return _sqlite_file(parsed, read_only)
    return parsed


def _sqlite_file(url: URL, read_only: bool) -> URL:
    """The file by URI, so that a mistyped path is an error and not a new, empty and therefore spotless database."""
    database = str(url.database)
    if database.startswith("file:"):
        return url
    path = Path(database).absolute()
    if not path.is_file():
        raise StoreError(f"no database file {path}", "check the path in the store's URL; Tillit never creates a store")
    mode = "ro" if read_only else "rw"
    return url.set(database=f"file:{quote(str(path))}").update_query_dict({"mode": mode, "uri": "true"})


def _arguments(url: URL) -> dict[str, Any]:
    if url.drivername.startswith("sqlite"):
        return {"isolation_level": None, "timeout": LOCK_TIMEOUT, "check_same_thread": False}
    return {"connect_timeout": CONNECT_TIMEOUT}


def _prepare(engine: Engine, read_only: bool) -> None:
    """Hang the session settings on every new connection."""
    name = engine_name(engine)
    if name == "sqlite":
        event.listen(engine, "connect", _sqlite_session)
        event.listen(engine, "begin", _sqlite_begin)
        return

    def settings(connection: Any, _record: object) -> None:
        statements = _postgresql_settings(read_only)
        if name == "mariadb":
            statements = _mariadb_settings(connection, read_only)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.commit()

    event.listen(engine, "connect", settings)


def _postgresql_settings(read_only: bool) -> tuple[str, ...]:
    settings = (
        "SET TIME ZONE 'UTC'",
        "SET jit = off",  # planning beats running here: the statements are large, the rows few
        "SET row_security = off",  # a policy that hides rows becomes an error, never a silent gap
        "SET bytea_output = 'hex'",
        "SET DateStyle = 'ISO, YMD'",
        "SET IntervalStyle = 'postgres'",
        "SET extra_float_digits = 1",  # the shortest text that comes back as the same number
        f"SET lock_timeout = '{LOCK_TIMEOUT}s'",
    )
    return (*settings, "SET default_transaction_read_only = on") if read_only else settings


def _mariadb_settings(connection: Any, read_only: bool) -> tuple[str, ...]:
    """Strict, but able to read zero dates; UTC; without the subquery cache, which answers wrongly across collations."""
    settings: tuple[str, ...] = (
        "SET SESSION time_zone = '+00:00'",
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
        f"SET SESSION innodb_lock_wait_timeout = {LOCK_TIMEOUT}",
        "SET SESSION foreign_key_checks = 1",
        "SET SESSION unique_checks = 1",
        "SET SESSION sql_auto_is_null = 0",
        "SET SESSION sql_safe_updates = 0",
    )
    if "mariadb" in str(connection.get_server_info()).lower():
        own: tuple[str, ...] = (
            "SET SESSION optimizer_switch = 'subquery_cache=off'",
            "SET SESSION max_recursive_iterations = 4294967295",  # the default stops at 1,000 with a mere warning
            "SET SESSION check_constraint_checks = 1",
        )
    else:
        own = ("SET SESSION cte_max_recursion_depth = 4294967295",)
    settings = (*settings, *own)
    return (*settings, "SET SESSION TRANSACTION READ ONLY") if read_only else settings


def _sqlite_session(connection: Any, _record: object) -> None:
    # Bytes that are no UTF-8 must survive a read: surrogates stand for them, and write back to the same bytes.
    connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    connection.create_function("tillit_normal", 1, normal, deterministic=True)
    connection.create_function("tillit_ip_prefix", 1, ip_prefix, deterministic=True)


def _sqlite_begin(connection: Connection) -> None:
    """The driver's own transaction handling is off; BEGIN is ours, so that SAVEPOINT and DDL stay inside it."""
    mode = connection.get_execution_options().get(BEGIN_OPTION, "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def normal(value: object) -> str | None:
    """Trimmed of spaces (U+0020), lower-cased by Unicode: how `matches: identifier` compares (`tillit_normal`)."""
    if value is None:
        return None
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.strip(" ").lower()


def ip_prefix(value: object) -> str | None:
    """The network of an address as text, /24 of IPv4, /48 of IPv6; None where it is none (`tillit_ip_prefix`)."""
    try:
        address = ip_address(str(value))
    except ValueError:
        return None
    length = 24 if address.version == 4 else 48
    return str(ip_network(f"{str(address).partition('%')[0]}/{length}", strict=False).network_address)


def _unreachable(url: URL, error: SQLAlchemyError) -> StoreError:
    """What went wrong at the door, in words, with what to do about it."""
    cause = getattr(error, "orig", None) if isinstance(error, DBAPIError) else None
    text = " ".join(str(cause or error).split())
    if url.password:
        text = text.replace(str(url.password), "***")
    where = shown(url)
    for signs, what, remedy in _DOORS:
        if any(sign in text for sign in signs):
            return StoreError(f"{where}: {what}", remedy)
    return StoreError(f"{where} cannot be opened: {text}", "check that the server runs, and the store's URL")


_DOORS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("password authentication failed", "(1045", "no password supplied", "Access denied for user"),
        "the user name or password was refused",
        "check the URL in the store's environment variable, and the user's right to this database",
    ),
    (("(1049", "Unknown database"), "there is no such database", "check the database name that ends the URL"),
    (
        ('database "',),
        "there is no such database, or it refuses connections",
        "check the database name that ends the URL",
    ),
    (('role "',), "there is no such user", "check the user name in the URL"),
    (
        ("resolve host", "translate host name", "Name or service not known", "getaddrinfo"),
        "the host name is unknown",
        "check the host in the URL",
    ),
    (
        ("Connection refused", "timeout", "timed out", "(2003", "No route to host", "unreachable"),
        "the server does not answer",
        "check that it runs, the host and port in the URL, and the firewall",
    ),
    (
        ("unable to open database file",),
        "the file cannot be opened",
        "check the path and the rights of file and folder",
    ),
    (("file is not a database",), "the file is no SQLite database", "check the path in the store's URL"),
)
