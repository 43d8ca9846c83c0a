"""Which event ends which purposes for a person (docs/reference/semantics.md). A right deletes nothing by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never

from tillit.model.policy import Basis, Event, Policy, Purpose

LASTING = datetime.max.replace(tzinfo=UTC)
"""The reach of an opt-out from direct marketing: rows of any age, those still to come among them (Art. 21(3))."""


def ends(event: Event, purpose: Purpose) -> bool:
    """True when `event` ends `purpose` for the person it happened to."""
    match event, purpose.basis:
        case Event.OPT_OUT, _:  # Art. 21(2) and (3): no balancing
            return purpose.direct_marketing
        case Event.WITHDRAWAL, basis:  # Art. 7(3)
            return basis is Basis.CONSENT
        case _, Basis.UNKNOWN:  # what the policy does not say never deletes
            return False
        case Event.GOODBYE, _:
            return Event.GOODBYE in purpose.keep.until
        case Event.REQUEST, basis:
            return purpose.direct_marketing or _ends_by_request(basis, purpose)
        case _:
            assert_never(event)


def _ends_by_request(basis: Basis, purpose: Purpose) -> bool:
    """Erasure (Art. 17(1) and (3)) for a purpose that is not direct marketing."""
    match basis:
        case Basis.CONSENT | Basis.CONTRACT:
            return True
        case Basis.LEGAL_OBLIGATION:
            return False
        case Basis.VITAL_INTERESTS | Basis.PUBLIC_TASK:
            return Event.REQUEST in purpose.keep.until
        case Basis.LEGITIMATE_INTERESTS:
            return not purpose.overrides_erasure
        case Basis.UNKNOWN:
            return False


def ended_by(event: Event, policy: Policy) -> tuple[str, ...]:
    """The names of the purposes that `event` ends, in the policy's order."""
    return tuple(name for name, purpose in policy.purposes.items() if ends(event, purpose))


def reaches(event: Event, policy: Policy, at: datetime) -> dict[str, datetime]:
    """Purpose -> the time its end reaches: rows created by then die under it. `at` (aware) is when the event happened.

    An objection to direct marketing lasts whatever the row's age; every other end leaves later rows alone.
    """
    return dict.fromkeys(ended_by(event, policy), LASTING if event is Event.OPT_OUT else at)
