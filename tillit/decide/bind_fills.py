"""What stands in a dead cell's place: one that type, length and uniqueness accept, or the map is refused."""

from __future__ import annotations

from collections.abc import Collection

from tillit.decide.bind_context import Binding
from tillit.decide.bind_generated import check_generated, depends_on
from tillit.decide.bind_values import empty_value, key_width
from tillit.model.bound import Arrow, Fill, FillKind
from tillit.model.mapping import UNKNOWN, Column, Mode, Table, WhenDead
from tillit.model.schema import ColumnInfo, Family, TableInfo, Unique

NULL = Fill(FillKind.NULL)
PSEUDONYMS = ("erased-", "e", "")  # tried in this order; the key follows


def fills_of(binding: Binding, table: Table, arrows: Collection[Arrow]) -> dict[str, Fill]:
    """The fill of every personal column that a ground may let die.

    Left out: columns of the key and of links (never replaced), generated ones (they follow their sources), and columns
    that nothing can replace in a table whose rows only ever go whole.
    """
    if not table.grounds:
        return {}
    fixed = fixed_columns(binding, table, arrows)
    whole = only_whole_rows(table, arrows, fixed)
    fills: dict[str, Fill] = {}
    generated = []
    for column in table.personal_columns:
        info = binding.look(table.name, column.name)
        if info is None:
            continue
        if info.generated:
            generated.append(column)
        elif column.name in fixed:
            binding.notes.append(
                f"{table.name}.{column.name} is personal and {fixed[column.name]}: "
                "it goes only with its row, or a cut link"
            )
        else:
            fill = _fill(binding, table, column, info, whole)
            if fill is not None:
                fills[column.name] = fill
    if not whole:
        for column in generated:
            check_generated(binding, table, column, fills)
    return fills


def fixed_columns(binding: Binding, table: Table, arrows: Collection[Arrow]) -> dict[str, str]:
    """The columns that are never replaced, each with the reason."""
    found: dict[str, str] = {}
    for mapped in binding.tables.values():
        for link in mapped.links:
            if link.pointed_by and link.table == table.name:
                found.update(dict.fromkeys(link.columns, f"tells the owner of {mapped.name}"))
    for arrow in arrows:
        if arrow.parent == table.name and not _from_link_table(table, arrow):
            found.update(dict.fromkeys(arrow.parent_columns, f"what {arrow.child} points at"))
        if arrow.child == table.name:
            found.update(dict.fromkeys(arrow.columns, f"a link to {arrow.parent}"))
    for link in table.links:
        if not link.pointed_by:
            found.update(dict.fromkeys(link.columns, f"a link to {link.table}"))
    found.update(dict.fromkeys(table.key, "part of the key"))
    return found


def only_whole_rows(table: Table, arrows: Collection[Arrow], fixed: Collection[str]) -> bool:
    """True when no value of the table can die while its row stays: one fate for all, and nothing needs a dead row."""
    if table.when_dead is not WhenDead.DELETE or any(c.category == UNKNOWN for c in table.columns.values()):
        return False
    if any(arrow.parent == table.name and not _from_link_table(table, arrow) for arrow in arrows):
        return False
    columns = [c for c in table.personal_columns if c.name not in fixed]
    if any(column.about or column.mode is Mode.ALL for column in columns):
        return False
    return all(column.name in g.columns and column.name not in g.forms for g in table.grounds for column in columns)


def _from_link_table(table: Table, arrow: Arrow) -> bool:
    """The rows of its own link tables go with the row: they never keep it."""
    return any(link.via is not None and link.via.table == arrow.child for link in table.links)


def _fill(binding: Binding, table: Table, column: Column, info: ColumnInfo, whole: bool) -> Fill | None:
    unique = _uniques(binding.info(table.name), table.key, column.name)
    if column.replace is not None:
        return _said(binding, table, column, info, unique)
    if info.nullable and not any(u.nulls_equal for u in unique):
        return NULL
    if unique:
        fill = _pseudonym(binding, table, info, unique)
        what, remedy = _no_pseudonym(info, unique)
    else:
        value = empty_value(binding.schema.engine, info)
        fill = None if value is None else Fill(FillKind.CONSTANT, value)
        what, remedy = (
            f"is NOT NULL, and {info.type} has no empty value",
            "say `replace: {with: VALUE}`, or allow NULL in the column",
        )
    if fill is None and not whole:
        binding.fault(column.at, f"{table.name}.{column.name} cannot be replaced: it {what}", remedy)
    elif fill is not None and info.family is Family.ENUM:
        binding.notes.append(
            f"{table.name}.{column.name} is NOT NULL and has no empty value: dead values become {fill.value!r}; "
            "say `replace:` to choose"
        )
    return fill


def _said(binding: Binding, table: Table, column: Column, info: ColumnInfo, unique: tuple[Unique, ...]) -> Fill | None:
    """The map's own `replace:`, if the column can take it."""
    said = column.replace
    assert said is not None
    where = f"{table.name}.{column.name}"
    if said.null:
        if info.nullable and not any(u.nulls_equal for u in unique):
            return NULL
        binding.fault(
            column.at, f"{where} cannot be replaced by NULL", "say another `replace:`, or allow NULL in the column"
        )
        return None
    if said.pseudonym:
        fill = _pseudonym(binding, table, info, unique)
        if fill is None:
            what, remedy = _no_pseudonym(info, unique)
            binding.fault(column.at, f"{where} cannot hold a pseudonym: it {what}", remedy)
        return fill
    problem = _misfit(info, said.constant)
    if problem is None and unique:
        problem = "is unique, and would be the same in every dead row"
    if problem is not None:
        binding.fault(column.at, f"the replacement of {where} does not fit: it {problem}", "say another `replace:`")
        return None
    return Fill(FillKind.CONSTANT, said.constant)


def _misfit(info: ColumnInfo, value: str | int | bool | None) -> str | None:
    """Why a constant does not fit a column; None when it does, as far as the type tells."""
    if info.values and info.family is Family.ENUM and value not in info.values:
        return f"can only be one of: {', '.join(info.values)}"
    if isinstance(value, str) and info.length is not None and len(value) > info.length:
        return f"has {len(value)} characters, and the column takes {info.length}"
    if info.family is Family.BOOLEAN and value not in (True, False):
        return "is no truth value"
    if info.family in (Family.INTEGER, Family.NUMBER) and not isinstance(value, int):
        return "is no number"
    if info.family is Family.TEXT and not isinstance(value, str):
        return "is no text: write it in quotes"
    return None


def _uniques(info: TableInfo, key: tuple[str, ...], column: str) -> tuple[Unique, ...]:
    """The unique constraints that two equal values of `column` could break; one that holds the whole key cannot."""
    readers = {column, *depends_on(info, column)}
    return tuple(
        unique
        for unique in info.uniques
        if readers & set(unique.columns) and (unique.expression or not set(key) <= set(unique.columns))
    )


def _pseudonym(binding: Binding, table: Table, info: ColumnInfo, unique: tuple[Unique, ...]) -> Fill | None:
    """The longest pseudonym that fits whatever the key; None when the column takes none."""
    if info.values or info.family not in (Family.TEXT, Family.OTHER) or (info.family is Family.OTHER and info.type):
        return None
    limit = _limit(info, unique)
    if limit is None:
        return Fill(FillKind.PSEUDONYM, PSEUDONYMS[0])
    width = key_width(binding, table)
    for start in PSEUDONYMS if width is not None else ():
        if len(start) + (width or 0) <= limit:
            return Fill(FillKind.PSEUDONYM, start)
    return None


def _limit(info: ColumnInfo, unique: tuple[Unique, ...]) -> int | None:
    """How many characters count: the column's length, or fewer where a unique index reads only the beginning."""
    limits = [] if info.length is None else [info.length]
    for one in unique:
        limits += [
            prefix for name, prefix in zip(one.columns, one.prefixes, strict=False) if name == info.name and prefix
        ]
    return min(limits, default=None)


def _no_pseudonym(info: ColumnInfo, unique: tuple[Unique, ...]) -> tuple[str, str]:
    limit = _limit(info, unique)
    unnull = "is NOT NULL and unique" if unique else "is NOT NULL"
    if info.family is Family.TEXT and not info.values and limit is not None:
        return f"takes {limit} characters, too few for every key", "allow NULL in the column, or make it longer"
    return (
        f"{unnull}, and {info.type or 'its type'} holds no pseudonym",
        "allow NULL in the column, or keep it while the row is kept",
    )
