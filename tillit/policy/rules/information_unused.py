"""A type of information that no purpose uses."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote
from tillit.policy.rules.facts import clause_of, is_idle


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for name, information in case.policy.information.items():
        parent = name.rpartition(".")[0]
        if information.personal is not False and is_idle(case, name) and not (parent and is_idle(case, parent)):
            yield Seen(information.at, f"no purpose uses {quote(name)}", clause_of(case, information))


RULE = Rule(
    name="information-unused",
    severity=Severity.ERROR,
    article="Art. 5(1)(b) and 13(1)(c) GDPR",
    title="A type of information that no purpose uses",
    why="It is said to be collected, and not why.",
    remedy="let a purpose use it, or stop collecting it",
    look=look,
    bad="""\
information: {survey: Answers to surveys}
""",
    good="""\
information: {survey: Answers to surveys}
purposes: {website: {data: [technical.ip_address, survey]}}
""",
)
