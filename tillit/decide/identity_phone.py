"""Phone numbers as digits: country code and national number, whatever the spelling. Pure, no numbering plan beyond the
prefixes.
"""

from __future__ import annotations

import re

# ISO country, country code, trunk prefix dialled before a national number ('-': none), prefix for calls abroad
_PLAN = """
AT 43 0 00; AU 61 0 0011; BE 32 0 00; BG 359 0 00; CA 1 1 011; CH 41 0 00;
CY 357 - 00; CZ 420 - 00; DE 49 0 00; DK 45 - 00; EE 372 - 00; ES 34 - 00;
FI 358 0 00; FR 33 0 00; GB 44 0 00; GR 30 - 00; HR 385 0 00; HU 36 06 00;
IE 353 0 00; IS 354 - 00; IT 39 - 00; LI 423 - 00; LT 370 0 00; LU 352 - 00;
LV 371 - 00; MT 356 - 00; NL 31 0 00; NO 47 - 00; NZ 64 0 00; PL 48 - 00;
PT 351 - 00; RO 40 0 00; SE 46 0 00; SI 386 0 00; SK 421 0 00; TR 90 0 00;
UA 380 0 00; US 1 1 011
"""
DIALLING: dict[str, tuple[str, str, str]] = {
    country: (code, "" if trunk == "-" else trunk, abroad)
    for country, code, trunk, abroad in (entry.split() for entry in _PLAN.split(";"))
}
BY_CODE = {code: (code, trunk, abroad) for code, trunk, abroad in reversed(DIALLING.values())}
SHORTEST, LONGEST = 6, 15  # digits; E.164 allows 15
EXTENSION = re.compile(r"(?i)\s*(?:;ext=|ext\.?|x|ankn\.?|anknytning)\s*\d{1,6}\s*$")
ALLOWED = re.compile(r"(?i)\s*(?:tel:)?\s*\+?[\d\s()./\u00a0\u2010-\u2015-]+")


def dialling(country: str) -> tuple[str, str, str]:
    """(country code, trunk prefix, prefix for calls abroad) of an ISO country; ('', '', '00') when it is not known
    here.
    """
    return DIALLING.get(country.upper(), ("", "", "00"))


def split_code(digits: str) -> tuple[str, str, str]:
    """(country code, trunk prefix, national number) of an international number; code '' when it is not known here."""
    for length in (3, 2, 1):
        if known := BY_CODE.get(digits[:length]):
            code, trunk, _ = known
            return code, trunk, digits[length:]
    return "", "", digits


def phone_normal(text: str, country: str) -> str | None:
    """'+' and the international digits ('+46701234567'); None when the text is no phone number.

    A number without a country code is dialled in `country`; where that country is not known here, its digits alone
    are returned.
    """
    text = EXTENSION.sub("", text)
    if not ALLOWED.fullmatch(text):
        return None
    digits = re.sub(r"[^0-9]", "", text)
    code, trunk, abroad = dialling(country)
    if text.strip().lower().removeprefix("tel:").strip().startswith("+"):
        return _international(digits)
    if digits.startswith(abroad):
        return _international(digits[len(abroad) :])
    if not code:
        return _checked(digits, "")
    if trunk and digits.startswith(trunk):
        return _checked(code + digits[len(trunk) :])
    if trunk and digits.startswith(code) and len(digits) > len(code) + 7:
        return _international(digits)  # the plus was lost
    return _checked(code + digits)  # no trunk prefix in this country, or a zero lost on the way (spreadsheets)


def _international(digits: str) -> str | None:
    """Without the trunk prefix that people write after the country code: +46 (0)70."""
    code, trunk, national = split_code(digits)
    if trunk == "0" and national.startswith("0"):
        national = national[1:]
    return _checked(code + national)


def _checked(digits: str, plus: str = "+") -> str | None:
    return plus + digits if SHORTEST <= len(digits) <= LONGEST else None


def phone_forms(number: str) -> frozenset[str]:
    """Every run of digits that a phone number in normal form may be written as, spacing left out."""
    digits = number.removeprefix("+")
    if not number.startswith("+"):
        return frozenset((digits,))
    code, trunk, national = split_code(digits)
    if not code:
        return frozenset((digits, "00" + digits))
    forms = {digits, "00" + digits, "011" + digits, trunk + national}
    if trunk == "0":
        forms |= {code + "0" + national, "00" + code + "0" + national}
    return frozenset(forms)


def phone_core(number: str) -> str:
    """The digits that every spelling holds in one run once spacing is left out: the national number."""
    return split_code(number.removeprefix("+"))[2] if number.startswith("+") else number
