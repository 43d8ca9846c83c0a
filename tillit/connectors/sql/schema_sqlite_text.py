"""What SQLite tells only in the text of a CREATE statement: CHECK constraints, generation expressions, names read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\W\d][\w$]*)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def checks(sql: str) -> tuple[str, ...]:
    """The CHECK constraints of a CREATE TABLE, as `CHECK (...)`."""
    return tuple(f"CHECK {body}" for keyword, _, body in _clauses(sql) if keyword == "CHECK")


def generated(sql: str) -> dict[str, str]:
    """Column name in lower case -> its generation expression."""
    return {column: body[1:-1].strip() for keyword, column, body in _clauses(sql) if keyword == "AS"}


def names(sql: str, known: Collection[str]) -> tuple[str, ...]:
    """Those of `known` that the SQL text names, outside strings and comments; case does not matter."""
    used = {bare(value).lower() for kind, value in _tokens(sql) if kind == "name"}
    return tuple(name for name in known if name.lower() in used)


def bare(name: str) -> str:
    """An identifier without its quotes."""
    if name[:1] in '"`':
        return name[1:-1].replace(name[0] * 2, name[0])
    return name[1:-1] if name[:1] == "[" else name


def _tokens(sql: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(sql):
        if match.lastgroup and match.lastgroup != "space":
            yield match.lastgroup, match.group()


def _clauses(sql: str) -> Iterator[tuple[str, str, str]]:
    """(CHECK or AS, the column whose definition it stands in, the parenthesised text) of a CREATE TABLE.

    The first word of each definition, at depth one, is the column's name. The AS of a CAST is deeper, and never counts.
    """
    depth, column, start, keyword, begun = 0, "", True, "", -1
    for match in _TOKEN.finditer(sql):
        kind, value = match.lastgroup, match.group()
        if kind == "space":
            continue
        if value == "(":
            depth += 1
            if depth == 2 and keyword:
                begun = match.start()
                continue
            start = start or depth == 1
        elif value == ")":
            depth -= 1
            if depth == 1 and begun >= 0:
                yield keyword, column, sql[begun : match.end()]
                begun = -1
        elif depth == 1 and value == ",":
            start = True
        elif depth == 1 and start:
            column, start = bare(value).lower(), False
        if depth == 1 and begun < 0:
            keyword = value.upper() if kind == "name" and value.upper() in ("CHECK", "AS") else ""


def after_name(sql: str) -> str:
    """A CREATE TABLE or CREATE INDEX from its first parenthesis outside quotes: the definition without its names."""
    return next((sql[match.start() :] for match in _TOKEN.finditer(sql) if match.group() == "("), "")
