"""Reviews that have no time."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for recipient in policy.recipients.values():
        if recipient.role == "processor" and recipient.review_every is None:
            yield Seen(recipient.at, f"it is not said how often {quote(recipient.name)} is reviewed", recipient.clause)
    for purpose in policy.purposes.values():
        if purpose.balancing is not None and purpose.balancing.review_every is None:
            what = f"it is not said how often the interest of {quote(purpose.name)} is weighed again"
            yield Seen(purpose.place("balancing"), what, purpose.clause)
    for transfer in policy.transfers.values():
        if transfer.assess_every is None:
            yield Seen(transfer.at, f"it is not said how often {quote(transfer.name)} is assessed", transfer.clause)
    for measure in policy.security.values():
        reviewing = measure.kind in ("policy_review", "processor_review", "risk_review", "access_control", "backup")
        if reviewing and (measure.review_every is None or not measure.owner):
            what = f"it is not said how often {quote(measure.name)} is looked at, or by whom"
            yield Seen(measure.at, what, measure.clause)


RULE = Rule(
    name="review-undated",
    severity=Severity.WARNING,
    article="Art. 5(2), 24(1), 28(1) and 32(1)(d) GDPR",
    title="Reviews that have no time",
    why="`Regularly` and `periodically` cannot be late.",
    remedy="say `review_every:` (and `owner:` of a measure)",
    look=look,
    bad="""\
recipients: {host: {review_every: unknown}}
""",
    good="""\
recipients: {host: {review_every: 12 months}}
""",
)
