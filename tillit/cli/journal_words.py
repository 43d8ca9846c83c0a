"""What the entries of the journal say, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.markup import escape

from tillit.cli.output import count

RIGHTS = ("access", "goodbye", "objection", "portability", "rectification", "restriction", "withdrawal")
MOST_PLACES = 3  # told one by one
Entry = Mapping[str, Any]

TITLES = {
    "run.started": "Run started",
    "run.removed": "Removed",
    "run.recovered": "Found out after a kill",
    "run.finished": "Run ended",
    "brake.overridden": "Brake overridden",
    "policy.approved": "Policy approved",
    "consent.given": "Consent given",
    "consent.withdrawn": "Consent withdrawn",
    "request.erasure": "Asked to be forgotten",
    "request.access": "Asked what is held",
    "request.answered": "Answered",
    "request.goodbye": "Said goodbye",
    "request.objection": "Objected",
    "request.portability": "Asked to take data along",
    "request.rectification": "Asked for a correction",
    "request.restriction": "Asked to restrict use",
    "request.withdrawal": "Withdrew consent",
    "request.checked": "Looked again",
    "request.closed": "Closed with something left",
    "undo.started": "Undo started",
    "undo.batch": "Put back",
    "undo.destroyed": "Undo destroyed",
    "hold.placed": "Hold placed",
    "tables.paused": "Tables paused",
    "table.resumed": "Table resumed",
}


def about(kind: str, entry: Entry) -> str:
    """What an entry tells beside its kind and time; names of staff in it are never taken for markup."""
    return escape(ABOUT.get(kind, _run)(entry))


def _rows(rows: dict[str, int]) -> str:
    if len(rows) > MOST_PLACES:
        return (
            f"{count(sum(rows.values()), 'row')} in {count(len({place.rpartition('.')[0] for place in rows}), 'table')}"
        )
    return ", ".join(f"{place} {n:,}" for place, n in rows.items())


def _run(entry: Entry) -> str:
    return str(entry.get("run", ""))[:8]


def _started(entry: Entry) -> str:
    return f"{_run(entry)} {entry['what']} of {', '.join(entry['stores'])}"


def _removed(entry: Entry) -> str:
    return f"{_run(entry)} {entry['store']}: {_rows(entry['rows'])}"


def _approved(entry: Entry) -> str:
    return f"by {entry['by']}: {sum(entry['counts'].values()):,} values newly without a reason"


def _consent(entry: Entry) -> str:
    version = f" (text {entry['text_version']})" if entry["text_version"] else ""
    return f"{entry['purpose']}{version}; recorded by {entry['by']}"


def _erasure(entry: Entry) -> str:
    return f"{count(len(entry['people']), 'record')} of one person; vouched for by {entry['vouched_by']}"


def _answered(entry: Entry) -> str:
    return f"{entry['right']}: {entry['state']}"


def _checked(entry: Entry) -> str:
    return "complete" if entry["complete"] else f"found again in {count(len(entry['left']), 'place')}"


def _closed(entry: Entry) -> str:
    return f"{entry['reason']}: accepted by {entry['accepted_by']}; {_rows(entry['left'])}"


def _undoing(entry: Entry) -> str:
    second = f" and {entry['second']}" if entry["second"] else ""
    return f"of {str(entry['undoes'])[:8]} by {entry['by']}{second}"


ABOUT: Mapping[str, Callable[[Entry], str]] = {
    "run.started": _started,
    "run.removed": _removed,
    "run.recovered": _removed,
    "run.finished": lambda entry: f"{_run(entry)} {entry['state']}",
    "policy.approved": _approved,
    "consent.given": _consent,
    "consent.withdrawn": _consent,
    "request.erasure": _erasure,
    **{f"request.{right}": _erasure for right in RIGHTS},
    "request.answered": _answered,
    "request.checked": _checked,
    "request.closed": _closed,
    "undo.started": _undoing,
    "undo.batch": lambda entry: f"{entry['store']}: {count(entry['restored'], 'row')}",
    "tables.paused": lambda entry: ", ".join(entry["tables"]),
    "table.resumed": lambda entry: f"{entry['table']} by {entry['by']}",
}
