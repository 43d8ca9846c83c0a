"""Is a value live? Three judges answer for three kinds of row; all mean docs/reference/semantics.md.

`Default`: no flagged person owns the row: time and conditions decide. `Single`: one flagged person owns it, joined in.
`Several`: flagged and unflagged people may own it together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import FromClause

from tillit.connectors.sql import leaves
from tillit.connectors.sql.compiler import Compiler
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.people import People
from tillit.connectors.sql.unflagged import somebody_unflagged
from tillit.model.conditions import TRUE, Condition, conjunction, disjunction, negation
from tillit.model.mapping import Mode
from tillit.model.plan import TableRule

Indexes = Sequence[int]


def by_default(rule: TableRule, indexes: Indexes) -> Condition:
    """Held by one of these grounds for somebody with default standing, or for nobody."""
    return disjunction(*(rule.grounds[i].by_default for i in indexes))


def ended(people: People, rule: TableRule, alias: FromClause, person: FromClause, purpose: str) -> Bool:
    """`purpose` ended for the person, at a time that reaches this row."""
    number = people.plan.purposes.index(purpose)
    flag = person.c[f"e{number}"] == 1
    if rule.created is None:
        return flag
    name, dress = rule.created
    column, engine = alias.c[name], people.compiler.engine
    left = leaves.time_text(engine, column) if dress.value.startswith("text") else column
    dated = sa.func.coalesce(leaves.is_time(engine, column, dress), sa.false())
    in_time = sa.func.coalesce(left <= person.c[f"e{number}_{dress.value}"], sa.false())
    return sa.and_(flag, sa.or_(sa.not_(dated), in_time))


def held_by(people: People, rule: TableRule, alias: FromClause, person: FromClause, index: int) -> Bool:
    """`held(g, row, f)` of ground number `index`."""
    ground = rule.grounds[index]
    compiler = people.compiler
    fresh = compiler.condition(ground.fresh, rule.table, alias)
    if not ground.ends:
        return fresh
    goes_on = sa.or_(
        sa.not_(ended(people, rule, alias, person, ground.purpose)),
        compiler.condition(ground.while_, rule.table, alias),
    )
    if not ground.needs_consent:
        return sa.and_(fresh, goes_on)
    return sa.and_(fresh, goes_on, person.c[f"c{people.plan.purposes.index(ground.purpose)}"] == 1)


def holds(people: People, rule: TableRule, alias: FromClause, indexes: Indexes) -> Callable[[FromClause], Bool]:
    """For a person: a hold, or one of the grounds holds."""

    def test(person: FromClause) -> Bool:
        return sa.or_(person.c.hold == 1, *(held_by(people, rule, alias, person, i) for i in indexes))

    return test


class Judge(Protocol):
    """Answers for the rows of one query."""

    def live(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:
        """Some of the grounds (by number) holds, for the people of the links `about` (none = all)."""

    def dead(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:
        """The complement of `live`, written so that indexes can serve."""


@dataclass(frozen=True)
class Default:
    """No flagged person."""

    compiler: Compiler
    rule: TableRule
    alias: FromClause

    def live(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:  # noqa: ARG002
        return self.compiler.condition(by_default(self.rule, indexes), self.rule.table, self.alias)

    def dead(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:  # noqa: ARG002
        return self.compiler.condition(negation(by_default(self.rule, indexes)), self.rule.table, self.alias)


@dataclass(frozen=True)
class Single:
    """One flagged person, joined in as `person`; nobody else can own the row."""

    people: People
    rule: TableRule
    alias: FromClause
    person: FromClause

    def live(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:  # noqa: ARG002
        return holds(self.people, self.rule, self.alias, indexes)(self.person)

    def dead(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:  # noqa: ARG002
        return sa.not_(self.live(indexes))


@dataclass(frozen=True)
class Several:
    """Some flagged person may own or access the row; others may own it too. Asks the facts that are worked out."""

    people: People
    rule: TableRule
    alias: FromClause

    def live(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:
        default = self.people.compiler.condition(by_default(self.rule, indexes), self.rule.table, self.alias)
        others = sa.or_(sa.not_(self.flagged(about)), self.unflagged(about))
        if mode is Mode.ANY:
            return sa.or_(self.held(indexes, about), sa.and_(others, default))
        return sa.and_(sa.not_(self._unheld(indexes, about)), sa.or_(sa.not_(others), default))

    def dead(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:
        return sa.not_(self.live(indexes, about, mode))

    def held(self, indexes: Indexes, about: Sequence[str] = ()) -> Bool:
        """Some flagged person is held for by one of the grounds."""
        people, rule, alias = self.people, self.rule, self.alias
        facts = people.facts.get(rule.table)
        if facts is not None:
            found: Bool = facts.somebody(people, rule, alias, ["hold", *(f"h{i}" for i in indexes)], about)
            return found
        return people.somebody(rule, alias, holds(people, rule, alias, indexes), about)

    def _unheld(self, indexes: Indexes, about: Sequence[str]) -> Bool:
        people, rule, alias = self.people, self.rule, self.alias
        facts = people.facts.get(rule.table)
        if facts is not None:
            found: Bool = facts.unheld(people, rule, alias, indexes, about)
            return found
        held = holds(people, rule, alias, indexes)
        return people.somebody(rule, alias, lambda person: sa.not_(held(person)), about)

    def flagged(self, about: Sequence[str] = ()) -> Bool:
        """Some flagged person is among the row's people by these links."""
        people, rule, alias = self.people, self.rule, self.alias
        facts = people.facts.get(rule.table)
        if facts is not None:
            found: Bool = facts.somebody(people, rule, alias, [], about)
            return found
        return people.somebody(rule, alias, lambda _: sa.true(), about)

    def in_scope(self, about: Sequence[str] = ()) -> Bool:
        """Some person in the plan's scope is among them."""
        people, rule, alias = self.people, self.rule, self.alias
        facts = people.facts.get(rule.table)
        if facts is not None:
            found: Bool = facts.somebody(people, rule, alias, ["scope"], about)
            return found
        return people.somebody(rule, alias, lambda person: person.c.scope == 1, about)

    def unflagged(self, about: Sequence[str] = ()) -> Bool:
        """Somebody with default standing is among them."""
        facts = self.people.facts.get(self.rule.table)
        if facts is not None:
            found: Bool = facts.unflagged(self.people, self.rule, self.alias, about)
            return found
        return somebody_unflagged(self.people, self.rule, self.alias, about)


def never_by_default(rule: TableRule) -> bool:
    """Nothing of the table dies by time or condition alone."""
    if not rule.grounds:
        return True
    every = [by_default(rule, g.full) for g in rule.groups] + [by_default(rule, range(len(rule.grounds)))]
    return conjunction(*every) == TRUE
