"""A source that is not in the list of sources."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, covered, listed, quote
from tillit.policy.rules.facts import clause_of, obtained


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for leaf in policy.leaves():
        for kind in obtained(case, leaf):
            if not any(covered(s.gives, leaf) for s in policy.sources.values() if s.kind == kind):
                information = policy.information[leaf]
                what = f"{quote(leaf)} is said to come from {quote(kind)}, but no such source gives it"
                yield Seen(information.place("obtained"), what, clause_of(case, information))
    for source in policy.sources.values():
        for leaf in policy.leaves(source.gives):
            said = obtained(case, leaf)
            if said and source.kind and source.kind not in said:
                what = f"the source {quote(source.name)} gives {quote(leaf)}, which is said to come from {listed(said)}"
                yield Seen(source.at, what, source.clause)


RULE = Rule(
    name="source-missing",
    severity=Severity.ERROR,
    article="Art. 13 and 14(2)(f) GDPR",
    title="A source that is not in the list of sources",
    why=(
        "A type of information is said to come from others, and the list of sources does not name them; "
        "or the other way round."
    ),
    remedy="name the source under `sources:`, or correct `obtained:`",
    look=look,
    bad="""\
information: {contact: {obtained: [data_subject, third_party]}}
""",
    good="""\
information: {contact: {obtained: [data_subject]}}
""",
)
