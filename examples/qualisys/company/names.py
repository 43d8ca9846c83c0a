"""Invented people: names put together from short lists of common ones, and addresses that can reach nobody.

E-mail domains are reserved by RFC 2606 and RFC 6761, IP addresses by RFC 5737 and RFC 3849, and the telephone
numbers are those the Swedish telecom authority has set aside for fiction. Any likeness to a living person is chance.
"""

from __future__ import annotations

import unicodedata
from random import Random

WOMEN = (
    "Anna",
    "Maria",
    "Eva",
    "Karin",
    "Sara",
    "Linnéa",
    "Åsa",
    "Ingrid",
    "Elin",
    "Märta",
    "Kerstin",
    "Lena",
    "Sofia",
    "Ebba",
    "Helena",
    "Frida",
    "Amira",
    "Zainab",
    "Emily",
    "Grace",
    "Charlotte",
    "Olivia",
    "Hannah",
    "Jane",
    "Ruth",
    "Solveig",
)
MEN = (
    "Erik",
    "Lars",
    "Karl",
    "Anders",
    "Björn",
    "Örjan",
    "Göran",
    "Nils",
    "Måns",
    "Håkan",
    "Johan",
    "Per",
    "Olle",
    "Gustav",
    "Sven",
    "Åke",
    "Ali",
    "Mehmet",
    "Oliver",
    "Harry",
    "George",
    "Thomas",
    "William",
    "James",
    "Peter",
    "Hugo",
)
FAMILIES = (
    "Andersson",
    "Johansson",
    "Karlsson",
    "Nilsson",
    "Eriksson",
    "Larsson",
    "Olsson",
    "Persson",
    "Svensson",
    "Gustafsson",
    "Lindqvist",
    "Lindberg",
    "Bergström",
    "Sjöberg",
    "Åkesson",
    "Öberg",
    "Nyström",
    "Holm",
    "Björk",
    "Håkansson",
    "Dahl",
    "Söderlund",
    "Hassan",
    "Yilmaz",
    "Smith",
    "Taylor",
    "Brown",
    "Walker",
    "Wright",
    "Hughes",
    "Green",
    "Ward",
    "Cook",
)
STREETS = (
    "Storgatan",
    "Kungsgatan",
    "Björkvägen",
    "Skolgatan",
    "Ängsvägen",
    "Parkgatan",
    "Kyrkogatan",
    "Åsgatan",
    "Hamngatan",
    "Lindallén",
    "Mill Lane",
    "Church Road",
    "Station Street",
    "High Street",
)
CITIES = (
    "Storby",
    "Lillköping",
    "Ängelsta",
    "Norrhamn",
    "Västerlunda",
    "Öxnevik",
    "Granfors",
    "Ashford Mere",
    "Lower Wick",
)
FIRMS = (
    "Nordvik",
    "Granit",
    "Älvdal",
    "Svanen",
    "Havsbris",
    "Tallmo",
    "Isfjord",
    "Ekeby",
    "Maple",
    "Harbour",
    "Foxglove",
)
TRADES = ("Rehab", "Sports Lab", "Film", "Robotics", "University", "Clinic", "Engineering", "Games", "Marine")
MAIL_DOMAINS = ("example.com", "example.org", "example.net")
RESERVED_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


def full_name(rng: Random) -> tuple[str, str, str]:
    """Given name, family name and gender. The lists are short, so namesakes are many."""
    if rng.random() < 0.5:
        return rng.choice(WOMEN), rng.choice(FAMILIES), "female"
    return rng.choice(MEN), rng.choice(FAMILIES), "male"


def ascii_word(text: str) -> str:
    """Lower-case letters a-z of a name, for the part of an e-mail address before the at sign."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum())


def email(given: str, family: str, number: int, domain: str) -> str:
    return f"{ascii_word(given)}.{ascii_word(family)}{number}@{domain}"


def phone(rng: Random) -> str:
    """A number set aside for fiction, written in one of the ways people write them."""
    area, first, last = rng.choice((("070", 1740660, 1740699), ("031", 3900600, 3900699), ("08", 46500400, 46500499)))
    number = str(rng.randint(first, last))
    style = rng.randrange(3)
    if style == 0:
        return f"{area}-{number}"
    if style == 1:
        return f"+46{area[1:]}{number}"
    return f"{area} {number[:-4]} {number[-4:-2]} {number[-2:]}"


def ip(rng: Random) -> str:
    if rng.random() < 0.15:
        return f"2001:db8:{rng.randrange(1, 64):x}:{rng.randrange(1, 4096):x}::{rng.randrange(1, 65535):x}"
    return f"{rng.choice(RESERVED_NETWORKS)}.{rng.randint(1, 254)}"


def street(rng: Random) -> str:
    return f"{rng.choice(STREETS)} {rng.randint(1, 98)}"


def firm(rng: Random, number: int) -> tuple[str, str]:
    """A company's name (unique by its number) and trade."""
    trade = rng.choice(TRADES)
    return f"{rng.choice(FIRMS)} {trade} {number} AB", trade


def organisation_number(key: int) -> str:
    """Of a company: no number that the register has given begins with two noughts."""
    return f"00{key % 10_000:04d}-{key // 10_000:04d}"


def personal_number(key: int) -> str:
    """A sole trader's, which is their personal number: of a thirteenth month, so that nobody has it."""
    return f"{60 + key % 40}13{1 + key % 28:02d}-{key % 10_000:04d}"


def password_hash(number: int) -> str:
    """In the form of an Argon2 hash. It is none of any password."""
    return f"$argon2id$v=19$m=65536,t=3,p=4${number % 2**64:022x}${number:043x}"
