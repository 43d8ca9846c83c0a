"""No time limit, no price, no address for requests."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.law.packs import limits
from tillit.model.policy import Period
from tillit.policy.periods import approximate_days, period_text
from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    rights = case.policy.rights
    words = ("answer_within", "extend_by", "free_of_charge", "channel")
    lacking = [w for w in words if rights is None or not getattr(rights, w)]
    if lacking:
        yield Seen(rights.at if rights is not None else case.top, f"the rights do not say {listed(lacking)}")
    limit, more = Period(months=limits()["answer"].months), Period(months=limits()["extension"].months)
    for word, longest in (("answer_within", limit), ("extend_by", more)):
        said: Period | None = getattr(rights, word, None)
        if rights is not None and said is not None and approximate_days(said) > approximate_days(longest) + 1:
            what = f"{quote(word)} is {period_text(said)}, the law allows {period_text(longest)}"
            yield Seen(rights.place(word), what, rights.clause)


RULE = Rule(
    name="rights-terms",
    severity=Severity.ERROR,
    article="Art. 12(3) and 12(5) GDPR",
    title="No time limit, no price, no address for requests",
    why=(
        "An answer within a month, at most two more with reasons, free of charge: people must be able to "
        "hold the controller to it."
    ),
    remedy="say `answer_within`, `extend_by`, `free_of_charge` and `channel` under `rights:`",
    look=look,
    bad="""\
rights: {answer_within: 2 months}
""",
    good="""\
rights: {answer_within: 1 month}
""",
)
