"""Marketing after the opt-out."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    marketing = case.policy.marketing
    for message in marketing.messages.values() if marketing is not None else ():
        if message.after_opt_out and message.promotional is not False:
            what = f"{quote(message.name)} is still sent after an opt-out, and may carry promotion"
            yield Seen(message.place("after_opt_out"), what, message.clause)


RULE = Rule(
    name="marketing-after-opt-out",
    severity=Severity.ERROR,
    article="Art. 21(3) GDPR",
    title="Marketing after the opt-out",
    why="An invitation is marketing. Messages that still go out (safety notices) may carry no promotion.",
    remedy="stop the class after an opt-out, or say `promotional: false` and keep promotion out of it",
    look=look,
    bad="""\
marketing:
  messages:
    safety: {promotional: true, after_opt_out: true, purposes: orders}
""",
    good="""\
marketing:
  messages:
    safety: {promotional: false, after_opt_out: true, purposes: orders}
""",
)
