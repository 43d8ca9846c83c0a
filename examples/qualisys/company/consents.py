"""`python -m examples.qualisys.company.consents --project FOLDER`: bring in the consents that the company collected.

The cookie banner, the telephone, the form of an event and the setting on a device each noted the moment when somebody
agreed, beside the data itself. Tillit keeps consents in its own register: here they are read from the stores, in bulk,
as a company would once do when it begins. One at a time it is `tillit consent give`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from examples.qualisys.company.__main__ import VARIABLES
from tillit.model.errors import TillitError
from tillit.model.standing import Person
from tillit.register.database import writing
from tillit.register.keys import hmac_key, person_hash
from tillit.register.standing import Proof, record_consent
from tillit.run.memory import Memory, tell
from tillit.service.project import load, remembering


class Collected(NamedTuple):
    """Where a consent was noted: the purpose, how it was given, and the query for (key of the person, moment)."""

    purpose: str
    store: str
    table: str
    how: str
    query: str


COLLECTED = (
    *(
        Collected(
            f"website_{what}",
            "web",
            table,
            "cookie banner",
            f"SELECT {key}, MAX(agreed_to_{what}_at) FROM visitors "
            f"WHERE agreed_to_{what}_at IS NOT NULL AND {key} IS NOT NULL GROUP BY {key}",
        )
        for what in ("choices", "statistics")
        for table, key in (("visitors", "id"), ("accounts", "account_id"))
    ),
    Collected(
        "location_features",
        "web",
        "accounts",
        "setting of the device",
        "SELECT account_id, MAX(location_set_at) FROM devices WHERE location_on AND location_set_at IS NOT NULL "
        "GROUP BY account_id",
    ),
    Collected(
        "support_calls",
        "business",
        "contacts",
        "asked when the case was opened",
        "SELECT contact_id, MAX(consented_at) FROM call_recordings WHERE consented_at IS NOT NULL GROUP BY contact_id",
    ),
    *(
        Collected(
            "event_food",
            "marketing",
            table,
            "form of the event",
            f"SELECT {key}, MAX(food_consent_at) FROM registrations "
            f"WHERE food_consent_at IS NOT NULL AND {key} IS NOT NULL GROUP BY {key}",
        )
        for table, key in (("readers", "contact_id"), ("prospects", "prospect_id"))
    ),
)


def bring_in(memory: Memory, urls: Mapping[str, str], now: datetime) -> dict[str, int]:
    """Record every consent that the stores note; returns how many people for each purpose."""
    counts: dict[str, int] = defaultdict(int)
    for collected in COLLECTED:
        counts[collected.purpose] += _bring_in(memory, collected, urls[collected.store], now)
    return dict(counts)


def _bring_in(memory: Memory, collected: Collected, url: str, now: datetime) -> int:
    """Grouped by the day: one record for all who agreed on it, at its end, or now when that is earlier."""
    on_day: dict[datetime, list[Person]] = defaultdict(list)
    for key, moment in _noted(collected, url):
        end = moment.replace(hour=23, minute=59, second=0, microsecond=0, tzinfo=UTC)
        on_day[min(end, now)].append(Person(collected.store, collected.table, (key,)))
    people = [person for some in on_day.values() for person in some]
    if not people:
        return 0
    secret = hmac_key(memory.keys, "journal")
    proof = Proof(collected.how, "1", "brought in")
    with writing(memory.register) as conn:
        for at, some in sorted(on_day.items()):
            record_consent(conn, some, [collected.purpose], at, proof=proof)
        body = {
            "people": [person_hash(secret, person) for person in people],
            "purpose": collected.purpose,
            "said_at": max(on_day).isoformat(),
            "text_version": proof.text_version,
            "by": proof.recorded_by,
        }
        tell(memory, conn, "consent.given", body, now)
    return len(people)


def _noted(collected: Collected, url: str) -> Iterator[tuple[int, datetime]]:
    engine = sa.create_engine(url)
    query = sa.text(collected.query).columns(sa.column("person", sa.Integer), sa.column("moment", sa.DateTime))
    try:
        with engine.connect() as connection:
            yield from ((row.person, row.moment) for row in connection.execute(query))
    finally:
        engine.dispose()


def main(arguments: list[str] | None = None) -> int:
    """Exit codes: 0 brought in, 2 not (the reason is told)."""
    parser = argparse.ArgumentParser(prog="python -m examples.qualisys.company.consents", description=__doc__)
    parser.add_argument("--project", type=Path, default=Path(__file__).parent.parent, help="the folder of the policy")
    chosen = parser.parse_args(arguments)
    try:
        urls = {store: os.environ[variable] for store, variable in VARIABLES.items()}
        with remembering(load(chosen.project)) as memory:
            counts = bring_in(memory, urls, datetime.now(UTC))
    except (KeyError, TillitError) as error:
        print(f"The consents were not brought in: {error}", file=sys.stderr)
        return 2
    told = ", ".join(f"{count:,} {purpose}" for purpose, count in counts.items())
    print(f"Brought in the consents of {sum(counts.values()):,} people: {told}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
