"""Marketing: who is written to, what was sent and answered, groups that name nobody, and one that does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.happenings import event_day
from examples.qualisys.company.world import FIRST, Row, Rows, World, noon

SEGMENTS = (
    ("sports north", "trade = 'sports' and region = 'north'", 214),
    ("hospitals", "trade = 'medicine'", 163),
    ("film makers", "trade = 'film'", 57),
    ("horse clinics", "trade = 'veterinary'", 7),  # smaller than the smallest group that is allowed
)
CAMPAIGNS = 24  # one a month
WARNING = 5  # the number of the one that warns of a product


def readers(world: World) -> Rows:
    """Every customer, as the marketing system got them from the business system."""
    rng = world.chance("readers")
    for contact in world.contacts:
        yield {
            "id": contact.id,
            "customer_no": f"Q{contact.id:07d}",
            "kind": contact.kind,
            "name": contact.name,
            "email": contact.email if rng.random() < 0.98 else None,
            "created_at": noon(contact.created),
        }


def do_not_contact(world: World) -> Rows:
    """The word that no letter is wanted: a keyed hash of the address, which tells it again and nothing else."""
    rng = world.chance("do_not_contact")
    for key in range(FIRST, FIRST + world.share(4)):
        ago = rng.randrange(3700, 4000) if rng.random() < 0.02 else rng.randrange(3000)
        yield {
            "id": key,
            "address_hash": hashlib.sha256(f"demo key {world.seed} {key}".encode()).hexdigest(),
            "channel": "email",
            "opted_out_on": world.day(ago) if rng.random() < 0.99 else None,
        }


def segments(world: World) -> Rows:
    for key, (name, question, size) in enumerate(SEGMENTS, FIRST):
        yield {"id": key, "name": name, "question": question, "size": size, "counted_on": world.day(12)}


def segment_members(world: World) -> Rows:
    rng = world.chance("segment_members")
    for key, contact in enumerate(world.contacts[:: max(1, len(world.contacts) // 40)], FIRST):
        yield {"id": key, "segment_id": FIRST, "reader_id": contact.id, "score": rng.choice(("warm", "cold"))}


def combination_jobs(world: World) -> Rows:
    """The one that the policy declares, every week; and one that somebody tried once, without asking."""
    for key, ago in enumerate(range(5, 90, 7), FIRST):
        yield _job(world, key, "experience", "location.device, usage.pages", "location_features", ago)
    yield _job(world, 50, "neighbourhoods", "contact.postal_address, incomes", "market_analysis", 47) | {
        "approved_by": None
    }


def _job(world: World, key: int, job: str, data: str, purpose: str, ago: int) -> Row:
    return {
        "id": key,
        "job": job,
        "data": data,
        "purpose": purpose,
        "approved_by": "data protection manager",
        "ran_on": world.day(ago),
    }


def campaigns(world: World) -> Rows:
    """A newsletter or an invitation a month, and one warning about a product."""
    for number in range(CAMPAIGNS):
        message = kind_of(number)
        yield {
            "id": FIRST + number,
            "title": "Charger C2: stop using it" if number == WARNING else f"Letter {CAMPAIGNS - number}",
            "message": message,
            "promotional": message != "product_safety",
            "sent_on": world.day(10 + 30 * number),
        }


def kind_of(number: int) -> str:
    """The class of message of a campaign, as the policy names it."""
    return "product_safety" if number == WARNING else "newsletters" if number % 2 == 0 else "invitations"


def sends(world: World) -> Rows:
    """Letters, one row each. Some prospects open every one and never answer; a few got one after they had left."""
    rng = world.chance("sends")
    key = FIRST
    for contact, prospect, email, since, left in world.readers:
        for number in _months(rng, prospect, since, left):
            yield _send(rng, world, key, (contact, prospect, email), number)
            key += 1


def _months(rng: Random, prospect: int | None, since: int, left: int | None) -> Iterator[int]:
    """Which campaigns reached a reader of so many days; `left` days ago they said no. Warnings reach every customer."""
    for number in range(1, CAMPAIGNS, 2) if prospect else (*range(0, CAMPAIGNS, 2), WARNING):
        ago = 10 + 30 * number
        unwanted = left is not None and ago < left
        chance = 0.7 if prospect and prospect % 5 == 0 else 0.2
        if number == WARNING:
            chance = 0 if prospect else 0.9
        elif unwanted:
            chance = 0.03
        if ago < since and rng.random() < chance:
            yield number


def _send(rng: Random, world: World, key: int, whom: tuple[int | None, int | None, str], number: int) -> Row:
    contact, prospect, email = whom
    sent = noon(world.day(10 + 30 * number))
    opened = rng.random() < 0.5
    silent = prospect is not None and prospect % 5 == 0
    return {
        "id": key,
        "campaign_id": FIRST + number,
        "contact_id": contact,
        "prospect_id": prospect,
        "reader": "customer" if prospect is None else "prospect",
        "message": kind_of(number),
        "email": email,
        "sent_at": sent,
        "opened_at": sent + timedelta(hours=rng.randrange(1, 40)) if opened else None,
        "replied_at": sent + timedelta(hours=30) if opened and not silent and rng.random() < 0.2 else None,
    }


def travel_bookings(world: World) -> Rows:
    """Rooms for guests. They go two months after the evaluation of the event, by hand, with gaps."""
    rng = world.chance("travel_bookings")
    for key, (registration, number, name) in enumerate(world.guests, FIRST):
        held = event_day(number)
        if rng.random() < 0.2 and (held < 85 or number == 6 or rng.random() < 0.01):
            yield {
                "id": key,
                "registration_id": registration,
                "event_id": FIRST + number,
                "hotel": f"Hotel {rng.choice(names.CITIES)}",
                "guest": name,
                "wishes": rng.choice((None, "A quiet room.", "On the ground floor.")),
                "booked_at": world.at(max(held, 0) + rng.randrange(3, 40), rng),
            }
