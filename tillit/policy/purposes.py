"""policy.yaml: nodes to a Policy. What is faulty is told and replaced by something harmless; reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from tillit.model.mapping import NOT_PERSONAL, UNKNOWN
from tillit.model.policy import Clause, Controller, PersonKind, Policy, Purpose
from tillit.model.sections import Information
from tillit.model.source import Position
from tillit.policy import key_words, section_shapes, shapes
from tillit.policy.declared import Names, in_words
from tillit.policy.digest import policy_digest
from tillit.policy.fields import Fields, as_mapping, as_scalar, as_text, entries
from tillit.policy.gather import Gather, quoted
from tillit.policy.purpose import read_bases, read_purpose
from tillit.policy.sections import read_information, read_sections
from tillit.policy.source import Mapping, Node, Scalar
from tillit.policy.values import read_kinds

_WORD = re.compile(key_words.WORD)
_COUNTRY = re.compile(key_words.COUNTRY)
_ZONE = re.compile(r"(UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)\Z")
_SECTIONS = ("people", "information", "events", "purposes")


@dataclass(frozen=True, slots=True)
class PolicyDraft:
    """What could be read of a policy.

    `unsure` names the sections whose names could not all be read, `vague` the purposes that have faults of their own:
    the maps are not blamed for either.
    """

    policy: Policy
    unsure: frozenset[str] = frozenset()
    vague: frozenset[str] = frozenset()


def read_policy(gather: Gather, file: str, root: Node | None) -> PolicyDraft:
    """The policy of a file's root node (None: it could not be read)."""
    start = Position(file, 1, 1)
    mapping = (
        None if root is None else as_mapping(gather, root, "the policy", "its keys: `tillit: 1`, `controller:` ...")
    )
    if mapping is None:
        controller = Controller("", UNKNOWN, "UTC")
        return PolicyDraft(Policy(controller, {}, {}, {}, {}), frozenset(_SECTIONS))
    fields = Fields(gather, mapping, shapes.POLICY, "the policy")
    version = fields.node("tillit")
    if version is not None and not (isinstance(version, Scalar) and version.value == 1 and version.text == "1"):
        gather.add(version.at, "this is not version 1 of the language", "write `tillit: 1`")
    names = _names(gather, fields)
    vague: set[str] = set()
    for key, value in _section(gather, fields, "purposes", names):
        before = len(gather.faults)
        names.purposes[key.text] = read_purpose(gather, key, value, names)
        if len(gather.faults) > before:
            vague.add(key.text)
    names.clauses = _clauses(names, names.purposes, start)
    node = fields.node("controller")
    controller = _controller(gather, node, names) if node is not None else Controller("", UNKNOWN, "UTC")
    policy = Policy(
        controller,
        names.people,
        names.categories,
        names.purposes,
        names.clauses,
        names.events,
        names.information,
        **read_sections(gather, fields, names.everything(), read_bases),
    )
    return PolicyDraft(replace(policy, digest=policy_digest(policy)), frozenset(names.unsure), frozenset(vague))


def _names(gather: Gather, fields: Fields) -> Names:
    names = Names()
    for key, value in entries(gather, fields.node("clauses"), "`clauses`"):
        names.clauses[key.text] = Clause(key.text, _title(gather, value, key.text), key.at)
    for key, value in _section(gather, fields, "people", names):
        names.people[key.text] = _person_kind(gather, key, value)
    for key, value in _section(gather, fields, "information", names):
        before = len(gather.faults)
        _information(gather, key, value, names)
        if len(gather.faults) > before:
            names.unsure.add("information")
    for key, value in _section(gather, fields, "events", names):
        names.events[key.text] = _title(gather, value, key.text)
    return names


def _person_kind(gather: Gather, key: Scalar, node: Node) -> PersonKind:
    if not isinstance(node, Mapping):
        return PersonKind(key.text, _title(gather, node, key.text), key.at)
    fields = Fields(gather, node, shapes.PERSON_KIND, quoted(key.text))
    return PersonKind(key.text, fields.text("title") or key.text, key.at, **read_kinds(gather, fields, {}))


def _section(gather: Gather, fields: Fields, section: str, names: Names) -> list[tuple[Scalar, Node]]:
    """The entries of a section whose names are words of their own."""
    node = fields.node(section)
    if node is not None and not isinstance(node, Mapping):
        names.unsure.add(section)
    found = []
    for key, value in entries(gather, node, f"`{section}`"):
        if key.text in (UNKNOWN, NOT_PERSONAL):
            gather.add(key.at, f"{quoted(key.text)} is a word of the language", "choose another name")
        elif not _WORD.match(key.text):
            remedy = "a name is a letter and then letters, digits, _ or -"
            gather.add(key.at, f"{quoted(key.text)} is no name", remedy)
            names.unsure.add(section)
        else:
            found.append((key, value))
    return found


def _title(gather: Gather, node: Node, name: str) -> str:
    if isinstance(node, Mapping):
        return Fields(gather, node, shapes.TITLED_SHAPE, quoted(name)).text("title") or name
    return as_text(gather, node, quoted(name), "its title") or name


def _information(gather: Gather, key: Scalar, node: Node, names: Names) -> None:
    if not isinstance(node, Mapping):
        names.tell(Information(name=key.text, title=_title(gather, node, key.text), at=key.at))
        return
    fields = Fields(gather, node, shapes.INFORMATION_TYPE, f"the type of information {quoted(key.text)}")
    title = fields.text("title") or in_words(key.text)
    names.tell(read_information(gather, fields, key.text, key.at, title, names.everything()))
    for part, value in entries(gather, fields.node("parts"), "`parts`"):
        if not _WORD.match(part.text):
            gather.add(
                part.at, f"{quoted(part.text)} is no name", "a name is a letter and then letters, digits, _ or -"
            )
        else:
            names.tell(_part(gather, f"{key.text}.{part.text}", part, value, names))


def _part(gather: Gather, name: str, key: Scalar, node: Node, names: Names) -> Information:
    if not isinstance(node, Mapping):
        return Information(name=name, title=as_text(gather, node, quoted(key.text), "its title") or "", at=key.at)
    fields = Fields(gather, node, section_shapes.INNER_SHAPES["information_part"], f"the part {quoted(key.text)}")
    title = fields.text("title") or in_words(key.text)
    return read_information(gather, fields, name, key.at, title, names.everything())


def _clauses(names: Names, purposes: dict[str, Purpose], start: Position) -> dict[str, Clause]:
    """The declared clauses, and those that a purpose creates."""
    clauses = dict(names.clauses)
    for purpose in purposes.values():
        if purpose.clause and purpose.clause not in clauses:
            clauses[purpose.clause] = Clause(purpose.clause, purpose.title, purpose.at or start)
    return clauses


def _controller(gather: Gather, node: Node, names: Names) -> Controller:
    mapping = as_mapping(gather, node, "`controller`", "{name: ..., country: SE, timezone: Europe/Stockholm}")
    if mapping is None:
        return Controller("", UNKNOWN, "UTC")
    fields = Fields(gather, mapping, shapes.CONTROLLER, "`controller`")
    return Controller(
        name=fields.text("name") or "",
        country=read_checked(gather, fields, "country", check_country) or UNKNOWN,
        timezone=read_checked(gather, fields, "timezone", check_zone) or "UTC",
        contact=fields.text("contact") or "",
        at=node.at,
        **read_kinds(gather, fields, names.everything()),
    )


def read_checked(gather: Gather, fields: Fields, key: str, check: Callable[[Gather, Scalar], str | None]) -> str | None:
    node = fields.node(key)
    scalar = None if node is None else as_scalar(gather, node, f"`{key}`")
    return None if scalar is None else check(gather, scalar)


def check_country(gather: Gather, scalar: Scalar) -> str | None:
    """Two capital letters, or `unknown`."""
    if _COUNTRY.match(scalar.text):
        return scalar.text
    gather.add(
        scalar.at, f"{quoted(scalar.text)} is no country code", "write two capital letters (ISO 3166-1), such as SE"
    )
    return None


def check_zone(gather: Gather, scalar: Scalar) -> str | None:
    """An IANA time zone that this machine's data knows. Periods end with its days, so it cannot be `unknown`."""
    if zone_exists(scalar.text):
        return scalar.text
    gather.unknown(
        scalar.at, "time zone", scalar.text, _COMMON_ZONES, "write an IANA name, such as Europe/Stockholm or UTC"
    )
    return None


@lru_cache(maxsize=256)
def zone_exists(name: str) -> bool:
    """True for a name of the IANA time zone data."""
    if not _ZONE.match(name):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


_COMMON_ZONES = (
    "UTC", "Europe/Stockholm", "Europe/Copenhagen", "Europe/Oslo", "Europe/Helsinki", "Europe/London", "Europe/Dublin",
    "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Lisbon", "Europe/Rome", "Europe/Vienna", "Europe/Zurich",
    "Europe/Amsterdam", "Europe/Brussels", "Europe/Luxembourg", "Europe/Warsaw", "Europe/Prague", "Europe/Bratislava",
    "Europe/Budapest", "Europe/Bucharest", "Europe/Sofia", "Europe/Athens", "Europe/Riga", "Europe/Tallinn",
    "Europe/Vilnius", "Europe/Ljubljana", "Europe/Zagreb", "Europe/Malta", "Asia/Nicosia", "Atlantic/Reykjavik",
)  # fmt: skip
