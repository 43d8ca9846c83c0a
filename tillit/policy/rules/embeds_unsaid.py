"""Content of others in our pages."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    links = case.policy.links
    if links is not None and (links.embedded is None or (links.embedded and not links.consent_first)):
        yield Seen(links.at, "content of others is loaded with our pages, or may be, without consent", links.clause)


RULE = Rule(
    name="embeds-unsaid",
    severity=Severity.WARNING,
    article="Art. 13 and 26 GDPR; C-40/17 Fashion ID",
    title="Content of others in our pages",
    why="For a link the other site answers. For content that is loaded with our page, so do we.",
    remedy="say `embedded:` under `links:`; load it only after consent",
    look=look,
    bad="""\
links: {embedded: true}
""",
    good="""\
links: {embedded: true, consent_first: true}
""",
)
