"""Draws grounds and conditions for the tables of a draft."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.oracle.draft import Draft, TableDraft
from tests.oracle.stable import deletable, needed
from tillit.model.expression import And, Compare, Const, Exists, Expression, Not, Null, Of, OneOf, Op, Or, Today
from tillit.model.mapping import Clock, ClockKind, Form, Ground, Link
from tillit.model.policy import Basis, Period, Purpose
from tillit.model.schema import Family

FORMS = {"birth": (Form.YEAR, Form.YEAR_MONTH), "text_date": (Form.YEAR, Form.YEAR_MONTH), "ip": (Form.IP_PREFIX,)}
ORDER_OPS = (Op.LT, Op.LE, Op.GT, Op.GE)


def grounds(draft: Draft) -> None:
    """Grounds for every managed table; `exists` comes last, when the children's grounds are known."""
    for table in managed(draft):
        for purpose in draft.some(list(draft.policy.purposes.values()), 1):
            for _ in range(2 if draft.chance(0.15) else 1):
                if (ground := one_ground(draft, table, purpose)) is not None:
                    table.grounds.append(ground)
        cover(draft, table)
    if draft.features.exists:
        for table in managed(draft):
            if draft.chance(0.35):
                add_exists(draft, table)


def managed(draft: Draft) -> list[TableDraft]:
    return [t for t in draft.tables.values() if t.mapped and t.managed]


def cover(draft: Draft, table: TableDraft) -> None:
    """Every personal column needs a ground; a table left without any becomes unmanaged."""
    if not table.grounds:
        table.managed = False
        for column in table.personal:
            table.say(column)
        return
    named = {c for g in table.grounds for c in g.columns}
    missing = tuple(c for c in table.personal if c not in named)
    if missing:
        at = draft.rng.randrange(len(table.grounds))
        table.grounds[at] = replace(table.grounds[at], columns=(*table.grounds[at].columns, *missing))


def one_ground(draft: Draft, table: TableDraft, purpose: Purpose) -> Ground | None:
    back = [link for link in table.owners if link.pointed_by]
    through = pick_through(draft, table, back)
    since = None
    if through is None and purpose.keep.period is not None:
        since = clock(draft, table)
        if since is None:
            return None
    columns = tuple(draft.some(table.personal, 0 if draft.chance(0.2) else len(table.personal) // 2))
    conditions = draft.features.conditions
    may_while = purpose.basis is not Basis.CONSENT and not purpose.direct_marketing
    return Ground(
        purpose=purpose.name,
        columns=columns,
        since=since,
        where=condition(draft, table, 2) if conditions and draft.chance(0.25) else None,
        while_=condition(draft, table, 2) if conditions and may_while and draft.chance(0.3) else None,
        missing_holds=not draft.chance(0.25),
        forms=forms(draft, table, columns) if draft.features.forms else {},
        through=through,
    )


def pick_through(draft: Draft, table: TableDraft, back: list[Link]) -> tuple[str, str] | None:
    """Always through the rows that point at a table they own; else now and then through some child."""
    if back:
        return back[0].table, f"to_{table.name}"
    if not draft.features.through or not draft.chance(0.12):
        return None
    children = [(t.name, link.name) for t, link in pointing(draft, table) if t.managed]
    return draft.pick(children) if children else None


def pointing(draft: Draft, table: TableDraft) -> list[tuple[TableDraft, Link]]:
    """(child, link) of every link of the map that leads to this table and keeps its row."""
    return [
        (child, link)
        for child in draft.tables.values()
        if child.mapped
        for link in child.links
        if link.table == table.name and needed(link)
    ]


def forms(draft: Draft, table: TableDraft, columns: tuple[str, ...]) -> dict[str, Form]:
    drawn = {c: FORMS[table.kinds[c]] for c in columns if table.kinds[c] in FORMS}
    return {c: draft.pick(some) for c, some in drawn.items() if draft.chance(0.5)}


# Clocks


def clock(draft: Draft, table: TableDraft) -> Clock | None:
    drawn = draft.rng.random()
    if draft.features.parent_clocks and drawn < 0.2:
        found = parent_clock(draft, table, ())
        if found is not None:
            return found
    if draft.features.child_clocks and drawn > 0.55:
        found = child_clock(draft, table)
        if found is not None:
            return found
    return own_clock(draft, table, ())


def own_clock(draft: Draft, table: TableDraft, path: tuple[str, ...]) -> Clock | None:
    if not table.clocks:
        return None
    column = draft.pick(sorted(table.clocks))
    return Clock(column, path=path, dress=table.clocks[column])


def parent_clock(draft: Draft, table: TableDraft, path: tuple[str, ...]) -> Clock | None:
    ways = [link for link in table.links if needed(link) and link.via is None and draft.tables[link.table].mapped]
    if not ways:
        return None
    link = draft.pick(ways)
    parent = draft.tables[link.table]
    if len(path) < 2 and draft.chance(0.3):
        further = parent_clock(draft, parent, (*path, link.name))
        if further is not None:
            return further
    return own_clock(draft, parent, (*path, link.name))


def child_clock(draft: Draft, table: TableDraft) -> Clock | None:
    """Over rows that Tillit never deletes; now and then over any, where unstable maps are wanted."""
    ways = [(child, link) for child, link in pointing(draft, table) if child.clocks]
    if draft.features.stable:
        ways = [(child, link) for child, link in ways if not child.managed or not deletable_later(child)]
    if not ways:
        return None
    child, link = draft.pick(ways)
    column = draft.pick(sorted(child.clocks))
    kind = draft.pick((ClockKind.FIRST, ClockKind.LAST))
    return Clock(column, kind, child=child.name, child_link=link.name, dress=child.clocks[column])


def deletable_later(table: TableDraft) -> bool:
    """As `deletable`, before the table has its grounds."""
    probe = replace(table.table(), grounds=(Ground("any", ()),))
    return deletable(probe)


# Conditions


def condition(draft: Draft, table: TableDraft, depth: int) -> Expression:
    """A condition on a row of this table, at most `depth` levels of and, or, not above its leaves."""
    drawn = draft.rng.random()
    if depth <= 0 or drawn < 0.45:
        return leaf(draft, table)
    if drawn < 0.6:
        return Not(condition(draft, table, depth - 1))
    if drawn < 0.72 and draft.features.parent_clocks:
        ways = [link for link in table.links if needed(link) and draft.tables[link.table].mapped]
        if ways:
            link = draft.pick(ways)
            return Of(link.name, condition(draft, draft.tables[link.table], depth - 1))
    parts = tuple(condition(draft, table, depth - 1) for _ in range(draft.rng.randint(2, 3)))
    return And(parts) if draft.chance(0.5) else Or(parts)


STATUSES = ("open", "shipped", "OPEN", "open ", "", "öppen")


def leaf(draft: Draft, table: TableDraft) -> Expression:
    leaves: list[Expression] = []
    if "status" in table.infos:
        leaves += [
            Compare("status", draft.pick((Op.EQ, Op.NE, *ORDER_OPS)), draft.pick(STATUSES)),
            OneOf("status", tuple(draft.some(STATUSES, 1))),
            Null("status"),
        ]
    if "n" in table.infos:
        half = Decimal("1.5") if draft.chance(0.3) else draft.rng.randint(0, 3)
        leaves += [Compare("n", draft.pick(tuple(Op)), half), OneOf("n", (1, 3)), Null("n")]
    if "flag" in table.infos:
        leaves.append(Compare("flag", Op.EQ, draft.chance(0.6)))
    leaves += [today_leaf(draft, c) for c in table.clocks if table.infos[c].family in (Family.DATE, Family.NAIVE)]
    leaves += [today_leaf(draft, c) for c in table.clocks if table.infos[c].family is Family.AWARE]
    return draft.pick(leaves) if leaves else Const(draft.chance(0.5))


SHIFTS = (None, Period(days=30), Period(months=1), Period(years=1), Period(weeks=3), Period(days=1))


def today_leaf(draft: Draft, column: str) -> Expression:
    day = Today(draft.pick(SHIFTS), draft.chance(0.8))
    return Compare(column, draft.pick((*ORDER_OPS, *ORDER_OPS, Op.EQ, Op.NE)), day)


def add_exists(draft: Draft, table: TableDraft) -> None:
    """An `exists` over children that stay while it is true (or any children, where unstable maps are wanted)."""
    for child, link in draft.rng.sample(pointing(draft, table), len(pointing(draft, table))):
        part = condition(draft, child, 1)
        if child.managed and draft.features.stable and not hold_while(draft, child, part):
            continue
        at = draft.rng.randrange(len(table.grounds))
        ground = table.grounds[at]
        told: Expression = Exists(child.name, link.name, part)
        if draft.chance(0.2):
            told = Or((told, leaf(draft, table)))
        purpose = draft.policy.purposes[ground.purpose]
        if purpose.basis is Basis.CONSENT or purpose.direct_marketing or draft.chance(0.4):
            table.grounds[at] = replace(ground, where=told)
        else:
            table.grounds[at] = replace(ground, while_=told)
        return


def hold_while(draft: Draft, child: TableDraft, part: Expression) -> bool:
    """Make some timeless ground of the child hold its row while the condition is true."""
    for at, ground in enumerate(child.grounds):
        purpose = draft.policy.purposes[ground.purpose]
        timeless = purpose.keep.period is None and ground.through is None and not purpose.direct_marketing
        if timeless and purpose.basis is not Basis.CONSENT:
            child.grounds[at] = replace(ground, while_=part, where=None)
            return True
    return False
