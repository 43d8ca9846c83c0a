"""The cases for readers of policies: by hand, by the oracle, and by the product from its languages to its engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cases.stories import HAPPENINGS, Story, stories
from tests.oracle import compare, grounds, show, truth, values
from tests.oracle.generate import Case
from tests.oracle.product import Product
from tests.oracle.world import Explained, Ref, RowId, Rows
from tests.soak.trial import ENGINES
from tillit.connectors.sql.schema import read_schema
from tillit.decide.bind import bind
from tillit.decide.rights import reaches
from tillit.model.errors import Faults
from tillit.model.mapping import WhenDead
from tillit.model.policy import Event, Policy
from tillit.model.schema import Schema
from tillit.model.standing import Person, Standing
from tillit.register import standing as register
from tillit.register.database import open_register, reading, writing

STORIES = stories()
ACTED = [s for s in STORIES if not s.refused]
ON_SQLITE = [s for s in ACTED if "sqlite" in s.engines]
REFUSED = [s for s in STORIES if s.refused]


def titled(story: object) -> str:
    assert isinstance(story, Story)
    return f"{story.file}: {story.title}"


def on_engines() -> list[Any]:
    """Engine by engine, so that a worker needs few databases."""
    chosen = [(engine, story) for engine in ENGINES for story in ACTED if engine in story.engines]
    return [pytest.param(e, s, id=f"{e}: {titled(s)}", marks=pending(s, e)) for e, s in chosen]


def pending(story: Story, where: str) -> list[pytest.MarkDecorator]:
    wrong = story.pending.get(where)
    return [pytest.mark.xfail(strict=True, reason=wrong)] if wrong else []


@dataclass
class Bound(Product):
    """The product on tables that stand there already, bound to what the catalogue says of them."""

    written: Schema | None = None  # as the case says it: how its values are read back

    @classmethod
    def on(cls, plain: Product) -> Bound:
        return cls(plain.engine, plain.pace, loader=plain.loader)

    def read(self, case: Case) -> Rows:
        assert self.loader is not None
        assert self.written is not None
        return self.loader.read(self.written)

    def begin(self, story: Story, rows: Rows, standings: tuple[Standing, ...]) -> Case:
        """The story's tables with these rows, and the case that the product makes of them."""
        assert self.loader is not None
        self.written = story.schema
        self.loader.load(story.schema, rows)
        policy, store = story.parsed()
        bound = bind(store, read_schema(self.engine), policy)
        case = Case(0, policy, bound, rows, standings, story.now, (story.people,))
        self.loaded = case
        return case


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sa.Engine]:
    """A register for all cases; each has a store of its own there."""
    path: Path = tmp_path_factory.mktemp("register") / "register.sqlite"
    engine = open_register(path)
    yield engine
    engine.dispose()


def remembered(memory: sa.Engine, story: Story, policy: Policy) -> tuple[Standing, ...]:
    """What the product says stands, after everything that happened was put into its register (in the order told)."""
    with writing(memory) as conn:
        for one in story.happened:
            match one.did:
                case "consent":
                    register.record_consent(conn, [one.person], [one.purpose], one.at)
                case "hold":
                    register.place_hold(conn, [one.person], "legal_claim", one.at)
                case "hold lifted":
                    register.lift_hold(conn, [one.person], "legal_claim", one.at)
                case _:
                    record_event(conn, policy, one.person, HAPPENINGS[one.did], one.purpose, one.at)
    with reading(memory) as conn:
        return tuple(register.load_standing(conn, story.name, story.now))


def record_event(conn, policy: Policy, person: Person, event: Event, only: str, at) -> None:
    ended = {p: reach for p, reach in reaches(event, policy, at).items() if only in ("", p)}
    if event is Event.WITHDRAWAL:
        register.record_withdrawal(conn, [person], ended, at)
    register.record_end(conn, [person], ended, at)


class Beside:
    """The product's answers, to be held against the oracle's case of the same story."""

    def __init__(self, product: Bound, case: Case) -> None:
        self.product, self.case = product, case

    def sweep(self, case: Case, scope: compare.Scope) -> compare.Swept:
        return self.product.sweep(self.case, scope)

    def explain(self, case: Case, person: Person) -> Mapping[RowId, Explained]:
        return self.product.explain(self.case, person)


# The page, by hand and by the oracle


def labels(case: Case, scope: compare.Scope) -> dict[RowId, frozenset[str]]:
    """Why each row of a managed table is still there after the sweep, as the oracle sees it."""
    known = grounds.facts(case.world())
    gone = compare.sweep(case, scope).deleted
    refs = [r for r in known.world.refs() if known.world.grounds(r[0]) and known.world.id(r) not in gone]
    return {known.world.id(ref): frozenset(_reasons(known, ref, scope)) for ref in refs}


def _reasons(known: grounds.Facts, ref: Ref, scope: compare.Scope) -> Iterator[str]:
    table = known.world.bound.tables[ref[0]].table
    whose = known.persons[ref]
    if values.row_dead(known, ref):
        waits = not truth.in_scope(known, ref, scope)
        yield "waits" if waits else "anonymised" if table.when_dead is WhenDead.ANONYMISE else "shell"
        return
    if any(grounds.hold(known, f) for f in whose):
        yield "hold"
    for ground in table.grounds:
        about = [
            values.about(known, ref, table.columns[c]) for c in ground.columns if known.world.row(ref)[c] is not None
        ]
        nobodys = not whose or any(not some for some in about)
        held = any(grounds.held(known, ref, ground, f) for f in whose)
        if held or (nobodys and grounds.for_nobody(known, ref, ground)):
            yield ground.purpose


def told(rows: Mapping[RowId, frozenset[str]]) -> dict[str, str]:
    return {
        f"{table} {' '.join(map(str, key))}": ", ".join(sorted(by))
        for (table, key), by in sorted(rows.items(), key=str)
    }


@pytest.mark.parametrize("story", ACTED, ids=titled)
def test_the_oracle_says_what_the_case_says(story: Story) -> None:
    case = story.oracle_case()
    end = compare.sweep(case, story.people)
    differences = compare.state_differences(case, "by hand", story.end(), end.rows)
    report = "\n".join(map(str, differences))
    assert not differences, f"{report}\n\n{show.case(case)}\n\n{show.outcome(end)}"
    assert told(labels(case, story.people)) == told(story.kept)
    again = replace(case, rows=end.rows)
    assert compare.sweep(again, story.people).still


@pytest.mark.parametrize("story", ACTED, ids=titled)
def test_the_register_says_what_the_table_of_events_says(story: Story, memory: sa.Engine) -> None:
    by_hand = [s for s in story.oracle_case().standings if s.ended or s.consent or s.hold]
    theirs = remembered(memory, story, story.parsed()[0])
    assert sorted(theirs, key=str) == sorted(by_hand, key=str)


# The product


@pytest.mark.parametrize(("engine", "story"), on_engines())
def test_the_product_does_what_the_case_says(engine: str, story: Story, products: Callable[[str], Product]) -> None:
    product, page = Bound.on(products(engine)), story.oracle_case()
    case = product.begin(story, story.rows, page.standings)
    swept = product.sweep(case, story.people)  # with its undo: the rows stand there again
    assert swept.rows is not None
    differences = compare.state_differences(page, "by hand", story.end(), swept.rows)
    assert not differences, "\n".join(map(str, differences)) + f"\n\n{show.case(page)}"
    if engine == "sqlite":
        again = product.begin(story, swept.rows, page.standings)
        second = product.sweep(again, story.people).rows
        assert second is not None
        assert compare.state_differences(page, "second sweep", story.end(), second) == []


@pytest.mark.parametrize("story", [pytest.param(s, id=titled(s), marks=pending(s, "explain")) for s in ON_SQLITE])
def test_the_product_explains_what_the_oracle_explains(story: Story, products: Callable[[str], Product]) -> None:
    """Every person's rows: which purposes hold them, what has ended, which values are live."""
    product, page = Bound.on(products("sqlite")), story.oracle_case()
    beside = Beside(product, product.begin(story, story.rows, page.standings))
    everybody = {p for some in grounds.facts(page.world()).persons.values() for p in some}
    differences = [d for p in sorted(everybody, key=str) for d in compare.explain_differences(page, p, beside)]
    assert not differences, "\n".join(map(str, differences)) + f"\n\n{show.case(page)}"


def accepted(story: Story) -> None:
    policy, store = story.parsed()
    bind(store, replace(story.schema, engine="postgresql"), policy)


@pytest.mark.parametrize("story", REFUSED, ids=titled)
def test_the_product_refuses_what_the_case_says(story: Story) -> None:
    with pytest.raises(Faults) as caught:
        accepted(story)
    assert story.refused in " ".join(str(caught.value).split())


# The cases themselves


def test_there_are_many_cases_and_each_has_its_own_title() -> None:
    assert len(STORIES) >= 135
    assert len({titled(s) for s in STORIES}) == len(STORIES)


@pytest.mark.parametrize("story", ACTED, ids=titled)
def test_every_row_is_spoken_of(story: Story) -> None:
    """Deleted and kept are all the rows of managed tables; what is changed is kept."""
    managed = {t.name for t in story.parsed()[1].tables.values() if t.grounds}
    every = {at for table in story.rows for at, _ in story.rows_of(table)}
    assert story.deleted <= every
    assert set(story.kept) == {at for at in every if at[0] in managed} - story.deleted
    assert set(story.changed) <= every - story.deleted
    for at, new in story.changed.items():
        before = dict(story.rows_of(at[0]))[at]
        assert all(value != before[c] or type(value) is not type(before[c]) for c, value in new.items()), at
