"""What the register remembers, in the words of the checks; and evidence as it is kept there."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tillit.checks.case import Attested, ErasureSeen, Register, RequestSeen
from tillit.checks.verdict import Evidence, Place, State
from tillit.register import evidence as kept

FRESH = timedelta(days=7)
"""How long what a check saw counts, where it is not run again."""
ATTESTATION = "attestation"


def remembered(conn: sa.Connection) -> Register:
    """What the checks judge of the register."""
    accepted: dict[str, ErasureSeen] = {}
    for one in kept.evidence_of(conn, "erasure"):
        before = accepted.get(str(one.detail.get("request")))
        broken = one.state == "broken" or (before is not None and one.state == "accepted")
        seen = ErasureSeen("broken" if broken else one.state, one.count or 0, one.state == "accepted")
        accepted[str(one.detail.get("request"))] = seen
    notice = [_recalled(one) for one in kept.newest_of(conn, "notice") if "says" in one.detail]
    return Register(
        tuple(RequestSeen(*one) for one in kept.all_requests(conn)),
        tuple(accepted.values()),
        kept.closed_keys(conn),
        tuple(
            Attested(one.subject, one.at, str(one.detail.get("by", "")), str(one.detail.get("words", "")))
            for one in kept.evidence_of(conn, ATTESTATION)
        ),
        notice[-1] if notice else None,
    )


def recalled(conn: sa.Connection, kind: str, now: datetime, digest: str) -> list[Evidence]:
    """What a check saw last; STALE where that was of other files, or more than FRESH ago."""
    return [_aged(_recalled(one), now, digest) for one in kept.newest_of(conn, kind) if "says" in one.detail]


def _aged(one: Evidence, now: datetime, digest: str) -> Evidence:
    if one.digest == digest and now - one.at <= FRESH:
        return one
    why = "the policy or a map has changed since" if one.digest != digest else "that is too long ago"
    return replace(one, state=State.STALE, says=f"Last looked at on {one.at.date()}, and {why}: {one.says}")


def as_kept(one: Evidence) -> kept.Evidence:
    """Evidence as the register keeps it."""
    detail: dict[str, Any] = {
        word: getattr(one, word) for word in ("by", "subject", "due", "looked", "query", "says", "remedy")
    }
    detail |= {"places": [asdict(p) for p in one.places[:200]], "unread": [asdict(p) for p in one.unread[:200]]}
    subject = " ".join(part for part in (one.by, one.subject) if part)
    return kept.Evidence(one.kind, one.clause, one.at, one.digest, one.state.value, subject, one.count, detail)


def _recalled(one: kept.Evidence) -> Evidence:
    told: dict[str, Any] = dict(one.detail)
    told |= {word: tuple(Place(**place) for place in told.get(word, ())) for word in ("places", "unread")}
    return Evidence(one.check, State(one.state), one.at, one.digest, one.clause, count=one.count, **told)
