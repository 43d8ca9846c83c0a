"""The promises of a published text, one by one, and how each is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from tillit.model.period import Period
from tillit.model.source import NOWHERE, Position


class Shown(Enum):
    """How a promise is shown to be kept."""

    CHECKED = "checked"  # a check looks at it
    ATTESTED = "attested"  # somebody says so, again and again
    UNPROVEN = "unproven"  # nothing shows it yet


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise. `check` is the kind of check; `who` and `every` belong to what is attested, `reason` to the rest."""

    id: str
    says: str
    clause: str
    by: str  # the entry of the policy that carries it, as a path: purposes.orders
    shown: Shown
    check: str = ""
    who: str = ""
    every: Period | None = None
    reason: str = ""
    at: Position = field(default=NOWHERE, compare=False)
