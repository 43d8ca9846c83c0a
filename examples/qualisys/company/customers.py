"""Customers: companies, their contact persons, private buyers, where they live, and how they log in."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from examples.qualisys.company import names
from examples.qualisys.company.world import FIRST, Contact, Row, Rows, World, at

CUSTOMERS, PROSPECTS = 62, 23  # per cent of the people; the rest are applicants


def companies(world: World) -> Rows:
    rng = world.chance("companies")
    for key in range(FIRST, FIRST + world.share(12)):
        name, trade = names.firm(rng, key)
        world.companies[key] = name
        yield {"id": key, "name": name, "organisation_number": names.organisation_number(key), "trade": trade}


def addresses(world: World) -> Rows:
    """One per company and one per two or three private buyers. Address n of a company has the company's number."""
    rng = world.chance("addresses")
    for key in range(FIRST, FIRST + len(world.companies) + world.share(30)):
        row: Row = {
            "id": key,
            "of_company": key < FIRST + len(world.companies),
            "street": names.street(rng),
            "postcode": f"{rng.randint(100, 989)} {rng.randint(10, 99)}",
            "city": rng.choice(names.CITIES),
            "country": "SE" if rng.random() < 0.85 else "GB",
        }
        world.addresses.append(f"{row['street']}, {row['postcode']} {row['city']}")
        yield row


def contacts(world: World) -> Rows:
    rng = world.chance("contacts")
    company_keys = list(world.companies)
    for key in range(FIRST, FIRST + world.share(CUSTOMERS)):
        given, family, gender = names.full_name(rng)
        private = rng.random() < 0.4
        company = None if private else rng.choice(company_keys)
        domain = rng.choice(names.MAIL_DOMAINS) if company is None else _domain(world.companies[company])
        created = world.day(rng.randint(20, 4000))
        kind = "business" if not private else "sole" if key % 7 == 0 else "private"
        contact = Contact(
            key,
            company,
            kind,
            f"{given} {family}",
            names.email(given, family, key, domain),
            created,
            company or rng.randrange(FIRST + len(company_keys), FIRST + len(world.addresses)),
            _left(rng, world, created),
            names.personal_number(key) if kind == "sole" else None,
        )
        world.contacts.append(contact)
        yield _contact_row(rng, contact, gender)


def _domain(company: str) -> str:
    return names.ascii_word(company.removesuffix(" AB")) + ".example"


def _left(rng: Random, world: World, created: date) -> date | None:
    """Three in a hundred have said goodbye, but never the newest customers."""
    days = (world.today - created).days
    return world.day(rng.randrange(days)) if days > 400 and rng.random() < 0.03 else None


def _contact_row(rng: Random, contact: Contact, gender: str) -> Row:
    has_birth_date = rng.random() < (0.6 if contact.private else 0.01)
    return {
        "id": contact.id,
        "company_id": contact.company,
        "customer_no": f"Q{contact.id:07d}",
        "kind": contact.kind,
        "language": "sv" if rng.random() < 0.8 else "en",
        "name": contact.name,
        "email": contact.email if rng.random() < 0.97 else None,
        "phone": names.phone(rng) if rng.random() < 0.7 else None,
        "organisation_number": contact.organisation_number,
        "birth_date": date(1940, 1, 1) + timedelta(days=rng.randrange(24000)) if has_birth_date else None,
        "gender": gender if rng.random() < 0.3 else None,
        "note": rng.choice(("Prefers e-mail.", "Runs marathons.", "Left-handed.")) if rng.random() < 0.05 else None,
        "created_at": at(contact.created, rng),
        "left_at": at(contact.left, rng) if contact.left else None,
    }


def contact_addresses(world: World) -> Rows:
    for contact in world.contacts:
        yield {"contact_id": contact.id, "address_id": contact.address}


def accounts(world: World) -> Rows:
    """Half the customers log in. The address of the last login should be gone after three weeks; a few are late."""
    rng = world.chance("accounts")
    for contact in world.contacts:
        if rng.random() < 0.5:
            continue
        ago = rng.randrange(min(700, (world.today - contact.created).days))
        last = world.at(ago, rng)
        late = 24 < ago < 90 and rng.random() < 0.3
        world.accounts.append((contact.id, contact.email, last))
        yield {
            "id": contact.id,
            "customer_no": f"Q{contact.id:07d}",
            "kind": contact.kind,
            "username": contact.email,
            "password_hash": names.password_hash(rng.getrandbits(128)),
            "recovery_phone": names.phone(rng) if rng.random() < 0.05 else None,
            "country": "SE" if rng.random() < 0.7 else "GB",
            "last_page": rng.choice(("/support", "/downloads/track", "/news")) if rng.random() < 0.6 else None,
            "last_ip": names.ip(rng) if ago <= 20 or late else None,
            "last_login_at": last if rng.random() < 0.98 else None,
            "created_at": at(contact.created, rng),
        }


def prospects(world: World) -> Rows:
    """People who have not bought anything. A few have been silent for more than two years."""
    rng = world.chance("prospects")
    for key in range(FIRST, FIRST + world.share(PROSPECTS)):
        given, family, _ = names.full_name(rng)
        person = (key, f"{given} {family}", names.email(given, family, key, "prospects.example"))
        world.prospects.append(person)
        silent = rng.randrange(735, 1000) if rng.random() < 0.04 else rng.randrange(725)
        answered = rng.random() < 0.6
        yield {
            "id": key,
            "name": person[1],
            "email": person[2],
            "phone": names.phone(rng) if rng.random() < 0.4 else None,
            "company_name": names.firm(rng, key)[0],
            "note": "Saw the demo at a fair." if rng.random() < 0.2 else None,
            "created_at": world.at(silent + (rng.randrange(900) if answered else 0), rng),
            "last_response_at": world.at(silent, rng) if answered else None,
        }
