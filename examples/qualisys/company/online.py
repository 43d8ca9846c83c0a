"""What people do while logged in to the website and the software, and the cookies of those who are not."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.world import FIRST, Row, Rows, World

FILES = ("track-installer.exe", "calibration-guide.pdf", "camera-firmware.bin", "gait-template.zip")
CARRIERS = ("Exempeltele", "Sample Mobile", "Norrnät")


def _late(rng: Random) -> int:
    """How many days ago, for what should be gone after three weeks: six in a hundred are late."""
    return rng.randrange(25, 110) if rng.random() < 0.06 else rng.randrange(20)


def logins(world: World) -> Rows:
    rng = world.chance("logins")
    for key in range(FIRST, FIRST + world.share(60)):
        yield {
            "id": key,
            "account_id": rng.choice(world.accounts)[0],
            "method": rng.choice(("password", "password", "app")),
            "ip": names.ip(rng),
            "logged_in_at": world.at(_late(rng), rng),
        }


def downloads(world: World) -> Rows:
    """The file stays known while the account does; where from goes after three weeks. Some fetch without logging in."""
    rng = world.chance("downloads")
    for key in range(FIRST, FIRST + world.share(40)):
        known = rng.random() < 0.8
        ago = rng.randrange(600) if known else _late(rng)
        full = ago < 20 or not known or rng.random() < 0.03
        yield {
            "id": key,
            "account_id": rng.choice(world.accounts)[0] if known else None,
            "known": known,
            "file": rng.choice(FILES),
            "ip": names.ip(rng) if full else None,
            "fetched_at": world.at(ago, rng),
        }


def visitors(world: World) -> Rows:
    """A row for each browser. What it allowed stands with the moment; who allowed nothing is forgotten in a day."""
    rng = world.chance("visitors")
    for key in range(FIRST, FIRST + world.share(50)):
        yield _visitor(rng, world, key, rng.randrange(200) if rng.random() < 0.3 else rng.randrange(24))


def _visitor(rng: Random, world: World, key: int, ago: int) -> Row:
    visited = world.at(ago, rng)
    choices, statistics = rng.random() < 0.6, rng.random() < 0.5
    forgotten = rng.random() < 0.012  # whatever had its day is there still
    if ago > 1 and not choices and (not statistics or ago > 20):
        choices, statistics = ago < 175, ago > 174
    return {
        "id": key,
        "account_id": rng.choice(world.accounts)[0] if rng.random() < 0.1 else None,
        "session": f"s{rng.getrandbits(64):016x}" if ago < 2 or forgotten else None,
        "visitor": f"v{rng.getrandbits(64):016x}" if statistics and (ago < 21 or forgotten or not choices) else None,
        "choices": rng.choice(("language=sv", "trade=sports", "language=en,trade=medicine")) if choices else None,
        "agreed_to_choices_at": _before(visited) if choices else None,
        "agreed_to_statistics_at": _before(visited) if statistics else None,
        "visited_at": visited,
    }


def _before(moment: datetime) -> datetime:
    """When somebody agreed: at an earlier visit, a fortnight before."""
    return moment - timedelta(days=14)


def devices(world: World) -> Rows:
    """The place setting is off until somebody turns it on; a tenth have, and some of them have turned it off again."""
    rng = world.chance("devices")
    for account, _, last in world.accounts:
        if rng.random() < 0.4:
            continue
        chosen = rng.random()
        key = account
        world.devices.append((key, chosen < 0.1, chosen < 0.15))
        yield {
            "id": key,
            "account_id": account,
            "device": f"app-{rng.getrandbits(40):010x}",
            "carrier": rng.choice(CARRIERS) if rng.random() < 0.5 else None,
            "location_on": chosen < 0.1,
            "location_set_at": _before(last) if chosen < 0.15 else None,
        }


def locations(world: World) -> Rows:
    """Of devices whose setting was on once. Where it is off now, the places were left behind: nobody cleared them."""
    rng = world.chance("locations")
    tracked = [key for key, _, once in world.devices if once]
    for key in range(FIRST, FIRST + world.share(10) if tracked else FIRST):
        ago = rng.randrange(100, 200) if rng.random() < 0.04 else rng.randrange(85)
        yield {
            "id": key,
            "device_id": rng.choice(tracked),
            "place": f"near {rng.choice(names.CITIES)}",
            "located_at": world.at(ago, rng),
        }
