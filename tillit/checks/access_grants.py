"""Access: who may read the stores by their grants, against those that are authorised (Art. 32(4), 5(1)(b) GDPR)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tillit.checks.asks import Answers, Ask, Grant, Granted, Grants, Refused
from tillit.checks.case import Case, Kind, counted, listed, several
from tillit.checks.looks import ALL
from tillit.checks.verdict import Evidence, Place, State
from tillit.model.bound import BoundStore
from tillit.model.policy import Policy


def asks(case: Case) -> tuple[Ask, ...]:
    return tuple(Grants(bound.store.name) for bound in case.bounds)


def judge(case: Case, answers: Answers) -> tuple[Evidence, ...]:
    """One verdict a store. Broken: a role that nobody authorised, or one that reaches data no purpose of its needs."""
    return tuple(_store(case, bound, answers[Grants(bound.store.name)]) for bound in case.bounds)


def _store(case: Case, bound: BoundStore, answer: object) -> Evidence:
    store = bound.store.name
    if not isinstance(answer, Granted):
        why = answer.why if isinstance(answer, Refused) else "it was not looked at"
        return case.evidence("access_grants", State.UNPROVEN, f"{store}: {why}.", subject=store, looked="no grants",
                             remedy="`tillit attest` who has access")  # fmt: skip
    authorised = case.looks.access.get(store)
    reach = [g for g in answer.grants if g.login and (not g.table or _personal(bound, g.table))]
    roles = {g.role for g in reach}
    looked = f"{several(len(roles), 'role')} that can log in and reach personal data"
    if authorised is None:
        return case.evidence(
            "access_grants", State.UNPROVEN, f"checks.yaml does not say who is authorised in {store}.", subject=store,
            looked=looked, query=answer.query, remedy=f"write `access: {{{store}: {{ROLE: all}}}}`",
        )  # fmt: skip
    places = tuple(_faults(bound, reach, authorised))
    number = counted(places)
    says = f"{several(number, 'table')} of {store} within reach of roles that have no business there."
    if not number:
        says = f"Only authorised roles reach {store}: {listed(sorted(roles)) or 'none'}."
    return case.evidence(
        "access_grants", State.BROKEN if number else State.PROVEN, says, subject=store, count=number, looked=looked,
        query=answer.query, places=places, remedy="REVOKE them, or write down who is authorised" if number else "",
    )  # fmt: skip


def _faults(bound: BoundStore, reach: Iterable[Grant], authorised: Mapping[str, tuple[str, ...]]) -> Iterator[Place]:
    tables: dict[tuple[str, str], set[str]] = {}
    for grant in reach:
        serves = authorised.get(grant.role)
        if serves is None:
            tables.setdefault((grant.role, "is not authorised"), set()).add(grant.table or "*")
        elif ALL not in serves:
            if not grant.table:
                tables.setdefault((grant.role, "owns everything"), set()).add("*")
            elif not _purposes(bound, grant.table) & set(serves):
                tables.setdefault((grant.role, "reaches what none of its purposes needs"), set()).add(grant.table)
    for (role, why), names in sorted(tables.items()):
        yield Place(bound.store.name, listed(sorted(names)), count=len(names), note=f"{role} {why}")


def _personal(bound: BoundStore, table: str) -> bool:
    """A table of personal data, or one that nobody spoke of."""
    if table in bound.tables:
        return bool(bound.tables[table].table.personal_columns)
    return table not in bound.store.unmapped


def _purposes(bound: BoundStore, table: str) -> set[str]:
    return {g.purpose for g in bound.tables[table].table.grounds} if table in bound.tables else set()


def _entries(policy: Policy) -> Iterator[tuple[str, str]]:
    for measure in policy.security.values():
        if measure.kind == "access_control":
            yield measure.clause, f"security.{measure.name}"


KIND = Kind("access_grants", "Only authorised roles reach the data", judge, asks, _entries)
