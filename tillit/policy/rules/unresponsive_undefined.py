"""`Unresponsive` without numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    one = case.policy.marketing.unresponsive if case.policy.marketing is not None else None
    if one is None:
        return
    lacking = [w for w in ("messages", "within", "review_every", "approved_by") if not getattr(one, w)]
    if lacking:
        yield Seen(one.at, f"when somebody is unresponsive is not said: {listed(lacking)}", one.clause)


RULE = Rule(
    name="unresponsive-undefined",
    severity=Severity.ERROR,
    article="Art. 5(1)(e) GDPR",
    title="`Unresponsive` without numbers",
    why=(
        "How many messages, within which time, looked at how often, and approved by whom? Without numbers "
        "nobody is ever unresponsive."
    ),
    remedy="say `messages`, `within`, `review_every` and `approved_by`",
    look=look,
    bad="""\
marketing:
  unresponsive:
    messages: 6
    within: unknown
    review_every: 6 months
    approved_by: the manager
""",
    good="""\
marketing:
  unresponsive:
    messages: 6
    within: 24 months
    review_every: 6 months
    approved_by: the manager
""",
)
