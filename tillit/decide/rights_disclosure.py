"""Which columns a person is given: all of Art. 15, the part of Art. 20, and what is withheld with a coded reason."""

from __future__ import annotations

from dataclasses import dataclass

from tillit.model.mapping import Table
from tillit.model.policy import Basis, Policy
from tillit.model.sections import Right

GIVEN = ("data_subject", "observed")  # what a person provides, by what they do as well (WP 242 rev.01)


@dataclass(frozen=True, slots=True)
class Portable:
    """What of a table may be taken along: columns, and the grounds (indexes) that it rests on."""

    columns: tuple[str, ...]
    grounds: tuple[int, ...]


def portable(policy: Policy, table: Table) -> Portable:
    """What the person provided, on consent or contract (Art. 20(1)). Empty where there is nothing of it."""
    grounds = tuple(
        i
        for i, ground in enumerate(table.grounds)
        if policy.purposes[ground.purpose].basis in (Basis.CONSENT, Basis.CONTRACT)
    )
    held = {name for i in grounds for name in table.grounds[i].columns if name not in table.grounds[i].forms}
    columns = tuple(c.name for c in table.personal_columns if c.name in held and _provided(policy, c.category))
    return Portable(columns, grounds if columns else ())


def _provided(policy: Policy, category: str) -> bool:
    """Given by the person, or observed; where the policy does not say how it is obtained, it counts as given."""
    for name in (category, category.rpartition(".")[0]):
        told = policy.information.get(name)
        if told is not None and told.obtained:
            return any(how in GIVEN for how in told.obtained)
    return True


def withheld(policy: Policy, table: Table) -> dict[str, str]:
    """Column -> the coded reason why nobody is given it: as the map says, and credentials, which open accounts."""
    found = {c.name: c.withhold for c in table.columns.values() if c.withhold}
    for column in table.personal_columns:
        told = policy.information.get(column.category)
        if told is not None and told.credential and column.name not in found:
            found[column.name] = "security"
    return found


RIGHTS = (
    Right.ACCESS,
    Right.RECTIFICATION,
    Right.ERASURE,
    Right.RESTRICTION,
    Right.OBJECTION,
    Right.WITHDRAWAL,
    Right.PORTABILITY,
)
"""The rights that a request may be about; a goodbye is none of the law's, but the policy's."""
