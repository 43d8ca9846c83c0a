"""A law that no law pack knows."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.statutory import statute
from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        named = purpose.basis_reference if purpose.basis is Basis.LEGAL_OBLIGATION else ""
        if named and statute(named) is None:
            yield Seen(purpose.place("basis"), f"no law pack knows {quote(named)}", purpose.clause)


RULE = Rule(
    name="obligation-unverified",
    severity=Severity.WARNING,
    article="Art. 6(1)(c) GDPR",
    title="A law that no law pack knows",
    why="Tillit cannot tell what it demands, nor for how long. Some laws give liability and demand nothing.",
    remedy="write it as the law pack does (tillit/law/data), or have somebody who knows look at it",
    look=look,
    bad="""\
purposes: {accounting: {basis: {legal_obligation: the tax code}}}
""",
    good="""\
purposes: {accounting: {basis: {legal_obligation: se/bokforingslagen-7-2}}}
""",
)
