"""Somebody does the work who is no recipient."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    policy = case.policy
    for place in policy.storage.values():
        if not place.run_by:
            yield Seen(place.place("run_by"), f"it is not said who runs {quote(place.name)}", place.clause)
    for channel in policy.marketing.channels.values() if policy.marketing is not None else ():
        if not channel.sent_by:
            yield Seen(channel.place("sent_by"), f"it is not said who sends {quote(channel.name)}", channel.clause)
    for cookie in policy.cookies.register.values() if policy.cookies is not None else ():
        if not cookie.provider:
            yield Seen(cookie.place("provider"), f"it is not said whose cookie {quote(cookie.name)} is", cookie.clause)


RULE = Rule(
    name="recipient-missing",
    severity=Severity.ERROR,
    article="Art. 13(1)(e) GDPR",
    title="Somebody does the work who is no recipient",
    why=("A place of storage, a channel or a cookie is run by somebody who does not stand among the recipients."),
    remedy="declare them under `recipients:` and name them; write `controller` where it is the controller",
    look=look,
    bad="""\
storage: {server: {run_by: unknown}}
""",
    good="""\
storage: {server: {run_by: host}}
""",
)
