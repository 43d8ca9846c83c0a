"""Is a value live? Three judges answer for three kinds of row; all mean docs/reference/semantics.md.

`Default`: no flagged person owns the row: time and conditions decide. `Single`: one flagged person owns it, joined in.
`Several`: flagged and unflagged people may own it together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import FromClause
from sqlalchemy.sql import visitors

from tillit.connectors.sql import leaves
from tillit.connectors.sql.compiler import Compiler, exists
from tillit.connectors.sql.leaves import Bool
from tillit.connectors.sql.people import Chain, People
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
    flag = people.says(person, f"e{number}")
    if rule.created is None or flag is sa.false():
        return flag
    name, dress = rule.created
    column, engine = alias.c[name], people.compiler.engine
    left = leaves.time_text(engine, column) if dress.value.startswith("text") else column
    later = sa.and_(left > person.c[f"e{number}_{dress.value}"], leaves.is_time(engine, column, dress))
    return sa.and_(flag, sa.not_(sa.func.coalesce(later, sa.false())))


def held_by(
    people: People,
    rule: TableRule,
    alias: FromClause,
    person: FromClause,
    index: int,
    compiler: Compiler | None = None,
) -> Bool:
    """`held(g, row, f)` of ground number `index`. What asks only the person stands first: it costs nothing."""
    ground = rule.grounds[index]
    compiler = compiler or people.compiler
    fresh = compiler.condition(ground.fresh, rule.table, alias)
    if not ground.ends:
        return fresh
    goes_on = sa.or_(
        sa.not_(ended(people, rule, alias, person, ground.purpose)),
        compiler.condition(ground.while_, rule.table, alias),
    )
    if not ground.needs_consent:
        return sa.and_(goes_on, fresh)
    consents = people.says(person, f"c{people.plan.purposes.index(ground.purpose)}")
    return sa.and_(consents, goes_on, fresh)


def holds(
    people: People, rule: TableRule, alias: FromClause, indexes: Indexes, compiler: Compiler | None = None
) -> Callable[[FromClause], Bool]:
    """For a person: a hold, or one of the grounds holds."""

    def test(person: FromClause) -> Bool:
        held = (held_by(people, rule, alias, person, i, compiler) for i in indexes)
        return sa.or_(people.says(person, "hold"), *held)

    return test


def surely_dead(single: Single) -> Bool | None:
    """Dead by what ended for the person alone, asked without a function call; None where that cannot be said so.

    A call inside a statement that writes makes SQLite copy every page it touches (its statement journal).
    """
    people, rule, alias, person = single.people, single.rule, single.alias, single.person
    tests: list[Bool] = [sa.not_(people.says(person, "hold"))]
    for ground in rule.grounds:
        number = people.plan.purposes.index(ground.purpose)
        outlasts = (single.compiler or people.compiler).condition(ground.while_, rule.table, alias)
        if not ground.ends or calls(outlasts):
            return None
        gone = people.says(person, f"e{number}")
        if rule.created is not None:
            name, dress = rule.created
            column = alias.c[name]
            left = leaves.time_text(people.compiler.engine, column) if dress.value.startswith("text") else column
            gone = sa.and_(gone, sa.not_(sa.func.coalesce(left > person.c[f"e{number}_{dress.value}"], sa.false())))
        gone = sa.and_(gone, sa.not_(outlasts))
        if ground.needs_consent:
            gone = sa.or_(gone, sa.not_(people.says(person, f"c{number}")))
        tests.append(gone)
    return sa.and_(*tests)


def calls(expression: Bool) -> bool:
    """The expression calls a function of the engine's (`coalesce` is none)."""
    for element in visitors.iterate(expression):
        if isinstance(element, sa.sql.functions.FunctionElement) and element.name != "coalesce":
            return True
        if isinstance(element, sa.BinaryExpression) and getattr(element.operator, "opstring", "") == "GLOB":
            return True
    return False


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
    """One flagged person, joined in as `person`; nobody else can own the row. `compiler` may know its parent."""

    people: People
    rule: TableRule
    alias: FromClause
    person: FromClause
    compiler: Compiler | None = None

    def live(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:  # noqa: ARG002
        return holds(self.people, self.rule, self.alias, indexes, self.compiler)(self.person)

    def dead(self, indexes: Indexes, about: Sequence[str] = (), mode: Mode = Mode.ANY) -> Bool:  # noqa: ARG002
        return sa.not_(self.live(indexes))


def single(people: People, rule: TableRule, alias: FromClause, person: FromClause, chain: Chain) -> Single:
    """The judge of rows that `chain` joins with their `person`: a parent that is joined in is not looked up again."""
    joined = {(alias, hop): parent for hop, parent in chain.joined}
    return Single(people, rule, alias, person, replace(people.compiler, joined=joined))


@dataclass(frozen=True)
class Several:
    """Some flagged person may own or access the row; others may own it too.

    Asks the facts that were worked out: those joined in as `fact`, or looked up by the row's key where there is none.
    """

    people: People
    rule: TableRule
    alias: FromClause
    fact: FromClause | None = None

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
        facts = self._facts
        if facts is None:
            return self._somebody(holds(self.people, self.rule, self.alias, indexes), about)
        return self._asked(lambda row: facts.held(row, self._numbers(about), indexes))

    def _unheld(self, indexes: Indexes, about: Sequence[str]) -> Bool:
        facts = self._facts
        if facts is None:
            held = holds(self.people, self.rule, self.alias, indexes)
            return self._somebody(lambda person: sa.not_(held(person)), about)
        return self._asked(lambda row: facts.unheld(row, self._numbers(about), indexes))

    def flagged(self, about: Sequence[str] = ()) -> Bool:
        """Some flagged person is among the row's people by these links."""
        facts = self._facts
        if facts is None:
            return self._somebody(lambda _: sa.true(), about)
        return self._asked(lambda row: facts.flagged(row, self._numbers(about)))

    def in_scope(self, about: Sequence[str] = ()) -> Bool:
        """Some person in the plan's scope is among them."""
        facts = self._facts
        if facts is None:
            return self._somebody(lambda person: self.people.says(person, "scope"), about)
        return self._asked(lambda row: facts.in_scope(row, self._numbers(about)))

    def unflagged(self, about: Sequence[str] = ()) -> Bool:
        """Somebody with default standing is among them (the row is one that a flagged person owns)."""
        people, facts = self.people, self._facts
        if facts is None:
            return somebody_unflagged(people, self.rule, self.alias, about)
        numbers = self._numbers(about)
        return self._asked(lambda row: facts.unflagged(people, self.rule, self.alias, row, numbers))

    @property
    def _facts(self) -> Any:
        return self.people.facts.get(self.rule.table)

    def _numbers(self, about: Sequence[str]) -> list[int]:
        return self.people.numbers(self.rule, about)

    def _asked(self, question: Callable[[FromClause], Bool]) -> Bool:
        if self.fact is not None:
            return question(self.fact)
        row = self._facts.rows.alias()
        return exists(row, where=(*self._facts.at(self.rule, row, self.alias), question(row)))

    def _somebody(self, test: Callable[[FromClause], Bool], about: Sequence[str]) -> Bool:
        return self.people.somebody(self.rule, self.alias, test, about)


def never_by_default(rule: TableRule) -> bool:
    """Nothing of the table dies by time or condition alone."""
    if not rule.grounds:
        return True
    every = [by_default(rule, g.full) for g in rule.groups] + [by_default(rule, range(len(rule.grounds)))]
    return conjunction(*every) == TRUE
