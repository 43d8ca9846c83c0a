"""What changed between two policies, as plain facts: who approves an edit reads these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tillit.model.policy import PersonKind, Policy, Purpose, Retention, Rounding, Stated
from tillit.policy.diff_sections import entries
from tillit.policy.periods import approximate_days, period_text


class ChangeKind(Enum):
    """What kind of change it is. LONGER never reaches old data silently; SHORTER makes values die."""

    ADDED = "added"
    REMOVED = "removed"
    LONGER = "longer"
    SHORTER = "shorter"
    CHANGED = "changed"
    WIDENED = "widened"
    NARROWED = "narrowed"


@dataclass(frozen=True, slots=True)
class Change:
    """One fact. `subject` is what changed (`purpose accounting`), `part` which of its parts, empty for the whole."""

    kind: ChangeKind
    subject: str
    part: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        part = f": {self.part}" if self.part else ""
        values = f" ({self.before or 'nothing'} -> {self.after or 'nothing'})" if self.before or self.after else ""
        return f"{self.subject}{part} {self.kind.value}{values}"


def diff(old: Policy, new: Policy) -> tuple[Change, ...]:
    """The changes from `old` to `new`, in the order of the new policy; what was removed comes last."""
    changes = _values("controller", _controller(old), _controller(new))
    named = {
        "kind of person": ({k: v.title for k, v in old.people.items()}, {k: v.title for k, v in new.people.items()}),
        "type of information": (dict(old.categories), dict(new.categories)),
        "event": (dict(old.events), dict(new.events)),
        "clause": ({k: v.title for k, v in old.clauses.items()}, {k: v.title for k, v in new.clauses.items()}),
    }
    for subject, (before, after) in named.items():
        changes += _titles(subject, before, after)
    for name, kind in new.people.items():
        if name in old.people:
            changes += _values(f"kind of person {name}", _kind(old.people[name]), _kind(kind))
    for name, purpose in new.purposes.items():
        earlier = old.purposes.get(name)
        subject = f"purpose {name}"
        changes += [Change(ChangeKind.ADDED, subject)] if earlier is None else _purpose(subject, earlier, purpose)
    changes += [Change(ChangeKind.REMOVED, f"purpose {n}") for n in old.purposes if n not in new.purposes]
    return tuple(changes + _sections(entries(old), entries(new)))


def _sections(old: dict[str, dict[str, str]], new: dict[str, dict[str, str]]) -> list[Change]:
    """Entries of the other sections. Types of information are told to be added or removed above."""
    changes: list[Change] = []
    for path, fields in new.items():
        known = path.startswith("information ")
        if path not in old and not known:
            changes.append(Change(ChangeKind.ADDED, path))
            continue
        earlier = old.get(path, {})
        for part in {**earlier, **fields}:
            before, after = earlier.get(part, ""), fields.get(part, "")
            if before != after:
                changes.append(Change(ChangeKind.CHANGED, path, part, before, after))
    gone = [path for path in old if path not in new and not path.startswith("information ")]
    return changes + [Change(ChangeKind.REMOVED, path) for path in gone]


def _controller(policy: Policy) -> dict[str, str]:
    c = policy.controller
    words = ("name", "country", "timezone", "contact", "organisation_number", "address", "website", "clause")
    return {word.replace("_", " "): getattr(c, word) for word in words}


def _kind(kind: PersonKind) -> dict[str, str]:
    return {
        "means": kind.means,
        "party to contract": {True: "yes", False: "no", None: ""}[kind.party_to_contract],
        "inactive after": period_text(kind.inactive_after) if kind.inactive_after is not None else "",
        "leaves by": ", ".join(kind.leaves_by),
    }


def _values(subject: str, old: dict[str, str], new: dict[str, str]) -> list[Change]:
    return [Change(ChangeKind.CHANGED, subject, part, old[part], new[part]) for part in new if old[part] != new[part]]


def _titles(subject: str, old: dict[str, str], new: dict[str, str]) -> list[Change]:
    changes = [Change(ChangeKind.ADDED, f"{subject} {n}", after=t) for n, t in new.items() if n not in old]
    for name, title in new.items():
        if old.get(name, title) != title:
            changes.append(Change(ChangeKind.CHANGED, f"{subject} {name}", "title", old[name], title))
    return changes + [Change(ChangeKind.REMOVED, f"{subject} {n}", before=t) for n, t in old.items() if n not in new]


def _purpose(subject: str, old: Purpose, new: Purpose) -> list[Change]:
    changes = _values(subject, _plain(old), _plain(new))
    changes += _sets(subject, "data", set(old.data), set(new.data))
    # No kinds means all of them, so that naming some narrows.
    changes += _sets(subject, "people", set(old.people), set(new.people), empty_is_all=True)
    return changes + _kept(subject, old.keep, new.keep)


def _plain(purpose: Purpose) -> dict[str, str]:
    return {
        "clause": purpose.clause,
        "title": purpose.title,
        "basis": purpose.basis.value,
        "basis reference": purpose.basis_reference,
        "direct marketing": "yes" if purpose.direct_marketing else "no",
        "overrides erasure": purpose.overrides_erasure,
        "bases": ", ".join(" ".join(b).strip() for b in purpose.bases),
        "activities": ", ".join(purpose.activities),
        "personal": {True: "yes", False: "no", None: ""}[purpose.personal],
        "special condition": purpose.special_condition,
        "forms": ", ".join(f"{name} {form}" for name, form in sorted(purpose.forms.items())),
        "provided": purpose.provided,
        "consequence": purpose.consequence,
        "periods": "; ".join(_stated(stated) for stated in purpose.stated),
    } | _weighed(purpose)


def _stated(stated: Stated) -> str:
    whose = ", ".join((*stated.data, *stated.people))
    return f"{whose}: {stated.keep.text}" if whose else stated.keep.text


def _weighed(purpose: Purpose) -> dict[str, str]:
    made = purpose.balancing
    every = period_text(made.review_every) if made is not None and made.review_every is not None else ""
    said = (made.reference, made.made or "", every) if made is not None else ()
    return {"balancing": ", ".join(str(part) for part in said if part), "dpv": ", ".join(purpose.dpv)}


def _sets(subject: str, part: str, old: set[str], new: set[str], empty_is_all: bool = False) -> list[Change]:
    if old == new:
        return []
    before, after = ", ".join(sorted(old)), ", ".join(sorted(new))
    if empty_is_all and not (old and new):
        kind = ChangeKind.WIDENED if not new else ChangeKind.NARROWED
        return [Change(kind, subject, part, before or "all", after or "all")]
    kind = ChangeKind.WIDENED if old < new else ChangeKind.NARROWED if new < old else ChangeKind.CHANGED
    return [Change(kind, subject, part, before, after)]


def _kept(subject: str, old: Retention, new: Retention) -> list[Change]:
    changes = []
    before, after = _length(old), _length(new)
    texts = (_text(old), _text(new))
    if before != after:
        kind = ChangeKind.LONGER if after > before else ChangeKind.SHORTER
        changes.append(Change(kind, subject, "period", *texts))
    elif (old.period, old.unknown) != (new.period, new.unknown):
        changes.append(Change(ChangeKind.CHANGED, subject, "period", *texts))
    starts = (_start(old), _start(new))
    if starts[0] != starts[1]:
        changes.append(Change(ChangeKind.CHANGED, subject, "start of the period", *starts))
    ends = tuple(" or ".join(sorted(e.value for e in k.until)) for k in (old, new))
    if ends[0] != ends[1]:
        changes.append(Change(ChangeKind.CHANGED, subject, "until", *ends))
    late = tuple(period_text(k.tolerance) if k.tolerance else "" for k in (old, new))
    if late[0] != late[1]:
        changes.append(Change(ChangeKind.CHANGED, subject, "tolerance", *late))
    return changes


def _start(keep: Retention) -> str:
    rounding = "" if keep.rounding is Rounding.NONE else keep.rounding.value
    return " after ".join(part for part in (rounding, keep.event) if part)


def _length(keep: Retention) -> float:
    """Days, for comparing only: no fixed period outlasts every period, and `unknown` outlasts that."""
    if keep.unknown:
        return float("inf")
    return 1e12 if keep.period is None else approximate_days(keep.period)


def _text(keep: Retention) -> str:
    if keep.unknown:
        return "unknown"
    return period_text(keep.period) if keep.period is not None else "no fixed period"
