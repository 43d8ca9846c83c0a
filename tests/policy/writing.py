"""A policy and a map written out again, as JSON (which is YAML): what random models look like in the languages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tillit.model.expression import And, Compare, Const, Exists, Expression, Not, Null, Of, OneOf, Or, Today
from tillit.model.mapping import Clock, Column, Dress, Ground, Link, LinkKind, Mode, Store, Table
from tillit.model.policy import Basis, Policy, Purpose, Retention, Rounding
from tillit.policy.periods import period_text


def policy_text(policy: Policy) -> str:
    controller = policy.controller
    parents = {name: title for name, title in policy.categories.items() if "." not in name}
    written = {
        "tillit": 1,
        "controller": {"name": controller.name, "country": controller.country, "timezone": controller.timezone},
        "people": {k.name: k.title for k in policy.people.values()},
        "information": {name: {"title": title, "parts": parts(policy, name)} for name, title in parents.items()},
        "events": dict(policy.events),
        "clauses": {c.number: c.title for c in policy.clauses.values()},
        "purposes": {p.name: purpose(p) for p in policy.purposes.values()},
    }
    return json.dumps(written, indent=1)


def parts(policy: Policy, parent: str) -> dict[str, str]:
    return {n.split(".")[1]: t for n, t in policy.categories.items() if n.startswith(f"{parent}.")}


def purpose(told: Purpose) -> dict[str, Any]:
    basis: Any = told.basis.value
    if told.basis_reference and told.basis is not Basis.UNKNOWN:
        basis = {told.basis.value: told.basis_reference}
    written = {"clause": told.clause, "title": told.title, "basis": basis, "data": list(told.data)}
    written |= {"direct_marketing": told.direct_marketing, "keep": keep(told.keep)}
    written |= {"overrides_erasure": told.overrides_erasure} if told.overrides_erasure else {}
    return written | ({"people": list(told.people)} if told.people else {})


def keep(told: Retention) -> Any:
    until = " or ".join(sorted(e.value for e in told.until))
    if told.unknown:
        return "unknown"
    if told.period is None:
        return f"until {until}"
    written: dict[str, Any] = {"for": period_text(told.period)}
    after = {"round": told.rounding.value} if told.rounding is not Rounding.NONE else {}
    after |= {"event": told.event} if told.event is not None else {}
    written |= {"after": after} if after else {}
    written |= {"until": until} if until else {}
    return written | ({"tolerance": period_text(told.tolerance)} if told.tolerance is not None else {})


def store_text(store: Store, dresses: Mapping[str, Mapping[str, Dress]]) -> str:
    """`dresses`: of each table, the columns that are times and how they are written."""
    written: dict[str, Any] = {"store": store.name, "url": f"env:{store.url_env}", "country": store.country}
    written |= {"timezone": store.timezone} if store.timezone is not None else {}
    written |= {"unmapped": list(store.unmapped)} if store.unmapped else {}
    written["tables"] = {name: table(t, dresses.get(name, {})) for name, t in store.tables.items()}
    return json.dumps(written, indent=1)


def table(told: Table, dresses: Mapping[str, Dress]) -> dict[str, Any]:
    written: dict[str, Any] = {"key": list(told.key), "when_dead": told.when_dead.value}
    roles: list[dict[str, Any]] = [
        {"kind": r.kind} | ({"when": expression(r.when)} if r.when is not None else {}) for r in told.persons
    ]
    if roles:
        written["person"] = roles
        roles[0]["identified_by"] = {kind: list(columns) for kind, columns in told.identifiers.items()}
    for kind in LinkKind:
        links = {link.name: one_link(link) for link in told.links if link.kind is kind}
        written |= {kind.value: links} if links else {}
    written |= {"created": clock(told.created)} if told.created is not None else {}
    written["columns"] = {c.name: column(c, dresses.get(c.name)) for c in told.columns.values()}
    grounds: dict[str, list[Any]] = {}
    for one in told.grounds:
        grounds.setdefault(one.purpose, []).append(ground(one))
    return written | ({"grounds": grounds} if grounds else {})


def one_link(told: Link) -> dict[str, Any]:
    written: dict[str, Any] = {"table": told.table}
    if told.via is not None:
        written["via"] = {"table": told.via.table, "here": list(told.via.here), "there": list(told.via.there)}
    elif told.pointed_by:
        written["pointed_by"] = list(told.columns)
    else:
        written["columns"] = list(told.columns)
    written |= {"to": list(told.to)} if told.to else {}
    written |= {"when": expression(told.when)} if told.when is not None else {}
    written |= {"prefix": told.prefix} if told.prefix is not None else {}
    written |= {"matches": "identifier"} if told.matches else {}
    return written | ({"tombstone": told.tombstone} if told.tombstone is not None else {})


def column(told: Column, dress: Dress | None) -> dict[str, Any]:
    written: dict[str, Any] = {"is": told.category}
    written |= {"about": list(told.about)} if told.about else {}
    written |= {"dies_with": "first"} if told.mode is Mode.ALL else {}
    written |= {"dress": dress.value} if dress is not None else {}
    if told.replace is None:
        return written
    if told.replace.null or told.replace.pseudonym:
        return written | {"replace": None if told.replace.null else "pseudonym"}
    return written | {"replace": {"with": told.replace.constant}}


def ground(told: Ground) -> dict[str, Any]:
    written: dict[str, Any] = {"columns": list(told.columns)} if told.columns else {}
    written |= {"since": clock(told.since)} if told.since is not None else {}
    written |= {"where": expression(told.where)} if told.where is not None else {}
    written |= {"while": expression(told.while_)} if told.while_ is not None else {}
    written |= {"form": {c: f.value for c, f in told.forms.items()}} if told.forms else {}
    if told.through is not None:
        return written | {"through": f"{told.through[0]} via {told.through[1]}"}
    return written | ({} if told.missing_holds else {"missing": "dies"})


def clock(told: Clock) -> str:
    if told.child:
        return f"{told.kind.value}({told.child} via {told.child_link} .{told.column})"
    return ".".join((*told.path, told.column))


def expression(told: Expression) -> str:
    match told:
        case Const(value):
            return str(value).lower()
        case Compare(column_, op, value):
            return f"{column_} {op.value} {literal(value)}"
        case OneOf(column_, values):
            return f"{column_} in ({', '.join(literal(v) for v in values)})"
        case Null(column_):
            return f"{column_} is null"
        case Not(part):
            return f"not ({expression(part)})"
        case And(parts_):
            return "(" + " and ".join(expression(p) for p in parts_) + ")"
        case Or(parts_):
            return "(" + " or ".join(expression(p) for p in parts_) + ")"
        case Exists(child, link, part):
            return f"exists({child} via {link}, {expression(part)})"
        case Of(link, part):
            return f"of({link}, {expression(part)})"


def literal(value: object) -> str:
    match value:
        case Today(shift=None):
            return "today"
        case Today(shift=shift, back=back):
            assert shift is not None
            return f"today {'-' if back else '+'} {period_text(shift)}"
        case bool():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return str(value)
