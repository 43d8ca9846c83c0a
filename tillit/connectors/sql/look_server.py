"""What a server tells of itself: how this connection and others are encrypted, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.connect import engine_name

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")

_PG_TLS = "SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
_PG_PLAIN = """
SELECT CASE WHEN pg_has_role('pg_read_all_stats', 'USAGE') THEN (
    SELECT count(*) FROM pg_stat_activity AS a JOIN pg_stat_ssl AS s ON s.pid = a.pid
    WHERE NOT s.ssl AND a.datname = current_database() AND a.client_addr IS NOT NULL
      AND NOT a.client_addr <<= '127.0.0.0/8'::inet AND a.client_addr <> '::1'::inet) END
"""
_MY_TLS = "SHOW SESSION STATUS LIKE 'Ssl_cipher'"
_MY_REST = "SELECT @@GLOBAL.innodb_encrypt_tables"
_MY_BARE = """
SELECT count(*) FROM information_schema.TABLES WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
  AND (engine <> 'InnoDB' OR lower(create_options) REGEXP 'encrypted.?=.?no')
"""

_PG_GRANTS = """
SELECT r.rolname AS role, CASE WHEN n.nspname = current_schema() THEN c.relname::text
         ELSE n.nspname || '.' || c.relname END AS name, p.may
FROM pg_roles AS r CROSS JOIN pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) AS p (may)
WHERE r.rolcanlogin AND NOT r.rolsuper AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
  AND has_schema_privilege(r.oid, n.oid, 'USAGE') AND has_database_privilege(r.oid, current_database(), 'CONNECT')
  AND (has_table_privilege(r.oid, c.oid, p.may)
       OR (p.may <> 'DELETE' AND has_any_column_privilege(r.oid, c.oid, p.may)))
UNION ALL
SELECT rolname, '', 'SELECT' FROM pg_roles
WHERE rolcanlogin AND (rolsuper OR pg_has_role(oid, 'pg_read_all_data', 'MEMBER'))
"""
_MY_ALLOWED = "SELECT 1 FROM mysql.user LIMIT 1"
_MY_GRANTS = """
SELECT grantee AS role, '' AS name, privilege_type AS may FROM information_schema.USER_PRIVILEGES
WHERE privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
UNION SELECT grantee, '', privilege_type FROM information_schema.SCHEMA_PRIVILEGES
WHERE DATABASE() LIKE table_schema AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
UNION SELECT grantee, table_name, privilege_type FROM information_schema.TABLE_PRIVILEGES
WHERE table_schema = DATABASE() AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
UNION SELECT grantee, table_name, privilege_type FROM information_schema.COLUMN_PRIVILEGES
WHERE table_schema = DATABASE() AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
"""


@dataclass(frozen=True, slots=True)
class Server:
    """See checks.asks.Connected, whose fields these are."""

    engine: str
    host: str
    local: bool
    tls: str | None
    plain_clients: int | None
    at_rest: bool | None
    query: str


def look_server(engine: Engine, connection: Connection) -> Server:
    """How the server says this connection, and its files, are encrypted."""
    name, host = engine_name(engine), engine.url.host or ""
    local = is_local(host)
    match name:
        case "postgresql":
            row = connection.execute(sa.text(_PG_TLS)).one_or_none()
            tls = None if row is None else f"{row.version}, {row.cipher}" if row.ssl else ""
            plain = connection.execute(sa.text(_PG_PLAIN)).scalar()
            return Server(name, host, local, tls, plain, None, "pg_stat_ssl, pg_stat_activity")
        case "mariadb":
            told = connection.execute(sa.text(_MY_TLS)).one_or_none()
            tls = None if told is None else str(told[1] or "")
            return Server(name, host, local, tls, None, _at_rest(connection), f"{_MY_TLS}; {_MY_REST}")
    return Server(name, "", True, None, None, None, "a file")


def is_local(host: str) -> bool:
    """True for this machine: a socket, a loopback address."""
    if host in ("", "localhost") or host.startswith(("/", "@")):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _at_rest(connection: Connection) -> bool | None:
    """Whether MariaDB encrypts every table of this database; None where it does not tell."""
    try:
        told = connection.execute(sa.text(_MY_REST)).scalar()
        bare = connection.execute(sa.text(_MY_BARE)).scalar()
    except DBAPIError:
        return None
    return str(told).upper() in ("ON", "FORCE", "1") and not bare


def look_grants(engine: Engine, connection: Connection) -> tuple[list[tuple[str, str, frozenset[str]]], str] | str:
    """(role, table, rights) of all who can log in, table empty for everything; or why it cannot be told."""
    name = engine_name(engine)
    if name == "sqlite":
        return "a SQLite file has no grants: whoever may read the file reads everything"
    if name == "mariadb":
        try:
            connection.execute(sa.text(_MY_ALLOWED)).all()
        except DBAPIError:
            return "the grants of others are seen only with SELECT on the database mysql"
    query = _PG_GRANTS if name == "postgresql" else _MY_GRANTS
    rights: dict[tuple[str, str], set[str]] = {}
    for row in connection.execute(sa.text(query)):
        rights.setdefault((_user(row.role), row.name), set()).add(row.may.lower())
    told = [(role, table, frozenset(some)) for (role, table), some in sorted(rights.items())]
    return told, "pg_roles and has_table_privilege" if name == "postgresql" else "information_schema.*_PRIVILEGES"


def _user(grantee: str) -> str:
    """`'app'@'%'` without its host."""
    return grantee.rpartition("@")[0].strip("'") if grantee.startswith("'") and "@" in grantee else grantee.strip("'")
