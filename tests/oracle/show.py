"""Prints a case and an outcome so that a person can read them."""

from __future__ import annotations

from collections.abc import Iterator

from tests.oracle.generate import Case
from tests.oracle.world import Outcome, Row
from tillit.model.expression import And, Compare, Const, Exists, Expression, Not, Null, Of, OneOf, Or, Today
from tillit.model.mapping import Clock, Column, Ground, Link, Mode, Table
from tillit.model.policy import Period
from tillit.model.standing import Person


def case(shown: Case) -> str:
    """The whole case as text: policy, map, keys, rows, standings."""
    return "\n".join(_lines(shown))


def _lines(shown: Case) -> Iterator[str]:
    zones = f"controller in {shown.policy.controller.timezone}, store in {shown.bound.store.timezone}"
    yield f"case {shown.seed} on {shown.engine}; now {shown.now.isoformat()}; {zones}"
    for purpose in shown.policy.purposes.values():
        keep = purpose.keep
        length = period(keep.period) if keep.period is not None else ("unknown" if keep.unknown else "no period")
        rounding = "" if keep.rounding.value == "none" else f", {keep.rounding.value}"
        marketing = ", direct marketing" if purpose.direct_marketing else ""
        yield f"purpose {purpose.name}: {purpose.basis.value}, {length}{rounding}{marketing}"
    for name, info in shown.bound.schema.tables.items():
        yield ""
        bound = shown.bound.tables.get(name)
        yield f"table {name} key {info.key}" + ("" if bound is not None else " (unmapped)")
        if bound is not None:
            yield from _table(bound.table)
            yield f"  fills { ({c: (f.kind.value, f.value) for c, f in bound.fills.items()}) }"
            yield f"  cuts { ({c.link: c.writes for c in bound.cuts.values()}) }"
        for row in shown.rows.get(name, []):
            yield f"    {values(row)}"
    yield ""
    for key in shown.bound.schema.foreign_keys:
        yield f"foreign key {key.table}{key.columns} -> {key.parent}{key.parent_columns} on delete {key.on_delete}"
    for standing in shown.standings:
        ended = {p: at.isoformat() for p, at in standing.ended.items()}
        yield f"{person(standing.person)}: ended {ended}, consent {sorted(standing.consent)}, hold {standing.hold}"
    for scope in shown.scopes:
        yield f"scope {'everything' if scope is None else sorted(person(p) for p in scope)}"


def person(who: Person) -> str:
    return f"{who.table}{who.key}"


def _table(table: Table) -> Iterator[str]:
    for role in table.persons:
        yield f"  person {role.kind}" + (f" when {expression(role.when)}" if role.when is not None else "")
    if table.created is not None:
        yield f"  created {clock(table.created)}"
    yield f"  when dead: {table.when_dead.value}"
    for link in table.links:
        yield f"  {link.kind.value} {_link(link)}"
    personal = ", ".join(_column(c) for c in table.columns.values() if c.category != "not_personal")
    yield f"  columns {personal}"
    for ground in table.grounds:
        yield f"  ground {_ground(ground)}"


def _link(link: Link) -> str:
    parts = [f"{link.name}: {link.table}"]
    parts += [f"{link.columns}"] if link.columns else []
    parts += [f"to {link.to}"] if link.to else []
    parts += [f"prefix {link.prefix!r}"] if link.prefix is not None else []
    parts += ["matches"] if link.matches else []
    parts += ["pointed by"] if link.pointed_by else []
    parts += [f"via {link.via.table} here {link.via.here} there {link.via.there}"] if link.via is not None else []
    parts += [f"when {expression(link.when)}"] if link.when is not None else []
    parts += [f"tombstone {link.tombstone!r}"] if link.tombstone is not None else []
    return " ".join(parts)


def _column(column: Column) -> str:
    about = f" about {'+'.join(column.about)}" if column.about else ""
    return column.name + about + (" (dies with the first)" if column.mode is Mode.ALL else "")


def _ground(ground: Ground) -> str:
    parts = [f"{ground.purpose}: {', '.join(ground.columns) or '-'}"]
    parts += [f"since {clock(ground.since)}"] if ground.since is not None else []
    parts += [f"through {ground.through[0]} via {ground.through[1]}"] if ground.through is not None else []
    parts += [f"where {expression(ground.where)}"] if ground.where is not None else []
    parts += [f"while {expression(ground.while_)}"] if ground.while_ is not None else []
    parts += [] if ground.missing_holds else ["missing dies"]
    parts += [f"forms { ({c: f.value for c, f in ground.forms.items()}) }"] if ground.forms else []
    return "; ".join(parts)


def clock(told: Clock) -> str:
    where = "" if told.dress is None else f" [{told.dress.value}]"
    if told.child:
        return f"{told.kind.value}({told.child} via {told.child_link}.{told.column}){where}"
    return ".".join((*told.path, told.column)) + where


def period(told: Period) -> str:
    units = ("years", "months", "weeks", "days", "hours")
    return " ".join(f"{getattr(told, u)} {u}" for u in units if getattr(told, u))


def expression(told: Expression) -> str:
    match told:
        case Const(value):
            return str(value).lower()
        case Compare(column, op, value):
            return f"{column} {op.value} {_literal(value)}"
        case OneOf(column, values_):
            return f"{column} in ({', '.join(_literal(v) for v in values_)})"
        case Null(column):
            return f"{column} is null"
        case Not(part):
            return f"not ({expression(part)})"
        case And(parts):
            return "(" + " and ".join(expression(p) for p in parts) + ")"
        case Or(parts):
            return "(" + " or ".join(expression(p) for p in parts) + ")"
        case Exists(table, link, part):
            return f"exists({table} via {link}, {expression(part)})"
        case Of(link, part):
            return f"of({link}, {expression(part)})"


def _literal(value: object) -> str:
    if isinstance(value, Today):
        shift = "" if value.shift is None else f" {'-' if value.back else '+'} {period(value.shift)}"
        return f"today{shift}"
    return repr(value)


def values(row: Row) -> str:
    return ", ".join(f"{c}={v.isoformat() if hasattr(v, 'isoformat') else repr(v)}" for c, v in row.items())


def outcome(told: Outcome) -> str:
    """What a sweep did."""
    lines = [f"deleted {sorted(told.deleted, key=str)}"]
    lines += [f"changed {row}: {values(dict(new))}" for row, new in sorted(told.changed.items(), key=str)]
    lines += [f"cut {sorted(told.cut, key=str)}; link rows {sorted(told.cut_link_rows, key=str)}"]
    lines += [f"dead cells {dict(told.dead_cells)}; coarse {dict(told.coarse_cells)}; dead rows {dict(told.dead_rows)}"]
    return "\n".join(lines)
