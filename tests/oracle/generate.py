"""Random cases: a policy, a bound map, rows, standings, a moment and scopes, all from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from tests.oracle import binding, gen_grounds, gen_policy, gen_rows, gen_tables, grounds, stable
from tests.oracle.draft import Draft, Features
from tests.oracle.world import Rows, World, world
from tillit.model.bound import BoundStore
from tillit.model.policy import Policy
from tillit.model.standing import Person, Standing

STORE_ZONES = ("UTC", "Europe/Stockholm", "America/New_York")
EVERYTHING = Features()


@dataclass(frozen=True)
class Case:
    """One case. `scopes` are the sweeps to try from the same state: None is everything."""

    seed: int
    policy: Policy
    bound: BoundStore
    rows: Rows
    standings: tuple[Standing, ...]
    now: datetime
    scopes: tuple[frozenset[Person] | None, ...]

    @property
    def engine(self) -> str:
        return self.bound.schema.engine

    def world(self) -> World:
        return world(self.policy, self.bound, self.rows, self.standings, self.now)


def generate(seed: int, engine: str = "sqlite", features: Features = EVERYTHING) -> Case:
    """The case of this seed: the same every time. `engine` is sqlite, postgresql or mariadb."""
    rng = Random(f"{seed}/{engine}")
    while True:
        draft = Draft(rng, engine, features, gen_policy.policy(rng, features), rng.choice(STORE_ZONES))
        gen_tables.tables(draft)
        gen_grounds.grounds(draft)
        bound = binding.bind(draft.store(), draft.schema())
        if not features.stable or stable.is_stable(draft.policy, bound):
            return with_rows(seed, draft, bound)


def with_rows(seed: int, draft: Draft, bound: BoundStore) -> Case:
    moment = gen_rows.now(draft)
    rows = gen_rows.Drawer(draft, moment).all()
    bare = world(draft.policy, bound, rows, (), moment)
    standings = gen_rows.standings(draft, rows, moment, created_times(bare))
    return Case(seed, draft.policy, bound, rows, standings, moment, scopes(draft, world(
        draft.policy, bound, rows, standings, moment)))  # fmt: skip


def created_times(bare: World) -> list[datetime]:
    """The rows' own dates, for ends before, at and after them."""
    found = [grounds.created_at(bare, ref) for ref in bare.refs() if bare.mapped(ref[0]) is not None]
    return [at for at in found if at is not None and at < datetime(9000, 1, 1, tzinfo=UTC)]


def scopes(draft: Draft, full: World) -> tuple[frozenset[Person] | None, ...]:
    """Everything, one person, and a few: of those that own rows, and now and then of one who owns none."""
    known = grounds.facts(full)
    everybody: frozenset[Person] = frozenset().union(*known.persons.values())
    people = sorted((p for p in everybody if p.key not in ((0,), ("gone",))), key=str)  # a tombstone asks for nothing
    if not people:
        return (None,)
    stranger = Person("crm", people[0].table, tuple(99 if isinstance(k, int) else "zz" for k in people[0].key))
    few = frozenset(draft.rng.sample(people, min(len(people), draft.rng.randint(1, 3))))
    return (None, frozenset({draft.pick(people)}), few | ({stranger} if draft.chance(0.2) else frozenset()))
