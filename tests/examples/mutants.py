"""Every small change of a policy: an entry dropped, a field blanked, a period or number doubled, a day moved."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from collections.abc import Mapping as Named
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from tillit.model.policy import Basis, Policy, Retention
from tillit.model.source import Position
from tillit.policy.source import Mapping, Node, Scalar, Sequence

Put = Callable[[Any], Policy]
IGNORED = {"name", "number", "at", "places", "digest", "text"}
PERIOD_PARTS = ("years", "months", "weeks", "days", "hours")


@dataclass(frozen=True)
class Mutant:
    """One change. `kind` is the kind of field it is in, `path` the place in the file of an entry that was dropped."""

    kind: str
    where: str
    policy: Policy
    path: tuple[str, ...] = ()


def mutants(policy: Policy) -> Iterator[Mutant]:
    for field in dataclasses.fields(policy):
        if field.name in ("digest", "categories"):
            continue
        value = getattr(policy, field.name)

        def put(new: Any, name: str = field.name) -> Policy:
            return dataclasses.replace(policy, **{name: new})

        if field.name == "information":
            yield from _information(policy)
        else:
            yield from _value(field.name, (field.name,), value, put, _default(field))


def _information(policy: Policy) -> Iterator[Mutant]:
    """Types and parts stand in two mappings: the titles of categories, and what is said of them."""
    for name, information in policy.information.items():
        gone = {n: i for n, i in policy.information.items() if n != name and not n.startswith(f"{name}.")}
        categories = {n: t for n, t in policy.categories.items() if n in gone}
        head, _, part = name.partition(".")
        path = ("information", head, *(("parts", part) if part else ()))
        dropped = dataclasses.replace(policy, information=gone, categories=categories)
        yield Mutant("information", name, dropped, path)

        def put(new: Any, name: str = name) -> Policy:
            return dataclasses.replace(policy, information={**policy.information, name: new})

        yield from _fields("information", (name,), information, put)


def _value(kind: str, where: tuple[str, ...], value: Any, put: Put, blank: Any) -> Iterator[Mutant]:
    place = ".".join(where)
    if isinstance(value, Named) and all(dataclasses.is_dataclass(v) for v in value.values()):
        for key, item in value.items():
            yield Mutant(kind, f"{place}.{key}", put({k: v for k, v in value.items() if k != key}), (*where, key))

            def inside(new: Any, key: str = key) -> Policy:
                return put({**value, key: new})

            yield from _fields(kind, (*where, key), item, inside)
    elif isinstance(value, Named):
        for key in value:
            yield Mutant(kind, f"{place}.{key}", put({k: v for k, v in value.items() if k != key}), (*where, key))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        if set(PERIOD_PARTS) == {f.name for f in dataclasses.fields(value)}:
            yield Mutant(kind, f"{place} doubled", put(_doubled(value)))
        else:
            yield from _fields(kind, where, value, put)
        if blank != value and len(where) > 1:
            yield Mutant(kind, place, put(blank))
    elif value != blank:
        yield Mutant(kind, place, put(blank))
        yield from _moved(kind, place, value, put)


def _fields(kind: str, where: tuple[str, ...], item: Any, put: Put) -> Iterator[Mutant]:
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        if field.name in IGNORED or isinstance(value, Position):
            continue

        def inner(new: Any, name: str = field.name) -> Policy:
            return put(dataclasses.replace(item, **{name: new}))

        yield from _value(f"{kind}.{field.name}", (*where, field.name), value, inner, _default(field))


def _moved(kind: str, place: str, value: Any, put: Put) -> Iterator[Mutant]:
    """A number doubled, a day moved by years, one name of several left out."""
    if isinstance(value, bool):
        yield Mutant(kind, f"{place} turned", put(not value))
    elif isinstance(value, int):
        yield Mutant(f"{kind} (doubled)", f"{place} doubled", put(value * 2))
    elif isinstance(value, date):
        yield Mutant(kind, f"{place} moved", put(value - timedelta(days=3000)))
    elif isinstance(value, tuple) and len(value) > 1:
        for one in value:
            rest = put(tuple(v for v in value if v != one))
            yield Mutant(f"{kind} (one of)", f"{place} without {one}", rest, (*place.split("."), str(one)))


def _doubled(period: Any) -> Any:
    return dataclasses.replace(period, **{part: getattr(period, part) * 2 for part in PERIOD_PARTS})


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return BLANKS.get(field.name, "")


BLANKS: dict[str, Any] = {
    "basis": Basis.UNKNOWN,
    "keep": Retention(unknown=True),
    "data": ("unknown",),
    "people": {},
    "purposes": {},
    "clauses": {},
}


def without(node: Node, path: tuple[str, ...]) -> Node | None:
    """The file without what stands at `path`; None when there is no such place."""
    head, *rest = path
    match node:
        case Mapping(at=at, pairs=pairs) if any(key.text == head for key, _ in pairs):
            kept = []
            for key, value in pairs:
                inner = without(value, tuple(rest)) if key.text == head and rest else value
                if inner is None:
                    return None
                kept += [(key, inner)] if rest or key.text != head else []
            return Mapping(at, tuple(kept))
        case Sequence(at=at, items=items) if not rest:
            kept_items = tuple(one for one in items if not (isinstance(one, Scalar) and one.text == head))
            return Sequence(at, kept_items) if len(kept_items) < len(items) else None
        case _:
            return None
