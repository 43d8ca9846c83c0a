"""Deliberately wrong oracles. The generator has power only if its cases tell each of them from the right one.

python -m tests.oracle.mutants 300      # how many of 300 cases tell each mutant apart
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from typing import Any
from unittest.mock import patch

from tests.oracle import conditions, grounds, links, persons, times, truth, values
from tests.oracle.generate import Case, generate
from tillit.model.expression import And, Compare, Not, OneOf, Or
from tillit.model.mapping import Mode
from tillit.model.policy import Period, Rounding


@dataclass(frozen=True)
class Mutant:
    """One wrong reading: (module, name of the function, what replaces it)."""

    name: str
    patches: tuple[tuple[Any, str, Callable[..., Any]], ...]

    @contextmanager
    def applied(self) -> Iterator[None]:
        with ExitStack() as stack:
            for module, name, wrong in self.patches:
                stack.enter_context(patch.object(module, name, wrong))
            yield


def one(name: str, module: Any, function: str, wrong: Callable[..., Any]) -> Mutant:
    return Mutant(name, ((module, function, wrong),))


# Time

right_expired, right_add, right_round = times.expired, times.add, times.round_up
right_moment, right_at, right_bare = times.moment, times._at, times._bare


def a_day_late(world: Any, start: Any, keep: Any) -> bool:
    day = start.day if start.day < date(9000, 1, 1) else start.day - timedelta(1)
    return right_expired(world, replace(start, day=day + timedelta(1)), keep)


def a_day_early(world: Any, start: Any, keep: Any) -> bool:
    return right_expired(world, replace(start, day=start.day - timedelta(1)), keep)


def clamped_cutoff(world: Any, start: Any, keep: Any) -> bool:
    """The period taken from today instead of added to the start."""
    if keep.period.hours:
        return right_expired(world, start, keep)
    return times.round_up(start.day, keep.rounding) < right_add(times.today(world), keep.period, -1)


def thirty_days(day: date, months: int) -> date:
    return day + timedelta(days=30 * months)


def days_first(day: date, period: Period, sign: int = 1) -> date:
    moved = day + timedelta(days=sign * (7 * period.weeks + period.days))
    return times.add_months(moved, sign * (12 * period.years + period.months))


def by_month(day: date, rounding: Rounding) -> date:
    return right_round(day, Rounding.MONTH if rounding is Rounding.QUARTER else rounding)


def bare_in_store_zone(world: Any, day: date) -> Any:
    """A bare date as the midnight of the store's zone, moved to the controller's."""
    found = right_bare(world, day)
    return replace(found, day=found.opens.astimezone(world.controller_zone).date())


def utc_day(world: Any, instant: Any) -> Any:
    return replace(right_at(world, instant), day=instant.astimezone(UTC).date())


# Conditions and texts

right_true, right_comparable, right_same, right_normal = (
    conditions.true, conditions.comparable, values.same, links.normal,
)  # fmt: skip


def three_valued(world: Any, ref: Any, condition: Any) -> bool:
    """SQL's own logic: a comparison with NULL is unknown, and so is its negation."""
    return _unknown(world, ref, condition) is True


def _unknown(world: Any, ref: Any, condition: Any) -> bool | None:
    match condition:
        case Compare(column, _, _) | OneOf(column, _) if world.row(ref)[column] is None:
            return None
        case Not(part):
            told = _unknown(world, ref, part)
            return None if told is None else not told
        case And(parts) | Or(parts):
            stop = isinstance(condition, Or)
            told_ = [_unknown(world, ref, p) for p in parts]
            return stop if stop in told_ else None if None in told_ else not stop
        case _:
            return bool(right_true(world, ref, condition))


def collated(value: object) -> object:
    return right_comparable(value.rstrip(" ").casefold() if isinstance(value, str) else value)


def collated_same(a: object, b: object) -> bool:
    return right_same(*(x.rstrip(" ").casefold() if isinstance(x, str) else x for x in (a, b)))


def ascii_lower(value: object) -> str:
    return "".join(c.lower() if c.isascii() else c for c in str(value).strip(" "))


# Rows

right_of_rows, right_staying, right_going, right_is_cut = (
    persons.of_rows, truth.staying, truth.going, truth.is_cut,
)  # fmt: skip


def two_steps(world: Any) -> Any:
    known: dict[Any, frozenset[Any]] = dict.fromkeys(world.refs(), persons.NOBODY)
    for _ in range(2):
        known = {ref: persons.own(world, ref) | persons.by_owners(world, ref, known) for ref in world.refs()}
    return known


def nothing_needed(known: Any, scope: Any, cuts: Any) -> Any:
    return frozenset(known.world.refs()) - right_going(known, scope, cuts)


def needed_once(known: Any, scope: Any, cuts: Any) -> Any:
    stays = nothing_needed(known, scope, cuts)
    return stays | {r for ref in stays for r in truth.needs(known.world, ref, cuts)}


def whole_via(known: Any, ref: Any, link: Any, scope: Any) -> list[Any]:
    """A `via` link judged as one, by all its persons."""
    whose = persons.by_link(known.world, ref, link, known.persons)
    rows = [r for r in links.link_rows(known.world, ref, link) if known.world.row(r)[link.via.there[0]] is not None]
    return rows if right_is_cut(known, ref, link, whose, scope) else []


def cut_without_others(known: Any, ref: Any, link: Any, whose: Any, scope: Any) -> bool:
    """An owner link is cut as soon as nothing is held for its owner."""
    if right_is_cut(known, ref, link, whose, scope):
        return True
    held = any(values.held_for(known, ref, f) for f in whose)
    in_scope = scope is None or bool(whose & scope)
    return bool(whose) and in_scope and not held and bool(known.world.grounds(ref[0]))


def every_column(known: Any, ref: Any, column: Any, scope: Any) -> bool:
    return truth.in_scope(known, ref, scope)


def always_any(known: Any, ref: Any, column: Any, some: Any) -> bool:
    return right_live_by(known, ref, replace(column, mode=Mode.ANY), some)


def everyones(known: Any, ref: Any, column: Any) -> Any:
    return known.persons[ref]


right_live_by = values.live_by
yes, no = (lambda *_: True), (lambda *_: False)


def no_orphans(known: Any, ref: Any, ground: Any) -> bool:
    """A row about nobody is held by consent-based purposes too."""
    return grounds.fresh(known, ref, ground)


def missing_dies(world: Any, ref: Any, ground: Any, clock: Any) -> bool:
    return right_by_column(world, ref, replace(ground, missing_holds=False), clock)


def missing_holds(world: Any, ref: Any, ground: Any, clock: Any) -> bool:
    return right_by_column(world, ref, replace(ground, missing_holds=True), clock)


right_by_column = grounds.by_column

MUTANTS: tuple[Mutant, ...] = (
    one("a day late", times, "expired", a_day_late),
    one("a day early", times, "expired", a_day_early),
    one("the period taken from today", times, "expired", clamped_cutoff),
    one("months of 30 days", times, "add_months", thirty_days),
    one("days before months", times, "add", days_first),
    one("no rounding", times, "round_up", lambda day, _: day),
    one("quarters are months", times, "round_up", by_month),
    one("days of UTC", times, "_at", utc_day),
    one("bare dates in the store's zone", times, "_bare", bare_in_store_zone),
    one("a missing start dies", grounds, "by_column", missing_dies),
    one("a missing start always holds", grounds, "by_column", missing_holds),
    one("first is last", grounds, "by_first", grounds.by_last),
    one("last is first", grounds, "by_last", grounds.by_first),
    one("NULL is unknown", conditions, "true", three_valued),
    one("texts compare by collation", conditions, "comparable", collated),
    one("fills compare by collation", values, "same", collated_same),
    one("letters of ASCII only", links, "normal", ascii_lower),
    one("ownership of two steps", persons, "of_rows", two_steps),
    one("nothing is needed", truth, "staying", nothing_needed),
    one("needed for one step", truth, "staying", needed_once),
    one("the time of an end ignored", grounds, "created_at", lambda *_: None),
    one("no ends", grounds, "ended", no),
    one("no while", grounds, "outlasts", no),
    one("no consent asked", grounds, "consented", yes),
    one("no holds", grounds, "hold", no),
    one("consent of nobody", grounds, "for_nobody", no_orphans),
    one("mode all as any", values, "live_by", always_any),
    one("every value about everybody", values, "about", everyones),
    one("every column in scope", truth, "column_in_scope", every_column),
    one("via cut as one", truth, "_cut_link_rows", whole_via),
    one("an owner cut though no other holds", truth, "is_cut", cut_without_others),
    one("nothing is cut", truth, "is_cut", no),
    one("unknown columns do not matter", values, "has_unknown", no),
    one("addresses in full", values, "ip_prefix", lambda text: text),
)  # fmt: skip


def told(case: Case) -> list[object]:
    """All that the oracle says of a case, or the error it made."""
    try:
        found: list[object] = []
        for scope in case.scopes:
            found.append(truth.truth(case.policy, case.bound, case.rows, case.standings, case.now, scope))
            for person in sorted(scope or (), key=str):
                found.append(truth.explain(case.policy, case.bound, case.rows, case.standings, case.now, person))
        return found
    except (ValueError, OverflowError) as error:
        return [type(error).__name__]


def catches(case: Case, mutant: Mutant) -> bool:
    right = told(case)
    with mutant.applied():
        return told(case) != right


def count(seeds: Iterable[int], engine: str = "sqlite") -> dict[str, int]:
    """How many of the seeds' cases tell each mutant apart."""
    found = dict.fromkeys((m.name for m in MUTANTS), 0)
    for seed in seeds:
        case = generate(seed, engine)
        right = told(case)
        for mutant in MUTANTS:
            with mutant.applied():
                found[mutant.name] += told(case) != right
    return found


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    for name, hits in count(range(many)).items():
        print(f"{hits:5} of {many}  {name}")
