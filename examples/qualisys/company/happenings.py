"""User meetings and who came; vacancies and who applied."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.world import FIRST, Row, Rows, World

FOOD = ("vegetarian", "vegan", "no pork", "coeliac", "allergic to nuts", "kosher")
UPCOMING = FIRST  # the event that has not been yet
TITLES = ("Motion days", "Users' day north", "Sports science forum", "Gait school")
POSTS = ("Embedded developer", "Support engineer", "Sales manager", "Data scientist", "Technical writer", "Buyer")


def event_day(number: int) -> int:
    """How many days ago: the first lies five weeks ahead, the others 50 days back and then every hundredth day."""
    return -35 if number == 0 else 50 + 100 * (number - 1)


def events(world: World) -> Rows:
    for number in range(14):
        ends = world.day(event_day(number))
        evaluated = ends + timedelta(days=30) if number not in (0, 6) else None  # number 6 was never evaluated
        yield {
            "id": FIRST + number,
            "title": f"{TITLES[number % len(TITLES)]} {ends.year}",
            "city": names.CITIES[number % len(names.CITIES)],
            "starts_on": ends - timedelta(days=1),
            "ends_on": ends,
            "evaluated_on": evaluated,
        }


def registrations(world: World) -> Rows:
    """Details go by hand after each evaluation, with gaps; the eldest guests were forgotten."""
    rng = world.chance("registrations")
    for key in range(FIRST, FIRST + world.share(30)):
        number = rng.choices(range(14), [6] * 11 + [1, 1, 1])[0]  # after three years only a few are left
        yield _registration(rng, world, key, number)


def _registration(rng: Random, world: World, key: int, number: int) -> Row:
    contact: int | None = None
    prospect: int | None = None
    if (who := rng.random()) < 0.7:
        person = rng.choice(world.contacts)
        contact, name, email = person.id, person.name, person.email
    elif who < 0.97:
        prospect, name, email = rng.choice(world.prospects)
    else:  # a guest at the door, known to no other table
        given, family, _ = names.full_name(rng)
        name, email = f"{given} {family}", names.email(given, family, key, "guests.example")
    held = event_day(number)
    details = held < 85 or number == 6 or rng.random() < 0.01
    food = rng.choice(FOOD) if (held < 14 or rng.random() < 0.03) and rng.random() < 0.3 else None
    given, family, _ = names.full_name(rng)
    registered = world.at(max(held, 0) + rng.randrange(3, 60), rng)
    world.guests.append((key, number, name))
    return {
        "id": key,
        "event_id": FIRST + number,
        "contact_id": contact,
        "prospect_id": prospect,
        "name": name,
        "email": email,
        "companion_name": f"{given} {family}" if details and rng.random() < 0.1 else None,
        "travel_notes": "Needs a room for two nights." if details and rng.random() < 0.4 else None,
        "food_restrictions": food,
        "food_consent_at": registered if food and rng.random() < 0.9 else None,
        "came": None if held < 0 else rng.random() < 0.85,
        "registered_at": registered,
    }


def vacancies(world: World) -> Rows:
    rng = world.chance("vacancies")
    for key in range(FIRST, FIRST + world.share(0.5, least=8)):
        opened = world.day(rng.randrange(10, 900))
        closed = opened + timedelta(days=60)
        yield {
            "id": key,
            "title": rng.choice(POSTS),
            "opened_on": opened,
            "closed_on": closed if closed < world.today else None,
        }


def applicants_and_applications(world: World) -> tuple[list[Row], list[Row]]:
    people: list[Row] = []
    applications: list[Row] = []
    rng = world.chance("applicants")
    vacancy_keys = range(FIRST, FIRST + world.share(0.5, least=8))
    for key in range(FIRST, FIRST + world.share(15)):
        given, family, _ = names.full_name(rng)
        mine = [_application(rng, world, key, vacancy_keys) for _ in range(rng.choices((1, 2), (85, 15))[0])]
        for row in mine:
            row["id"] = FIRST + len(applications)
            applications.append(row)
        people.append(
            {
                "id": key,
                "name": f"{given} {family}",
                "email": names.email(given, family, key, "applicants.example"),
                "phone": names.phone(rng),
                "birth_date": date(1960, 1, 1) + timedelta(days=rng.randrange(16000)),
                "created_at": mine[0]["received_at"],
            }
        )
    return people, applications


def _application(rng: Random, world: World, applicant: int, vacancies: range) -> Row:
    """Kept two years after the decision, open ones a year after somebody looked; some are late, some have no date."""
    late = rng.random() < 0.05
    is_open = rng.random() < 0.25
    ago = rng.randrange(375, 600) if late and is_open else rng.randrange(745, 1000) if late else rng.randrange(360)
    decided = not is_open and (late or ago > 40)
    undated = decided and rng.random() < 0.03
    reviewed = is_open and rng.random() < 0.6
    return {
        "id": 0,
        "applicant_id": applicant,
        "vacancy_id": None if is_open else rng.choice(vacancies),
        "cv": f"{rng.randint(1, 20)} years in {rng.choice(names.TRADES).lower()}.",
        "letter": "I have followed your work for a long time.",
        "assessment": rng.choice(("Good, but no post now.", "Call again.", "Not for us."))
        if rng.random() < 0.7
        else None,
        "status": "declined" if decided else "open",
        "received_at": world.at(ago + rng.randrange(40), rng),
        "decided_on": world.day(ago) if decided and not undated else None,
        "reviewed_on": world.day(ago).isoformat() if reviewed else None,
    }
