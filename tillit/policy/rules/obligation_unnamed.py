"""A legal obligation without the law."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.model.policy import Basis
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for purpose in case.policy.purposes.values():
        if purpose.basis is Basis.LEGAL_OBLIGATION and not purpose.basis_reference:
            yield Seen(purpose.place("basis"), f"{quote(purpose.name)} names no law", purpose.clause)


RULE = Rule(
    name="obligation-unnamed",
    severity=Severity.ERROR,
    article="Art. 6(1)(c) and 6(3) GDPR",
    title="A legal obligation without the law",
    why="The basis is a law that demands it; `the law` in general, or a list of examples, is none.",
    remedy=(
        "write `basis: {legal_obligation: se/bokforingslagen-7-2}`; divide the purpose where there are several laws"
    ),
    look=look,
    bad="""\
purposes: {accounting: {basis: legal_obligation}}
""",
    good="""\
purposes: {accounting: {basis: {legal_obligation: se/bokforingslagen-7-2}}}
""",
)
