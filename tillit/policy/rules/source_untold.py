"""Nobody says when people are told of what others gave."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    for source in case.policy.sources.values():
        if source.kind in ("third_party", "public_register") and source.told in ("", "not_told"):
            what = f"it is not said when people are told of what {quote(source.name)} gives"
            yield Seen(source.place("told"), what, source.clause)


RULE = Rule(
    name="source-untold",
    severity=Severity.ERROR,
    article="Art. 14(3) GDPR",
    title="Nobody says when people are told of what others gave",
    why=(
        "Whoever gets data from others must tell the person: within a month, at the first message, or "
        "before passing it on."
    ),
    remedy="say `told:` of the source",
    look=look,
    bad="""\
sources:
  register:
    kind: public_register
    gives: contact.email
    purposes: orders
    names: The register
    told: unknown
information: {contact: {obtained: unknown}}
""",
    good="""\
sources:
  register:
    kind: public_register
    gives: contact.email
    purposes: orders
    names: The register
    told: within_a_month
information: {contact: {obtained: unknown}}
""",
)
