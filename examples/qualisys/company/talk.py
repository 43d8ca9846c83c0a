"""What was said: support cases and their messages, the contact form, newsletters and surveys."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.world import FIRST, Contact, Row, Rows, World

SUBJECTS = (
    "Camera will not start",
    "Markers are lost in sunlight",
    "Cannot log in",
    "How do I calibrate?",
    "Licence has run out",
)
QUESTIONS = ("It worked yesterday, and nothing was changed.", "Could you have a look?", "Thank you, that helped.")
ANSWERS = ("Please send the log from the latest session.", "We have made a new release for this.", "Glad to hear it.")
STAFF = range(1, 25)  # numbers of the staff system, which is another store


def tickets_and_messages(world: World) -> tuple[list[Row], list[Row]]:
    tickets: list[Row] = []
    messages: list[Row] = []
    rng = world.chance("tickets")
    for contact in world.contacts:
        for _ in range(rng.choices((0, 1, 2), (55, 30, 15))[0]):
            ticket, ago = _ticket(rng, world, contact, FIRST + len(tickets))
            tickets.append(ticket)
            for turn in range(rng.randint(1, 4)):
                messages.append(_message(rng, world, ticket, contact, turn, ago, FIRST + len(messages)))
    return tickets, messages


def _ticket(rng: Random, world: World, contact: Contact, key: int) -> tuple[Row, int]:
    """A case. Three years after it was closed it should be gone; three in a hundred are late."""
    late = rng.random() < 0.03
    closed = rng.randrange(1105, 1500) if late else rng.randrange(1090)
    running = closed < 60 and rng.random() < 0.5
    took = rng.randrange(30)
    technical = closed < 362 or (closed < 700 and rng.random() < 0.05)  # cleared by hand after a year, with gaps
    row: Row = {
        "id": key,
        "requester_id": contact.id,
        "company_id": contact.company,
        "status": rng.choice(("open", "waiting")) if running else "closed",
        "subject": rng.choice(SUBJECTS),
        "device_id": f"SN-{rng.randrange(10**8):08d}" if technical and rng.random() < 0.5 else None,
        "ip_address": names.ip(rng) if technical else None,
        "opened_at": world.at(closed + took + 1, rng),
        "closed_at": None if running or rng.random() < 0.01 else world.at(closed, rng),
    }
    return row, closed + took


def _message(rng: Random, world: World, ticket: Row, contact: Contact, turn: int, ago: int, key: int) -> Row:
    asks = turn % 2 == 0
    writer = contact
    if asks and rng.random() < 0.03:  # a colleague writes instead
        writer = world.contacts[rng.randrange(len(world.contacts))]
    staff = rng.choice(STAFF)
    return {
        "id": key,
        "ticket_id": ticket["id"],
        "sender_type": "contact" if asks else "staff",
        "sender_id": writer.id if asks else staff,
        "recipient_type": "staff" if asks else "contact",
        "recipient_id": staff if asks else contact.id,
        "sender_name": writer.name if asks else None,
        "body": rng.choice(QUESTIONS) if asks else f"Hi {contact.name.split()[0]}! {rng.choice(ANSWERS)}",
        "sent_at": world.at(max(ago - turn, 0), rng),
    }


def web_enquiries(world: World) -> Rows:
    """The contact form. Some who write are customers, and spell their address as it pleases them."""
    rng = world.chance("web_enquiries")
    for key in range(FIRST, FIRST + world.share(8)):
        given, family, _ = names.full_name(rng)
        name, email = f"{given} {family}", names.email(given, family, key, "visitors.example")
        if rng.random() < 0.4:
            known = rng.choice(world.contacts)
            name, email = known.name, rng.choice((known.email, known.email.upper(), f" {known.email.title()} "))
        ago = rng.randrange(380, 600) if rng.random() < 0.06 else rng.randrange(360)
        yield {
            "id": key,
            "email": email,
            "name": name,
            "message": rng.choice(("What does it cost?", "Do you sell to schools?", "I should like to see it work.")),
            "ip_address": names.ip(rng),
            "received_at": world.at(ago, rng) if rng.random() < 0.97 else None,
        }


def newsletter_subscriptions(world: World) -> Rows:
    """Customers and prospects. Some left the list, yet their row was only marked."""
    rng = world.chance("newsletter")
    readers: list[tuple[int | None, int | None, str, str]]
    readers = [(c.id, None, c.name, c.email) for c in world.contacts if rng.random() < 0.45]
    readers += [(None, key, name, email) for key, name, email in world.prospects if rng.random() < 0.6]
    for key, (contact, prospect, name, email) in enumerate(readers, FIRST):
        ago = rng.randrange(10, 2500)
        gone = rng.randrange(ago) if rng.random() < 0.04 else None
        world.readers.append((contact, prospect, email, ago, gone))
        yield {
            "id": key,
            "contact_id": contact,
            "prospect_id": prospect,
            "topic": rng.choice(("news", "releases", "courses")),
            "email": email,
            "name": name if rng.random() < 0.8 else None,
            "subscribed_at": world.at(ago, rng),
            "unsubscribed_at": world.at(gone, rng) if gone is not None else None,
        }


def survey_answers(world: World) -> Rows:
    """Two years after an answer nobody should be able to tell whose it was. Three in a hundred are late."""
    rng = world.chance("surveys")
    for key in range(FIRST, FIRST + world.share(15)):
        ago = rng.randrange(5, 1400)
        known = ago < 728 or rng.random() < 0.03
        contact = rng.choice(world.contacts)
        answer = rng.choice(("The software is quick.", "Please make the cables longer.", "Good help when I called."))
        yield {
            "id": key,
            "contact_id": contact.id if known else 0,
            "survey": f"Yearly survey {(world.today - timedelta(days=ago)).year}",
            "score": rng.randint(1, 10),
            "answer": answer if known and rng.random() < 0.7 else None,
            "answered_at": world.at(ago, rng) if not known or rng.random() < 0.97 else None,
        }
