"""docs/reference/rules.md, written from the rules themselves; a test compares them."""

from __future__ import annotations

from tillit.policy.rules import RULES
from tillit.policy.rules.base import Rule

_HEAD = """\
# The rules of the linter

`tillit lint` reads a policy and says what is wrong with it, before any data is looked at. This page is written from
the rules (`tillit/policy/rules`, one file a rule); every example is tested. An **error** is a breach of the law, or a
text that contradicts itself; a **warning** is something that cannot be shown, or that the law wants said; a **note** is
good practice. The articles tell where the duty stands. Nothing here is legal advice.

A new rule is one file there, with an example that it finds and one that it does not, a line in `rules/__init__.py`, and
`python -m tests.rules.write` for this page.

What was found on a real published policy, and what no file can decide, stands in
[the findings on the example](findings.md).

| rule | severity | article |
|---|---|---|
"""


def page() -> str:
    """The text of the page."""
    rows = "".join(f"| [{r.name}](#{r.name}) | {r.severity.value} | {r.article} |\n" for r in RULES)
    return _HEAD + rows + "".join(_section(rule) for rule in RULES)


def _section(rule: Rule) -> str:
    return f"""
## {rule.name}

**{rule.title}** ({rule.severity.value}; {rule.article})

{rule.why}

Mend it: {rule.remedy}.

Found in:

```yaml fragment
{rule.bad.rstrip()}
```

Not in:

```yaml fragment
{rule.good.rstrip()}
```
"""
