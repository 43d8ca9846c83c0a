"""Tables that sweeps must leave alone for a while, because what was removed from them has been put back."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace

from tillit.model.plan import Plan


def paused(plan: Plan, tables: Collection[str]) -> Plan:
    """`plan` with nothing dying in `tables`: no row of them goes, no cell or link is touched.

    Their grounds stay, since other tables may live `through` them.
    """
    held = sorted(set(tables) & set(plan.rules))
    if not held:
        return plan
    still = {name: replace(plan.rules[name], groups=(), cuts=(), never_delete=True) for name in held}
    digest = hashlib.sha256("\n".join((plan.digest, *held)).encode()).hexdigest()
    return replace(plan, rules={**plan.rules, **still}, digest=digest)
