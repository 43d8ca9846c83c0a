"""When a request must be answered, and whom its answer names: Art. 12(3), 19, 77 and 79 GDPR."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from zoneinfo import ZoneInfo

from tillit.law.deadlines import answer
from tillit.law.packs import Authority, authorities
from tillit.model.policy import Policy
from tillit.model.sections import Recipient


def due_at(received: datetime, policy: Policy) -> datetime:
    """The last moment to answer a request of `received` (aware): the end of a day, in the controller's zone."""
    zone = ZoneInfo(policy.controller.timezone)
    by = answer(received.astimezone(zone).date(), policy.controller.country).by
    return datetime.combine(by, time(23, 59, 59), tzinfo=zone)


def authority(policy: Policy) -> Authority | None:
    """Where a person may complain: what the policy names, else the authority of the controller's country."""
    known = authorities()
    named = None if policy.complaint is None else known.get(policy.complaint.authority)
    country = policy.controller.country
    return named or next((one for one in known.values() if one.country == country), None)


def recipients_of(policy: Policy, categories: Collection[str]) -> tuple[Recipient, ...]:
    """Who receives data of these categories by the policy. A recipient of whom it does not say what, receives any."""
    return tuple(
        one
        for one in policy.recipients.values()
        if not one.data or any(_covers(d, c) for d in one.data for c in categories)
    )


def _covers(data: str, category: str) -> bool:
    return category == data or category.startswith(data + ".") or data.startswith(category + ".")
