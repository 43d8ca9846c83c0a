"""policy.yaml: nodes to a Policy. What is faulty is told and replaced by something harmless; reading goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import lru_cache
from zoneinfo import ZoneInfo

from tillit.model.mapping import NOT_PERSONAL, UNKNOWN
from tillit.model.policy import Basis, Clause, Controller, PersonKind, Policy, Purpose, Retention
from tillit.model.source import Position
from tillit.policy import shapes
from tillit.policy.digest import policy_digest
from tillit.policy.fields import Fields, as_choice, as_mapping, as_scalar, as_text, as_texts, entries
from tillit.policy.gather import Gather, quoted
from tillit.policy.retention import parse_keep
from tillit.policy.source import Mapping, Node, Scalar

_WORD = re.compile(shapes.WORD)
_COUNTRY = re.compile(shapes.COUNTRY)
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


@dataclass(slots=True)
class _Names:
    """The names declared so far, and the sections that could not be read."""

    people: dict[str, PersonKind] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    clauses: dict[str, Clause] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def known(self, section: str, names: Collection[str]) -> Collection[str] | None:
        return None if section in self.unsure else names


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
    node = fields.node("controller")
    controller = _controller(gather, node) if node is not None else Controller("", UNKNOWN, "UTC")
    purposes: dict[str, Purpose] = {}
    vague: set[str] = set()
    for key, value in _section(gather, fields, "purposes", names):
        before = len(gather.faults)
        purposes[key.text] = _purpose(gather, key, value, names)
        if len(gather.faults) > before:
            vague.add(key.text)
    policy = Policy(
        controller, names.people, names.categories, purposes, _clauses(names, purposes, start), names.events
    )
    return PolicyDraft(replace(policy, digest=policy_digest(policy)), frozenset(names.unsure), frozenset(vague))


def _names(gather: Gather, fields: Fields) -> _Names:
    names = _Names()
    for key, value in _section(gather, fields, "people", names):
        names.people[key.text] = PersonKind(key.text, _title(gather, value, key.text), key.at)
    for key, value in _section(gather, fields, "information", names):
        before = len(gather.faults)
        _information(gather, key, value, names)
        if len(gather.faults) > before:
            names.unsure.add("information")
    for key, value in _section(gather, fields, "events", names):
        names.events[key.text] = _title(gather, value, key.text)
    for key, value in entries(gather, fields.node("clauses"), "`clauses`"):
        names.clauses[key.text] = Clause(key.text, _title(gather, value, key.text), key.at)
    return names


def _section(gather: Gather, fields: Fields, section: str, names: _Names) -> list[tuple[Scalar, Node]]:
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


def _information(gather: Gather, key: Scalar, node: Node, names: _Names) -> None:
    if not isinstance(node, Mapping):
        names.categories[key.text] = _title(gather, node, key.text)
        return
    fields = Fields(gather, node, shapes.INFORMATION_TYPE, f"the type of information {quoted(key.text)}")
    names.categories[key.text] = fields.text("title") or in_words(key.text)
    for part, value in entries(gather, fields.node("parts"), "`parts`"):
        if not _WORD.match(part.text):
            gather.add(
                part.at, f"{quoted(part.text)} is no name", "a name is a letter and then letters, digits, _ or -"
            )
        else:
            names.categories[f"{key.text}.{part.text}"] = as_text(gather, value, quoted(part.text), "its title") or ""


def in_words(name: str) -> str:
    """A name as a title: `it_security` becomes `It security`."""
    return name.replace("_", " ").replace("-", " ").capitalize()


def _clauses(names: _Names, purposes: dict[str, Purpose], start: Position) -> dict[str, Clause]:
    """The declared clauses, and those that a purpose creates."""
    clauses = dict(names.clauses)
    for purpose in purposes.values():
        if purpose.clause and purpose.clause not in clauses:
            clauses[purpose.clause] = Clause(purpose.clause, purpose.title, purpose.at or start)
    return clauses


def _controller(gather: Gather, node: Node) -> Controller:
    mapping = as_mapping(gather, node, "`controller`", "{name: ..., country: SE, timezone: Europe/Stockholm}")
    if mapping is None:
        return Controller("", UNKNOWN, "UTC")
    fields = Fields(gather, mapping, shapes.CONTROLLER, "`controller`")
    return Controller(
        name=fields.text("name") or "",
        country=read_checked(gather, fields, "country", check_country) or UNKNOWN,
        timezone=read_checked(gather, fields, "timezone", check_zone) or "UTC",
        contact=fields.text("contact") or "",
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


def _purpose(gather: Gather, key: Scalar, node: Node, names: _Names) -> Purpose:
    blank = Purpose(key.text, in_words(key.text), "", Basis.UNKNOWN, (UNKNOWN,), Retention(unknown=True), at=key.at)
    mapping = as_mapping(gather, node, f"the purpose {quoted(key.text)}")
    if mapping is None:
        return blank
    fields = Fields(gather, mapping, shapes.PURPOSE, f"the purpose {quoted(key.text)}")
    clause = fields.text("clause") or ""
    declared = names.clauses.get(clause)
    title = fields.text("title") or (declared.title if declared else in_words(key.text))
    basis, reference = _basis(gather, fields)
    keep = fields.node("keep")
    purpose = Purpose(
        name=key.text,
        title=title,
        clause=clause,
        basis=basis,
        data=_data(gather, fields, names),
        keep=(parse_keep(gather, keep, names.known("events", names.events)) if keep else None) or blank.keep,
        basis_reference=reference,
        direct_marketing=fields.flag("direct_marketing"),
        overrides_erasure=fields.choice("overrides_erasure", shapes.OVERRIDES) or "",
        people=_kinds(gather, fields, names),
        at=key.at,
    )
    _overrides(gather, fields, purpose)
    return purpose


def _basis(gather: Gather, fields: Fields) -> tuple[Basis, str]:
    node = fields.node("basis")
    if node is None:
        return Basis.UNKNOWN, ""
    if not isinstance(node, Mapping):
        return Basis(as_choice(gather, node, "`basis`", shapes.BASES) or "unknown"), ""
    if len(node.pairs) != 1:
        gather.add(node.at, f"`basis` names {len(node.pairs)} bases", "a purpose rests on one; divide the purpose")
        return Basis.UNKNOWN, ""
    key, value = node.pairs[0]
    name = as_choice(gather, key, "`basis`", shapes.BASES)
    reference = as_text(gather, value, f"`{name or 'basis'}`", "the statute, or the interest pursued") or ""
    return Basis(name or "unknown"), reference


def _data(gather: Gather, fields: Fields, names: _Names) -> tuple[str, ...]:
    known = names.known("information", names.categories)
    found = []
    for scalar in fields.texts("data"):
        if known is not None and scalar.text not in (*known, UNKNOWN):
            gather.unknown(scalar.at, "type of information", scalar.text, known, "declare it under `information:`")
        found.append(scalar.text)
    return tuple(found)


def _kinds(gather: Gather, fields: Fields, names: _Names) -> tuple[str, ...]:
    known = names.known("people", names.people)
    node = fields.node("people")
    scalars = [] if node is None else as_texts(gather, node, "`people`")
    for scalar in scalars:
        if known is not None and scalar.text not in (*known, UNKNOWN):
            gather.unknown(scalar.at, "kind of person", scalar.text, known, "declare it under `people:`")
    return tuple(s.text for s in scalars if s.text != UNKNOWN)


def _overrides(gather: Gather, fields: Fields, purpose: Purpose) -> None:
    """Only a legitimate interest can outlast a request for erasure, and never direct marketing (Art. 21(3) GDPR)."""
    if not purpose.overrides_erasure:
        return
    if purpose.direct_marketing:
        what = "`overrides_erasure` on direct marketing, which every objection ends (Art. 21(3) GDPR)"
        gather.add(fields.place("overrides_erasure"), what, "remove it")
    elif purpose.basis not in (Basis.LEGITIMATE_INTERESTS, Basis.UNKNOWN):
        what = f"`overrides_erasure` says nothing on the basis {purpose.basis.value}"
        gather.add(fields.place("overrides_erasure"), what, "it belongs to legitimate_interests: remove it")
