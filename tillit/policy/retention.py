"""`keep:` and its `after:`: how long a purpose keeps a value (Art. 5(1)(e) GDPR)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from tillit.model.mapping import UNKNOWN
from tillit.model.policy import Event, Period, Retention, Rounding, Stated
from tillit.policy.fields import Fields, as_scalar
from tillit.policy.gather import Gather, mend, nearest, quoted
from tillit.policy.periods import REMEDY, parse_period
from tillit.policy.shapes import AFTER, KEEP, ROUNDINGS
from tillit.policy.source import Mapping, Node, Scalar
from tillit.policy.values import Known, read_names

_FORMS = "`until request`, a period such as `3 weeks`, or {for: 7 years, after: ..., until: ..., tolerance: ...}"
_ROUNDED = re.compile(r"(end of the calendar (?:month|quarter|year))(?: in which \S.*)?\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Start:
    rounding: Rounding = Rounding.NONE
    event: str | None = None
    unknown: bool = False
    text: str = ""


def parse_keep(gather: Gather, node: Node, events: Collection[str] | None) -> Retention | None:
    """What `keep:` says; None when it is faulty. `events` are the declared ones, None when they could not be read."""
    if isinstance(node, Mapping):
        fields = Fields(gather, node, KEEP, "`keep`")
        for word in ("of", "people"):
            if word in fields:
                gather.add(fields.place(word), f"`{word}` outside a list of periods", "divide the purpose")
        return _mapping(gather, fields, events)
    scalar = as_scalar(gather, node, "`keep`", _FORMS)
    if scalar is None:
        return None
    text = scalar.text.strip()
    if text == UNKNOWN:
        return Retention(unknown=True, text=text)
    if text.split()[:1] == ["until"]:
        until = _until(gather, scalar, text.removeprefix("until"))
        return None if until is None else Retention(until=until, text=text)
    period = _period(gather, scalar, "`keep`", f"write {_FORMS}")
    return None if period is None else Retention(period=period, text=text)


def parse_stated(gather: Gather, node: Node, events: Collection[str] | None, known: Known) -> Stated | None:
    """One of several periods of a purpose; None when it is faulty."""
    if not isinstance(node, Mapping):
        keep = parse_keep(gather, node, events)
        return None if keep is None else Stated(keep, at=node.at)
    fields = Fields(gather, node, KEEP, "`keep`")
    data, people = (read_names(gather, fields, w, s, known) for w, s in (("of", "information"), ("people", "people")))
    if not fields.meant_any("for", "until"):
        gather.add(fields.at, "`keep` says no period", f"write {_FORMS}")
        return None
    keep = _mapping(gather, fields, events)
    return None if keep is None else Stated(keep, data, people, node.at)


def _mapping(gather: Gather, fields: Fields, events: Collection[str] | None) -> Retention | None:
    before = len(gather.faults)
    if not fields.nodes:
        gather.add(fields.at, "`keep` says nothing", f"write {_FORMS}")
        return None
    period, period_unknown = _field_period(gather, fields, "for")
    tolerance, _ = _field_period(gather, fields, "tolerance")
    after = fields.node("after")
    start = _Start() if after is None else _after(gather, after, events)
    if "for" not in fields:
        for key in ("after", "tolerance"):
            if key in fields:
                gather.add(fields.place(key), f"`{key}` without a period", "add `for:`, such as `for: 3 weeks`")
    until = _field_until(gather, fields)
    if len(gather.faults) > before:
        return None
    unknown = period_unknown or start.unknown
    return Retention(
        period=None if unknown else period,
        rounding=start.rounding,
        event=start.event,
        until=until,
        tolerance=tolerance,
        unknown=unknown,
        text=_as_written(fields, start),
    )


def _as_written(fields: Fields, start: _Start) -> str:
    """One line that says what the mapping says."""
    length, until, late = (_written(fields, key) for key in ("for", "until", "tolerance"))
    parts = [f"{length} after {start.text}" if start.text else length, until and f"until {until}"]
    return ", ".join([p for p in parts if p] + ([f"tolerance {late}"] if late else []))


def _written(fields: Fields, key: str) -> str:
    node = fields.node(key)
    return node.text.strip() if isinstance(node, Scalar) else ""


def _field_period(gather: Gather, fields: Fields, key: str) -> tuple[Period | None, bool]:
    """The period of `key`, and whether it is said to be unknown."""
    node = fields.node(key)
    scalar = None if node is None else as_scalar(gather, node, f"`{key}`", "a period such as `3 weeks`")
    if scalar is None:
        return None, False
    if scalar.text.strip() == UNKNOWN:
        return None, True
    return _period(gather, scalar, f"`{key}`", REMEDY), False


def _field_until(gather: Gather, fields: Fields) -> frozenset[Event]:
    node = fields.node("until")
    scalar = None if node is None else as_scalar(gather, node, "`until`", "for example `request or goodbye`")
    return (_until(gather, scalar, scalar.text) if scalar is not None else None) or frozenset()


def _period(gather: Gather, scalar: Scalar, what: str, remedy: str) -> Period | None:
    try:
        return parse_period(scalar.text)
    except ValueError as error:
        if nearest(scalar.text, [UNKNOWN], 0.7):
            remedy = "did you mean 'unknown'?"
        gather.add(scalar.at, f"{what}: {quoted(scalar.text)} {error}", remedy)
        return None


def _until(gather: Gather, scalar: Scalar, text: str) -> frozenset[Event] | None:
    known = {e.value: e for e in Event}
    found: set[Event] = set()
    for word in re.split(r"\s+or\s+", text.strip()):
        if word in known:
            found.add(known[word])
        else:
            near = nearest(word, known) if len(word.split()) == 1 else ""
            remedy = f"write one of them, or several joined by `or`: {', '.join(known)}"
            if near:
                remedy = f"did you mean {quoted(near)}?"
            gather.add(scalar.at, f"unknown event after `until` {quoted(word)}", remedy)
            return None
    return frozenset(found)


def _after(gather: Gather, node: Node, events: Collection[str] | None) -> _Start:
    if isinstance(node, Mapping):
        return _after_mapping(gather, Fields(gather, node, AFTER, "`after`"), events)
    wanted = "a declared event, or `end of the calendar year [in which ...]`"
    scalar = as_scalar(gather, node, "`after`", wanted)
    if scalar is None:
        return _Start()
    text = " ".join(scalar.text.split())
    if text == UNKNOWN:
        return _Start(unknown=True)
    if text.startswith("end of"):
        return _Start(rounding=_rounding(gather, scalar, text), text=text)
    return _Start(event=_event(gather, scalar, text, events), text=text)


def _after_mapping(gather: Gather, fields: Fields, events: Collection[str] | None) -> _Start:
    rounding, event, texts = Rounding.NONE, None, []
    if not fields.nodes:
        gather.add(fields.at, "`after` says nothing", "write `event:`, `round:`, or both")
    for key in ("round", "event"):
        node = fields.node(key)
        scalar = None if node is None else as_scalar(gather, node, f"`{key}`")
        if scalar is None:
            continue
        text = " ".join(scalar.text.split())
        texts.append(text)
        if key == "round":
            rounding = _rounding(gather, scalar, text)
        else:
            event = _event(gather, scalar, text, events)
    unknown = event == UNKNOWN
    return _Start(rounding, None if unknown else event, unknown, " after ".join(texts))


def _rounding(gather: Gather, scalar: Scalar, text: str) -> Rounding:
    match = _ROUNDED.match(text)
    if match is None:
        head = text.split(" in which")[0]
        gather.add(scalar.at, f"{quoted(text)} is no calendar unit's end", mend(head, ROUNDINGS))
        return Rounding.NONE
    return Rounding(match.group(1))


def _event(gather: Gather, scalar: Scalar, name: str, events: Collection[str] | None) -> str | None:
    if name == UNKNOWN or events is None or name in events:
        return name
    choices = [*events, *ROUNDINGS]
    gather.unknown(scalar.at, "event", name, choices, "declare it under `events:`, or write `end of the calendar year`")
    return None
