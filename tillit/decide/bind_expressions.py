"""Walking the map's conditions: which columns they read, along which links, and whether each comparison makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from difflib import get_close_matches

from tillit.decide.bind_context import Binding, listed
from tillit.model import expression as e
from tillit.model.mapping import Table
from tillit.model.schema import ColumnInfo, Family
from tillit.model.source import Position

_NUMBERS = {Family.INTEGER, Family.NUMBER, Family.BOOLEAN}


def expressions(table: Table) -> Iterator[tuple[str, e.Expression, Position]]:
    """(the table on whose rows it is read, the condition, where it stands), of every condition in a table's map."""
    for role in table.persons:
        if role.when is not None:
            yield table.name, role.when, table.at
    for link in table.links:
        if link.when is not None:
            yield (link.table if link.pointed_by else table.name), link.when, link.at
    for ground in table.grounds:
        for part in (ground.where, ground.while_):
            if part is not None:
                yield table.name, part, ground.at


def check_expressions(binding: Binding, table: Table) -> None:
    """Every column a condition reads exists, and is compared with a value of its kind."""
    for here, expression, at in expressions(table):
        for where, column, values in reads(binding, here, expression):
            info = binding.column(where, column, at)
            for value in values if info is not None else ():
                _check_value(binding, where, info, value, at)


def reads(binding: Binding, table: str, expression: e.Expression) -> Iterator[tuple[str, str, tuple[e.Literal, ...]]]:
    """(table, column, the constants it is compared with) of every leaf."""
    for here, leaf in _leaves(binding, table, expression):
        match leaf:
            case e.Compare(column, _, value):
                yield here, column, (value,)
            case e.OneOf(column, values):
                yield here, column, values
            case e.Null(column):
                yield here, column, ()


def today_reads(binding: Binding, table: str, expression: e.Expression) -> Iterator[tuple[str, str]]:
    """(table, column) of every comparison with `today`."""
    for here, column, values in reads(binding, table, expression):
        if any(isinstance(value, e.Today) for value in values):
            yield here, column


def links_read(binding: Binding, table: str, expression: e.Expression) -> Iterator[tuple[str, str]]:
    """(table, link) of every link a condition reads along, either way."""
    for here, leaf in _leaves(binding, table, expression):
        match leaf:
            case e.Exists(child, link, _):
                yield child, link
            case e.Of(link, _):
                yield here, link


def _leaves(binding: Binding, table: str, expression: e.Expression) -> Iterator[tuple[str, e.Expression]]:
    """Every node, with the table on whose rows it is read."""
    yield table, expression
    match expression:
        case e.Not(part):
            yield from _leaves(binding, table, part)
        case e.And(parts) | e.Or(parts):
            for part in parts:
                yield from _leaves(binding, table, part)
        case e.Exists(child, _, part):
            yield from _leaves(binding, child, part)
        case e.Of(name, part):
            link = binding.link(table, name)
            if link is not None:
                yield from _leaves(binding, link.table, part)
        case _:
            pass


def _check_value(binding: Binding, table: str, info: ColumnInfo | None, value: e.Literal, at: Position) -> None:
    if info is None or isinstance(value, e.Today):  # the dress of `today` is judged with the clocks
        return
    where = f"{table}.{info.name}"
    loose = binding.schema.engine == "sqlite" and info.family not in _NUMBERS | {Family.TEXT}
    if isinstance(value, str):
        if info.family in _NUMBERS:
            binding.fault(at, f"{where} is {info.type}, and is compared with a text", "write the value without quotes")
        elif info.family is Family.ENUM and value not in info.values:
            near = get_close_matches(value, info.values, 1)
            remedy = f"did you mean '{near[0]}'?" if near else f"it can be: {listed(info.values)}"
            binding.fault(at, f"{where} can never be '{value}'", remedy)
    elif isinstance(value, bool | int | Decimal) and info.family not in _NUMBERS and not loose:
        remedy = (
            f"write the value in quotes: '{value}'"
            if not isinstance(value, bool)
            else "compare it with a text: column = 'x'"
        )
        binding.fault(at, f"{where} is {info.type}, and is compared with {str(value).lower()}", remedy)
