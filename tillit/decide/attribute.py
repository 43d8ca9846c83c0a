"""Whose promise is it? What a plan would remove, told clause by clause."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tillit.model.plan import TableRule, TableTally


@dataclass(slots=True)
class ClauseCount:
    """What dies under one clause. A value that several clauses held is counted under each of them."""

    rows: int = 0  # deleted whole
    values: int = 0  # replaced in rows that stay
    coarsened: int = 0
    links: int = 0
    tables: dict[str, int] = field(default_factory=dict)  # table -> rows touched, at least

    @property
    def total(self) -> int:
        return self.rows + self.values + self.coarsened + self.links


def touched(tally: TableTally) -> int:
    """Rows of a table that a plan touches: exactly those deleted, and at least as many changed as any column has."""
    columns = {c: tally.replaced.get(c, 0) + tally.coarsened.get(c, 0) for c in {*tally.replaced, *tally.coarsened}}
    return tally.deleted + max([0, *columns.values(), *tally.cut.values()])


def clauses_of(rule: TableRule, column: str | None = None, purposes: Collection[str] | None = None) -> frozenset[str]:
    """The clauses whose purposes hold a column of a table, or anything in it; only those of `purposes` when given."""
    indexes = range(len(rule.grounds))
    chosen = {
        i for g in rule.groups if column in g.columns for part in (g.full, *(h for _, h in g.forms)) for i in part
    }
    grounds = [rule.grounds[i] for i in (indexes if column is None else sorted(chosen))]
    return frozenset(g.clause for g in grounds if purposes is None or g.purpose in purposes)


def cells(
    rules: Mapping[str, TableRule], tallies: Mapping[str, TableTally], purposes: Collection[str] | None = None
) -> dict[tuple[str, str, str], int]:
    """(clause, table, column) -> what dies there; the column is "" for whole rows, and "-> LINK" for links."""
    found: dict[tuple[str, str, str], int] = {}
    for table, tally in tallies.items():
        rule = rules[table]
        whole = clauses_of(rule, None, purposes)
        found |= {(clause, table, ""): tally.deleted for clause in whole if tally.deleted}
        found |= {(clause, table, f"-> {link}"): n for link, n in tally.cut.items() for clause in whole}
        for column in {*tally.replaced, *tally.coarsened}:
            number = tally.replaced.get(column, 0) + tally.coarsened.get(column, 0)
            found |= {(clause, table, column): number for clause in clauses_of(rule, column, purposes)}
    return found


def by_clause(
    rules: Mapping[str, TableRule], tallies: Mapping[str, TableTally], purposes: Collection[str] | None = None
) -> dict[str, ClauseCount]:
    """Clause -> what dies under it; clauses with nothing are left out."""
    found: dict[str, ClauseCount] = {}
    for (clause, table, column), number in cells(rules, tallies, purposes).items():
        count = found.setdefault(clause, ClauseCount())
        count.tables[table] = touched(tallies[table])
        if column == "":
            count.rows += number
        elif column.startswith("-> "):
            count.links += number
        else:
            count.values += tallies[table].replaced.get(column, 0)
            count.coarsened += tallies[table].coarsened.get(column, 0)
    return dict(sorted(found.items()))
