"""Cookies before consent."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    cookies = case.policy.cookies
    if cookies is None or cookies.consent == "before_set":
        return
    needing = [u.name for u in cookies.uses.values() if u.category != "strictly_necessary"]
    if needing:
        said = quote(cookies.consent) if cookies.consent else "nothing"
        yield Seen(cookies.place("consent"), f"consent to {listed(needing)} is asked for by {said}", cookies.clause)


RULE = Rule(
    name="cookie-consent",
    severity=Severity.ERROR,
    article="Art. 5(3) Directive 2002/58/EC; Art. 7 GDPR; C-673/17 Planet49",
    title="Cookies before consent",
    why=(
        "All but what is strictly necessary needs consent before it is set. The settings of a browser are no consent."
    ),
    remedy="say `consent: before_set`, and do it",
    look=look,
    bad="""\
cookies: {consent: browser_settings}
""",
    good="""\
cookies: {consent: before_set}
""",
)
