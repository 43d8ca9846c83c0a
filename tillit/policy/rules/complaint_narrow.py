"""Half of the right to complain."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    complaint = case.policy.complaint
    if complaint is not None and not (complaint.own_authority and complaint.judicial_remedy):
        what = "the authority where people live or work, or the court, is not spoken of"
        yield Seen(complaint.at, what, complaint.clause)


RULE = Rule(
    name="complaint-narrow",
    severity=Severity.NOTE,
    article="Art. 77, 79 and 12(4) GDPR",
    title="Half of the right to complain",
    why="People may also turn to the authority where they live or work, and to a court.",
    remedy="say `own_authority: true` and `judicial_remedy: true`",
    look=look,
    bad="""\
complaint: {judicial_remedy: unknown}
""",
    good="""\
complaint: {own_authority: true, judicial_remedy: true}
""",
)
