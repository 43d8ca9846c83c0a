"""A use that belongs to no purpose."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote, uses


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for what, item, told in uses(case):
        if not told["purposes"]:
            yield Seen(
                item.place("purposes"), f"{what} {quote(item.name)} serves no purpose of the policy", item.clause
            )


RULE = Rule(
    name="use-without-purpose",
    severity=Severity.ERROR,
    article="Art. 5(1)(b) and 13(1)(c) GDPR",
    title="A use that belongs to no purpose",
    why=(
        "Something is done with data, told elsewhere than among the purposes: a credit check, a "
        "competition, a page that changes with what one read before. No basis and no period follow it."
    ),
    remedy="name its purpose; declare the purpose first where there is none",
    look=look,
    bad="""\
cookies:
  uses:
    tailoring:
      title: Tailored pages
      category: personalisation
      purposes: unknown
""",
    good="""\
cookies:
  uses:
    tailoring:
      title: Tailored pages
      category: personalisation
      purposes: website
""",
)
