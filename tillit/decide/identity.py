"""Normal forms of identifiers: two spellings of one identifier have the same normal form, and nobody else's has.

Identity is compared on these, byte for byte (a collation would say that linnea@ and linnéa@ are equal). Pure.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata

from tillit.decide.identity_phone import phone_normal

PERSONAL_NUMBER = re.compile(r"(?P<century>\d\d)?(?P<date>\d{6})\s?[-+\u2010-\u2013]?\s?(?P<last>\d{4})")
SPACES = re.compile(r"\s+")

# Words that maps use for one type of identifier. A type not listed here is compared as written, trimmed.
_WORDS = {
    "email": "e_mail mail email_address e_mail_address",
    "phone": "telephone mobile phone_number mobile_phone fax",
    "personal_number": "personnummer national_id personal_identity_number "
    "social_security_number personal_id identity_number",
    "ip": "ip_address ipv4 ipv6",
    "name": "full_name display_name real_name",
    "username": "user_name login login_name account_name handle",
    "postal_address": "address street street_address home_address delivery_address billing_address",
    "iban": "bank_account account_number iban_number",
}
ALIASES = {word: type_ for type_, words in _WORDS.items() for word in words.split()}


def type_of(word: str) -> str:
    """The identifier type that a map's word or a category's last part stands for: 'e_mail' -> 'email'."""
    plain = word.rsplit(".", 1)[-1].strip().lower().replace("-", "_").replace(" ", "_")
    return ALIASES.get(plain, plain)


def fold(text: str) -> str:
    """Text as people compare it: composed (NFC) and lower-cased by Unicode, so that 'Örjan' and 'ÖRJAN' are equal."""
    if text.isascii():
        return text.lower()
    lowered = unicodedata.normalize("NFC", text).lower()
    return unicodedata.normalize("NFC", lowered).replace("ß", "ss").replace("ς", "σ")


def _email(text: str) -> str | None:
    """Folded; the domain in its IDNA (A-label) form, so that 'örn.se' and 'xn--rn-fka.se' are equal."""
    local, at, domain = fold(text.strip()).rpartition("@")
    if not (local and at and domain):
        return None
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """A domain in A-labels; a domain that IDNA refuses is returned as it is."""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def unicode_domain(domain: str) -> str:
    """A domain in U-labels, folded; a domain that IDNA refuses is returned as it is."""
    if "xn--" not in domain:
        return domain
    try:
        return fold(domain.encode("ascii").decode("idna"))
    except UnicodeError:
        return domain


def _personal_number(text: str) -> str | None:
    """A Swedish personal or coordination number: 10 digits, or 12 where the century is written. Check digits are not
    required.
    """
    found = PERSONAL_NUMBER.fullmatch(text.strip())
    return (found["century"] or "") + found["date"] + found["last"] if found and text.isascii() else None


def _ip(text: str) -> str | None:
    """The canonical address; IPv4 inside IPv6 is the IPv4 address; a full-length prefix ('/32', '/128') is left out."""
    try:
        network = ipaddress.ip_interface(text.strip())
    except ValueError:
        return None
    if network.network.prefixlen != network.max_prefixlen:
        return None
    address = network.ip
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _name(text: str) -> str | None:
    return SPACES.sub(" ", fold(text)).strip() or None


def _iban(text: str) -> str | None:
    return re.sub(r"[\s.-]", "", text).upper() or None


def normal(type_: str, value: object, country: str = "SE") -> str | None:
    """The normal form of `value`, an identifier of `type`; None when it is empty or is no such identifier.

    `country` (ISO 3166-1 alpha-2) is where a phone number without a country code is dialled.
    """
    text = str(value) if value is not None else ""
    match type_of(type_):
        case "email":
            return _email(text)
        case "phone":
            return phone_normal(text, country)
        case "personal_number":
            return _personal_number(text) or (text.strip() or None)
        case "ip":
            return _ip(text)
        case "name" | "postal_address":
            return _name(text)
        case "iban":
            return _iban(text)
    return text.strip() or None


def same(type_: str, one: str, other: str) -> bool:
    """Whether two *normal forms* name the same person: equal, or personal numbers of which one lacks its century."""
    if one == other:
        return True
    if type_of(type_) != "personal_number" or not (one.isdigit() and other.isdigit()):
        return False
    return {len(one), len(other)} == {10, 12} and one[-10:] == other[-10:]
