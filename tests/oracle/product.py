"""The product's own answer to a case: loaded into a real database, planned, carried out, undone, read back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from tests.oracle import ddl
from tests.oracle.compare import Scope, Swept
from tests.oracle.generate import Case
from tests.oracle.loading import Loader
from tests.oracle.world import Explained, GroundFlags, RowId, Rows
from tillit.connectors.sql import images
from tillit.connectors.sql.batches import Pace, batches
from tillit.connectors.sql.carry import carry
from tillit.connectors.sql.erase import erasure, table_by_table
from tillit.connectors.sql.explain import RowState, explain
from tillit.connectors.sql.session import Prepared, count, foreign_keys_eased, open_people, prepare
from tillit.connectors.sql.transactions import Session, session
from tillit.connectors.sql.write import Write
from tillit.decide.plan import plan
from tillit.model.mapping import Form
from tillit.model.plan import Plan
from tillit.model.standing import Person

COUNT_EVERY = 4  # of so many seeds one is also counted beforehand, as `tillit plan` does


class NotLoaded(RuntimeError):
    """The case itself cannot be put into a database: nothing is said about the product."""


@dataclass
class Image:
    """What one write removed, as an undo file keeps it: rows, or PostgreSQL's own text of them."""

    table: str
    action: str
    columns: tuple[str, ...]
    rows: list[images.Row] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    copied: int = 0

    @property
    def count(self) -> int:
        return len(self.rows) + self.copied


class Taken(list[Image]):
    """Keeps images in memory."""

    def deleted(self) -> dict[str, int]:
        """Rows deleted of each table, rows of link tables apart."""
        found: dict[str, int] = {}
        for image in self:
            if image.action == "delete" and image.count:
                found[image.table] = found.get(image.table, 0) + image.count
        return found

    def table(self, name: str, columns: Sequence[str], tags: Mapping[str, str] | None = None) -> None:
        self.append(Image(name, (tags or {})["action"], tuple(columns)))

    def rows(self, rows: Iterable[images.Row]) -> int:
        found = list(rows)
        self[-1].rows += found
        return len(found)

    def blob(self, data: bytes | bytearray | memoryview, rows: int = 0) -> None:
        self[-1].pieces.append(bytes(data))
        self[-1].copied += rows


@dataclass
class Product:
    """One database. `pace` is how many marked rows a batch takes; `undo` also puts everything back and compares."""

    engine: sa.Engine
    pace: int = 1_000
    undo: bool = True
    loader: Loader | None = None  # keeps a connection between cases: for very many of them
    loaded: Case | None = field(default=None, repr=False)  # what stands in the database, when it is known

    def sweep(self, case: Case, scope: Scope) -> Swept:
        """Plan and carry out, in the transactions a real run has; then undo, and compare with the start."""
        self.load(case)
        start = self.read(case) if self.undo else {}
        wanted = plan(case.bound, case.policy, case.now, scope)
        counted = self._counted(case, wanted) if case.seed % COUNT_EVERY == 0 else None
        self.loaded = None
        taken, end = self._carry_out(case, wanted)
        assert counted in (None, taken.deleted()), f"seed {case.seed}: counted {counted}, deleted {taken.deleted()}"
        if self.undo:
            self._put_back(case, taken)
            again = self.read(case)
            assert again == start, f"undo of seed {case.seed} is not row-identical: {differences(start, again)}"
            self.loaded = case
        return Swept(rows=end)

    def load(self, case: Case) -> None:
        """The case's own rows, unless they stand there already. Raises NotLoaded."""
        if self.loaded is case:
            return
        self.loaded = None
        try:
            if self.loader is not None:
                self.loader.load(case.bound.schema, case.rows)
            else:
                ddl.clear(self.engine)
                ddl.load(self.engine, case.bound.schema, case.rows)
        except Exception as error:
            raise NotLoaded(f"seed {case.seed} does not fit its own schema: {error}") from error
        self.loaded = case

    def read(self, case: Case) -> Rows:
        if self.loader is not None:
            return self.loader.read(case.bound.schema)
        return ddl.read(self.engine, case.bound.schema)

    def _carry_out(self, case: Case, wanted: Plan) -> tuple[Taken, Rows]:
        taken = Taken()
        with session(self.engine) as store:
            if wanted.people is None:
                with store.planning():
                    prepared = prepare(store.connection, wanted, case.standings)
                self._batches(store, prepared, taken)
            elif table_by_table(wanted):
                with store.writing():
                    for write in erasure(store.connection, wanted, case.standings):
                        carry(store.connection, case.bound.schema, write, taken)
            else:
                with store.writing():
                    prepared = prepare(store.connection, wanted, case.standings)
                    for batch in batches(prepared):
                        send(store, prepared, batch.writes, taken)
        return taken, self.read(case)

    def _counted(self, case: Case, wanted: Plan) -> dict[str, int]:
        """Rows of each table that a plan says would go; tables without any left out."""
        with session(self.engine) as store, store.reading() as connection:
            tallies = count(connection, wanted, case.standings)
        return {name: tally.deleted for name, tally in tallies.items() if tally.deleted}

    def _batches(self, store: Session, prepared: Prepared, taken: Taken) -> None:
        found = batches(prepared, Pace(rows=self.pace))
        while True:
            with store.writing():
                batch = next(found, None)
                if batch is None:
                    return
                send(store, prepared, batch.writes, taken)

    def _put_back(self, case: Case, taken: Taken) -> None:
        schema = case.bound.schema
        with session(self.engine) as store, store.writing(), images.keys_eased(store.connection, schema):
            for one in reversed(taken):
                if one.pieces:
                    done = images.restore_copied(store.connection, schema, one.table, one.columns, one.pieces)
                else:
                    done = images.restore(store.connection, schema, one.table, one.action, one.columns, one.rows)
                assert done == images.Restored(one.count, 0), f"seed {case.seed}: {one.action} {one.table}: {done}"

    def explain(self, case: Case, person: Person) -> Mapping[RowId, Explained]:
        self.load(case)
        wanted = plan(case.bound, case.policy, case.now, {person})
        with session(self.engine) as store, store.reading() as connection:
            scratch, people = open_people(connection, wanted, case.standings)
            states = list(explain(people, scratch.run))
        return {(s.table, s.key): _told(s) for s in states}


def send(store: Session, prepared: Prepared, writes: tuple[Write, ...], taken: Taken) -> None:
    """Every write with its image; the rows touched must be the rows of the image."""
    schema = prepared.plan.bound.schema
    with foreign_keys_eased(prepared.marks.scratch.connection, prepared.plan):
        for write in writes:
            columns, rows = images.before(store.connection, schema, write)
            taken.table(write.table, columns, {"action": write.action})
            imaged = taken.rows(rows)
            touched = images.send(store.connection, write)
            assert touched == imaged, f"{write.action} {write.table}: {touched} rows touched, {imaged} imaged"


def differences(a: Rows, b: Rows) -> dict[str, object]:
    return {t: ([r for r in a[t] if r not in b[t]], [r for r in b[t] if r not in a[t]]) for t in a if a[t] != b[t]}


def _told(state: RowState) -> Explained:
    grounds = tuple(
        GroundFlags(g.purpose, fresh=g.fresh, ended=g.ended, while_=g.outlasts, consent=g.consent, held=g.held)
        for g in state.grounds
    )
    return Explained(grounds, {c: _named(f) for c, f in state.columns.items()}, state.hold, state.dead)


def _named(fate: Form | str | None) -> str:
    return "live" if fate is None else fate.value if isinstance(fate, Form) else fate


@contextmanager
def product(engine: sa.Engine, pace: int = 1_000, *, undo: bool = True) -> Iterator[Product]:
    """An adapter on one database, which it empties."""
    yield Product(engine, pace, undo)
