"""The controller is not fully named."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    controller = case.policy.controller
    lacking = [w for w in ("organisation_number", "address", "contact") if not getattr(controller, w)]
    lacking += ["country"] if controller.country in ("", "unknown") else []
    if lacking:
        yield Seen(controller.at, f"the controller's {listed(lacking)} is not said", controller.clause)


RULE = Rule(
    name="controller-identity",
    severity=Severity.WARNING,
    article="Art. 13(1)(a) GDPR",
    title="The controller is not fully named",
    why="People must know who is responsible and how to reach them, in the place where they look for it.",
    remedy="add it under `controller:`",
    look=look,
    bad="""\
controller: {address: unknown}
""",
    good="""\
controller: {address: 'Storgatan 1, 411 01 Göteborg'}
""",
)
