"""A class of messages that does not say what an opt-out does to it."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    marketing = case.policy.marketing
    for message in marketing.messages.values() if marketing is not None else ():
        if message.promotional is None or message.after_opt_out is None:
            yield Seen(message.at, f"it is not said what an opt-out does to {quote(message.name)}", message.clause)


RULE = Rule(
    name="message-unsaid",
    severity=Severity.WARNING,
    article="Art. 21(3) GDPR",
    title="A class of messages that does not say what an opt-out does to it",
    why="Whoever sends it cannot tell whether it may still go out.",
    remedy="say `promotional:` and `after_opt_out:`",
    look=look,
    bad="""\
marketing:
  messages:
    news:
      promotional: true
      after_opt_out: unknown
      purposes: newsletter
""",
    good="""\
marketing:
  messages:
    news: {promotional: true, after_opt_out: false, purposes: newsletter}
""",
)
