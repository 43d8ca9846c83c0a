"""The policy's sections besides its purposes: nodes to the dataclasses of tillit/model/sections.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tillit.model import sections as model
from tillit.model.mapping import UNKNOWN
from tillit.model.sections import Item
from tillit.policy import section_shapes as shapes
from tillit.policy.fields import Fields, as_mapping, as_text, entries
from tillit.policy.gather import Gather, quoted
from tillit.policy.key_words import Shape
from tillit.policy.source import Mapping as MappingNode
from tillit.policy.source import Node, Scalar
from tillit.policy.values import Known, places, read_kinds

T = TypeVar("T", bound=Item)
More = Callable[[Gather, Fields, Known], dict[str, Any]]
ReadBases = Callable[[Gather, Fields], tuple[tuple[str, str], ...]]


def is_unknown(node: Node | None) -> bool:
    """True for what is not written, or said to be unknown."""
    return node is None or (isinstance(node, Scalar) and node.text == UNKNOWN)


def read_sections(gather: Gather, fields: Fields, known: Known, bases: ReadBases) -> dict[str, Any]:
    """Field of Policy -> its value, of every section that is written. `known`: the names declared in each section."""
    declared: dict[str, Any] = dict(known)
    for section in shapes.NAMED_SECTIONS:
        declared[section] = _declared(fields.node(section))
    found: dict[str, Any] = {}
    for section, (_, shape, _) in shapes.NAMED_SECTIONS.items():
        more: More | None = (lambda g, f, _: {"bases": bases(g, f)}) if section == "recipients" else None
        item = _NAMED[section]
        items = _items(gather, fields.node(section), f"`{section}`", shape, item, declared, more)
        if section == "never":
            _closed(gather, fields.node(section))
        if items:
            found[section] = items
    for section, (item, more) in _SINGLE.items():
        shape = shapes.SINGLE_SECTIONS[section][1]
        value = _item(gather, fields.node(section), section, f"`{section}`", shape, item, declared, more)
        if value is not None:
            found[section] = value
    return found


def _declared(node: Node | None) -> frozenset[str]:
    return frozenset(key.text for key, _ in node.pairs) if isinstance(node, MappingNode) else frozenset()


def _closed(gather: Gather, node: Node | None) -> None:
    """What is never done has its own words: each is what a check looks for."""
    for key, _ in node.pairs if isinstance(node, MappingNode) else ():
        if key.text not in shapes.NEVER:
            gather.unknown(key.at, "word for `never`", key.text, shapes.NEVER)


def _items(
    gather: Gather, node: Node | None, what: str, shape: Shape, item: type[T], known: Known, more: More | None = None
) -> dict[str, T]:
    """The entries of a mapping of free names."""
    found: dict[str, T] = {}
    for key, value in entries(gather, None if is_unknown(node) else node, what):
        if key.text == UNKNOWN:
            gather.add(key.at, f"{quoted(key.text)} is a word of the language", "choose another name")
            continue
        one = _item(gather, value, key.text, quoted(key.text), shape, item, known, more, key)
        if one is not None:
            found[key.text] = one
    return found


def _item(
    gather: Gather,
    node: Node | None,
    name: str,
    what: str,
    shape: Shape,
    item: type[T],
    known: Known,
    more: More | None = None,
    key: Scalar | None = None,
) -> T | None:
    """One mapping; a bare text is its title. None when it is not written, unknown or faulty."""
    if node is None or (is_unknown(node) and key is None):
        return None
    at = key.at if key is not None else node.at
    if isinstance(node, Scalar) and key is not None:
        title = "" if is_unknown(node) else as_text(gather, node, what, "its title, or a mapping") or ""
        return item(name=name, title=title, at=at)
    mapping = as_mapping(gather, node, what)
    if mapping is None:
        return None
    fields = Fields(gather, mapping, shape, what)
    values = read_kinds(gather, fields, known)
    return item(name=name, at=at, places=places(fields), **values, **(more(gather, fields, known) if more else {}))


def read_balancing(gather: Gather, fields: Fields, known: Known) -> model.Balancing | None:
    """The assessment of a purpose's legitimate interest."""
    node = fields.node("balancing")
    return _item(gather, node, "balancing", "`balancing`", shapes.BALANCING, model.Balancing, known)


def read_information(gather: Gather, fields: Fields, name: str, at: Any, title: str, known: Known) -> model.Information:
    """What is said of one type of information, or of one part."""
    values = read_kinds(gather, fields, known) | {"title": title}
    return model.Information(name=name, at=at, places=places(fields), **values)


def _rights(gather: Gather, fields: Fields, known: Known) -> dict[str, Any]:
    node = fields.node("offered")
    mapping = None if is_unknown(node) or node is None else as_mapping(gather, node, "`offered`")
    if mapping is None:
        return {"offered": {}}
    inner = Fields(gather, mapping, shapes.OFFERED, "`offered`")
    found = {}
    for right, value in inner.nodes.items():
        key = inner.keys[right]
        one = _item(gather, value, right, quoted(right), shapes.OFFERED_RIGHT, model.OfferedRight, known, None, key)
        if one is not None:
            found[right] = one
    return {"offered": found}


def _marketing(gather: Gather, fields: Fields, known: Known) -> dict[str, Any]:
    parts: Mapping[str, tuple[Shape, type[Item]]] = {
        "channels": (shapes.CHANNEL, model.Channel),
        "eligible": (shapes.ELIGIBLE, model.Eligible),
        "messages": (shapes.MESSAGE_CLASS, model.MessageClass),
    }
    found: dict[str, Any] = {
        word: _items(gather, fields.node(word), f"`{word}`", shape, item, known)
        for word, (shape, item) in parts.items()
    }
    for word, single, one in (
        ("unresponsive", shapes.UNRESPONSIVE, model.Unresponsive),
        ("segments", shapes.SEGMENTS, model.Segments),
    ):
        found[word] = _item(gather, fields.node(word), word, f"`{word}`", single, one, known)
    return found


def _cookies(gather: Gather, fields: Fields, known: Known) -> dict[str, Any]:
    uses = _items(gather, fields.node("uses"), "`uses`", shapes.COOKIE_USE, model.CookieUse, known)
    declared = {**known, "uses": _declared(fields.node("uses"))}
    register = _items(gather, fields.node("register"), "`register`", shapes.COOKIE, model.Cookie, declared)
    return {"uses": uses, "register": register}


_NAMED: Mapping[str, type[Item]] = {
    "sources": model.Source,
    "recipients": model.Recipient,
    "storage": model.Place,
    "transfers": model.Transfer,
    "security": model.Measure,
    "never": model.Never,
    "combinations": model.Combination,
}
_SINGLE: Mapping[str, tuple[type[Item], More | None]] = {
    "rights": (model.Rights, _rights),
    "marketing": (model.Marketing, _marketing),
    "cookies": (model.Cookies, _cookies),
    "automated_decisions": (model.AutomatedDecisions, None),
    "providing": (model.Providing, None),
    "links": (model.Links, None),
    "complaint": (model.Complaint, None),
    "breaches": (model.Breaches, None),
    "contact": (model.Contact, None),
    "notice": (model.Notice, None),
}
