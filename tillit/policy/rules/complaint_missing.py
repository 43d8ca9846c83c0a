"""No word about the right to complain."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.packs import authorities
from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    complaint = case.policy.complaint
    if complaint is None or not complaint.authority:
        yield Seen(complaint.at if complaint is not None else case.top, "no supervisory authority is named")
    elif complaint.authority not in authorities():
        yield Seen(
            complaint.place("authority"),
            f"no law pack knows the authority {quote(complaint.authority)}",
            complaint.clause,
        )


RULE = Rule(
    name="complaint-missing",
    severity=Severity.ERROR,
    article="Art. 13(2)(d) and 77 GDPR",
    title="No word about the right to complain",
    why="People must be told that they can complain to a supervisory authority.",
    remedy="name one under `complaint: authority:`, as the law pack does: se/imy",
    look=look,
    bad="""\
complaint: {authority: unknown}
""",
    good="""\
complaint: {authority: se/imy}
""",
)
