"""Which rights the store's user still lacks, as the statements that give them."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.bound import BoundStore
from tillit.model.schema import Schema, TableInfo


def missing_rights(
    bound: BoundStore, schema: Schema, for_apply: bool, user: str = "tillit", database: str = "DATABASE"
) -> tuple[str, ...]:
    """One sentence for each right that reading (or, with `for_apply`, changing) the mapped tables still wants.

    `user` and `database` are those of the store's URL, for the statements. Empty when nothing is missing.
    """
    return tuple(_missing(bound, schema, for_apply, user, database))


def _missing(bound: BoundStore, schema: Schema, for_apply: bool, user: str, database: str) -> Iterator[str]:
    read, written = _read(bound), _written(bound)
    if schema.engine == "sqlite":
        if for_apply and not written <= schema.writable:
            yield "the database file cannot be written: give this user write access to the file and its folder"
        return
    to = _user(schema, user)
    for name in sorted(read & schema.hidden):
        yield (
            f"row-level security hides rows of {name}: what Tillit does not see it cannot remove. "
            f"Run: ALTER ROLE {to} BYPASSRLS;"
        )
    for name in sorted(read - schema.readable):
        yield f"{name} cannot be read. Run: {_grant(schema, 'SELECT', schema.tables[name], to, database)}"
    if for_apply:
        for name in sorted(written - schema.writable):
            grant = _grant(schema, "INSERT, UPDATE, DELETE", schema.tables[name], to, database)
            yield f"{name} cannot be changed and put back (undo needs INSERT). Run: {grant}"
    if not schema.temporary:
        yield f"temporary tables cannot be made. Run: {_temporary(schema, to, database)}"


def _read(bound: BoundStore) -> frozenset[str]:
    """Mapped tables, their link tables, and every table whose keys decide whether a mapped row is needed."""
    pointing = {arrow.child for arrow in bound.arrows if arrow.parent in bound.tables}
    return frozenset(bound.tables) | _link_tables(bound) | frozenset(pointing)


def _written(bound: BoundStore) -> frozenset[str]:
    return frozenset(name for name, table in bound.tables.items() if table.table.grounds) | _link_tables(bound)


def _link_tables(bound: BoundStore) -> frozenset[str]:
    """Link tables of managed tables: their rows go with the rows they belong to."""
    managed = [table.table for table in bound.tables.values() if table.table.grounds]
    return frozenset(link.via.table for table in managed for link in table.links if link.via is not None)


def _grant(schema: Schema, rights: str, info: TableInfo, to: str, database: str) -> str:
    if schema.engine == "mariadb":
        return f"GRANT {rights} ON {_backticks(database)}.{_backticks(info.name)} TO {to};"
    space = f"{_quotes(info.schema)}." if info.schema else ""
    usage = f"GRANT USAGE ON SCHEMA {_quotes(info.schema)} TO {to}; " if info.schema else ""
    return f"{usage}GRANT {rights} ON {space}{_quotes(info.bare)} TO {to};"


def _temporary(schema: Schema, to: str, database: str) -> str:
    if schema.engine == "mariadb":
        return f"GRANT CREATE TEMPORARY TABLES ON {_backticks(database)}.* TO {to};"
    return f"GRANT TEMPORARY ON DATABASE {_quotes(database)} TO {to};"


def _user(schema: Schema, user: str) -> str:
    if schema.engine != "mariadb":
        return _quotes(user)
    name, _, host = user.partition("@")
    return f"'{name.replace(chr(39), chr(39) * 2)}'@'{host or '%'}'"


def _quotes(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _backticks(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
