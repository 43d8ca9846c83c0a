"""Writes docs/reference/rules.md from the rules: `python -m tests.rules.write`."""

from tests.support.repository import ROOT
from tillit.policy.rules.reference import page

if __name__ == "__main__":
    (ROOT / "docs" / "reference" / "rules.md").write_text(page(), encoding="utf-8")
