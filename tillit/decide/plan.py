"""The one planner: policy + map + time -> plan. Every right and every sweep goes through here.

A right never deletes: it changes which purposes stand for a person (`decide.rights`), then this plan runs for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from tillit.decide.hops import along, downward
from tillit.decide.lowering import Scene, fresh_by_clock, lower, upward
from tillit.decide.owners import owner_rule
from tillit.decide.periods import created_by
from tillit.model.bound import Arrow, BoundStore, BoundTable
from tillit.model.conditions import FALSE, TRUE, Condition, LiveFor, conjunction, disjunction
from tillit.model.mapping import UNKNOWN, Column, Form, Ground, LinkKind, Mode, PersonRole, Table
from tillit.model.plan import GroundRule, Group, Need, Plan, TableRule
from tillit.model.policy import Basis, Policy
from tillit.model.standing import Person

# Forms of one family from more to less precise: a ground that holds a more precise form also holds the coarser ones.
_FAMILIES: tuple[tuple[Form, ...], ...] = ((Form.YEAR_MONTH, Form.YEAR), (Form.IP_PREFIX,))


def plan(bound: BoundStore, policy: Policy, now: datetime, people: Iterable[Person] | None = None) -> Plan:
    """The plan of a sweep of one store at `now` (timezone-aware): of everything, or of `people` alone."""
    if now.tzinfo is None:
        raise ValueError("`now` must be timezone-aware")
    scene = Scene(bound, policy, now)
    rules = {name: _table_rule(scene, bt) for name, bt in bound.tables.items()}
    scope = None if people is None else frozenset(p for p in people if p.store == bound.store.name)
    return Plan(
        bound=bound,
        rules=rules,
        needs=tuple(_need(scene, arrow) for arrow in bound.arrows),
        purposes=tuple(sorted({g.purpose for r in rules.values() for g in r.grounds})),
        now=now,
        people=scope,
        policy_digest=policy.digest,
        digest=_digest(policy, rules, scope),
        in_dress=lambda moment, dress: created_by(moment, dress, scene.store_zone),
    )


def _digest(policy: Policy, rules: dict[str, TableRule], scope: frozenset[Person] | None) -> str:
    """SHA-256 over policy, conditions (cutoffs included) and scope; the keys in it are hashed, never shown."""
    people = "everything" if scope is None else "\n".join(sorted(repr(p) for p in scope))
    return hashlib.sha256("\n".join((policy.digest, repr(sorted(rules.items())), people)).encode()).hexdigest()


def _need(scene: Scene, arrow: Arrow) -> Need:
    return Need(arrow, TRUE if arrow.when is None else lower(scene, arrow.child, arrow.when))


def _table_rule(scene: Scene, bt: BoundTable) -> TableRule:
    table = bt.table
    links = tuple(link for link in table.links if link.kind is not LinkKind.REFERS_TO)
    grounds = tuple(_ground_rule(scene, table, g) for g in table.grounds)
    created = table.created
    dress = None if created is None else created.dress or bt.dress.get(created.column)
    return TableRule(
        table=table.name,
        key=table.key,
        is_root=table.is_root,
        role_when=_role_condition(scene, table.name, table.persons),
        owners=tuple(owner_rule(scene, table, link) for link in links),
        grounds=grounds,
        groups=_groups(table, bt, replaced=True),
        fixed=_groups(table, bt, replaced=False),
        created=None if created is None or dress is None else (created.column, dress),
        fills=bt.fills,
        cuts=tuple(bt.cuts.values()) if grounds else (),
        when_dead=table.when_dead,
        never_delete=any(c.category == UNKNOWN for c in table.columns.values()),
        zone=scene.policy.controller.timezone,
    )


def _role_condition(scene: Scene, table: str, roles: tuple[PersonRole, ...]) -> Condition:
    return disjunction(*(TRUE if r.when is None else lower(scene, table, r.when) for r in roles))


def _ground_rule(scene: Scene, table: Table, ground: Ground) -> GroundRule:
    purpose = scene.policy.purposes[ground.purpose]
    where = TRUE if ground.where is None else lower(scene, table.name, ground.where)
    return GroundRule(
        purpose=purpose.name,
        clause=purpose.clause,
        fresh=conjunction(_fresh(scene, table, ground), where),
        while_=FALSE if ground.while_ is None else lower(scene, table.name, ground.while_),
        needs_consent=purpose.basis is Basis.CONSENT and ground.through is None,
        ends=ground.through is None,
    )


def _fresh(scene: Scene, table: Table, ground: Ground) -> Condition:
    if ground.through is not None:
        child, link = ground.through
        child_table = scene.bound.tables[child].table
        path = downward(child, upward(scene, child_table, child_table.link(link)))
        return along(path, LiveFor(child, ground.purpose))
    if ground.since is None:
        return TRUE
    keep = scene.policy.purposes[ground.purpose].keep
    return fresh_by_clock(scene, table.name, ground.since, keep, ground.missing_holds)


def _groups(table: Table, bt: BoundTable, *, replaced: bool) -> tuple[Group, ...]:
    """The personal columns that may be replaced, or those that never are, grouped by what decides their fate."""
    fates: dict[tuple[tuple[int, ...], object, tuple[str, ...], Mode], list[str]] = {}
    forms_of: dict[object, tuple[tuple[Form, tuple[int, ...]], ...]] = {}
    for column in table.personal_columns:
        if (column.name in bt.fills) is not replaced or not table.grounds:
            continue
        full = tuple(i for i, g in enumerate(table.grounds) if column.name in g.columns and column.name not in g.forms)
        forms = _forms(table, column)
        forms_of[forms] = forms
        fates.setdefault((full, forms, column.about, column.mode), []).append(column.name)
    return tuple(
        Group(tuple(names), full, forms_of[forms], about, mode) for (full, forms, about, mode), names in fates.items()
    )


def _forms(table: Table, column: Column) -> tuple[tuple[Form, tuple[int, ...]], ...]:
    """The coarser forms some ground holds `column` in, most precise first, with the grounds that hold at least that."""
    holders: dict[Form, list[int]] = {}
    for i, ground in enumerate(table.grounds):
        if column.name in ground.forms:
            holders.setdefault(ground.forms[column.name], []).append(i)
    found: list[tuple[Form, tuple[int, ...]]] = []
    for family in _FAMILIES:
        so_far: list[int] = []
        for form in family:
            if form in holders:
                so_far += holders[form]
                found.append((form, tuple(sorted(so_far))))
    return tuple(found)
