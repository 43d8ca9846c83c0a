"""What needs no store: the linter's findings by clause, and the published notice."""

from __future__ import annotations

from tillit.checks.asks import Answers
from tillit.checks.case import Case, Kind, several
from tillit.checks.verdict import Evidence, Place, State
from tillit.policy.rules import Severity, lint


def judge_lint(case: Case, _: Answers) -> tuple[Evidence, ...]:
    """One verdict a clause. Broken: an error of the linter. Warnings are told."""
    found = lint(case.policy, case.today)
    made = []
    for clause in case.policy.clauses:
        own = [f for f in found if f.clause == clause]
        errors = [f for f in own if f.severity is Severity.ERROR]
        says = f"The linter finds {several(len(errors), 'error')}." if errors else "The linter finds no error."
        says += f" {several(len(own) - len(errors), 'lesser finding')}." if len(own) > len(errors) else ""
        made.append(case.evidence(
            "lint", State.BROKEN if errors else State.PROVEN, says, clause=clause, count=len(errors),
            looked="the clause's entries in the policy", query="tillit lint",
            places=tuple(Place(f"{f.at.file}:{f.at.line}", note=f"{f.rule}: {f.what}") for f in errors),
            remedy=errors[0].remedy if errors else "",
        ))  # fmt: skip
    return tuple(made)


def judge_notice(case: Case, _: Answers) -> tuple[Evidence, ...]:
    """What the notice's own comparison saw last, where it was of this policy."""
    seen = case.register.notice
    if seen is None:
        says = "Nothing shows it: the published notice has not been compared with this policy."
        return (case.evidence("notice", State.UNPROVEN, says),)
    if seen.digest != case.digest:
        says = f"The notice was last compared on {seen.at.date()}; the policy has changed since."
        return (case.evidence("notice", State.STALE, says, remedy="compare it again"),)
    return (seen,)


LINT = Kind("lint", "The policy agrees with the law and itself", judge_lint)
NOTICE = Kind("notice", "The published notice is the one written from this policy", judge_notice)
