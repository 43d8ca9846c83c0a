"""What a check saw, for machines: JSON, JUnit XML, SARIF 2.1.0."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict
from xml.etree import ElementTree

from tillit.checks.kinds import KINDS
from tillit.checks.verdict import ClauseState, Evidence, Place, PromiseState, State
from tillit.cli.output import plain
from tillit.service.check import Checked

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LEVELS = {State.BROKEN: "error", State.STALE: "warning", State.UNPROVEN: "note"}


def as_plain(seen: Checked) -> dict[str, object]:
    """Everything that was seen, as JSON's own kinds."""
    return {
        "at": seen.at,
        "policy": seen.policy.digest,
        "digest": seen.digest,
        "findings": seen.findings,
        "clauses": [_clause(clause) for clause in seen.clauses],
        "evidence": [_evidence(one) for one in seen.evidence],
        "unmapped": [{"store": d.store, "tables": d.tables, "columns": d.columns} for d in seen.drift],
        "undated": [asdict(u) for u in seen.undated],
        "paused": [{"store": p.store, "table": p.table, "reason": p.reason, "since": p.since} for p in seen.paused],
        "notes": [{"store": store, "note": note} for store, note in seen.notes],
    }


def _clause(clause: ClauseState) -> dict[str, object]:
    kept = [e for e in clause.evidence if e.kind == "retention" and e.clause == clause.clause]
    return {
        "clause": clause.clause,
        "title": clause.title,
        "state": clause.state,
        "count": clause.count,
        "past_tolerance": sum(e.count or 0 for e in kept),
        "due": clause.due,
        "where": {p.name: {"past_tolerance": p.count, "note": p.note} for e in kept for p in e.places},
        "promises": [_promise(promise) for promise in clause.promises],
    }


def _promise(promise: PromiseState) -> dict[str, object]:
    return {
        "id": promise.id,
        "says": promise.says,
        "by": promise.by,
        "shown": promise.shown,
        "kind": promise.kind,
        "state": promise.state,
        "why": promise.why,
    }


def _evidence(one: Evidence) -> dict[str, object]:
    return asdict(one) | {"places": [_place(p) for p in one.places], "unread": [_place(p) for p in one.unread]}


def _place(place: Place) -> dict[str, object]:
    return asdict(place)


def junit(seen: Checked) -> str:
    """A test suite a clause, a test case a promise: broken is a failure; stale and unproven are skipped, with why."""
    suites = ElementTree.Element("testsuites", name="tillit check")
    for clause in seen.clauses:
        numbers = clause.numbers()
        suite = ElementTree.SubElement(
            suites, "testsuite", name=_xml(f"{clause.clause} {clause.title}"), tests=str(len(clause.promises)),
            failures=str(numbers.get(State.BROKEN, 0)), errors="0", timestamp=seen.at.isoformat(timespec="seconds"),
            skipped=str(numbers.get(State.UNPROVEN, 0) + numbers.get(State.STALE, 0)),
        )  # fmt: skip
        for promise in clause.promises:
            case = ElementTree.SubElement(
                suite, "testcase", classname=_xml(f"clause {clause.clause}"), name=_xml(f"{promise.id} {promise.says}")
            )
            if promise.state is State.BROKEN:
                ElementTree.SubElement(case, "failure", message=_xml(promise.why)).text = _xml(_remedies(promise))
            elif promise.state in (State.UNPROVEN, State.STALE):
                ElementTree.SubElement(case, "skipped", message=_xml(f"{promise.state.value}: {promise.why}"))
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _xml(text: str) -> str:
    """Without what XML cannot say."""
    return _CONTROL.sub("\ufffd", text)


def _remedies(promise: PromiseState) -> str:
    broken = [e for e in promise.evidence if e.state is State.BROKEN]
    return "\n".join([f"{p.name}: {p.note or p.count}" for e in broken for p in e.places] + [e.remedy for e in broken])


def sarif(seen: Checked) -> dict[str, object]:
    """A rule a kind of check, a result a promise that is not proven or attested; at its place in policy.yaml."""
    rules = [{"id": kind.name, "shortDescription": {"text": kind.title}} for kind in KINDS.values()]
    rules.append({"id": "attestation", "shortDescription": {"text": "A person says that it is so"}})
    results = [
        _result(promise, seen) for clause in seen.clauses for promise in clause.promises if promise.state in LEVELS
    ]
    driver = {"name": "tillit", "rules": rules}
    return {"$schema": SARIF, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _result(promise: PromiseState, seen: Checked) -> dict[str, object]:
    clause = seen.policy.clauses.get(promise.clause)
    line = max(clause.at.line, 1) if clause is not None else 1
    places = [p.name for e in promise.evidence if e.state is State.BROKEN for p in e.places if p.name]
    return {
        "ruleId": promise.kind or "attestation",
        "level": LEVELS[promise.state],
        "message": {
            "text": f"Clause {promise.clause}, {promise.id}: {promise.says} [{promise.state.value}] {promise.why}"
        },
        "partialFingerprints": {"promise": promise.id},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "policy.yaml"}, "region": {"startLine": line}},
                "logicalLocations": [{"fullyQualifiedName": name} for name in dict.fromkeys(places)],
            }
        ],
    }


def show(seen: Checked, format_: str) -> None:
    """Write what was seen to standard output."""
    if format_ == "junit":
        sys.stdout.write(junit(seen))
    else:
        told = sarif(seen) if format_ == "sarif" else as_plain(seen)
        any_text = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        json.dump(plain(told), sys.stdout, indent=2, ensure_ascii=not any_text)
        sys.stdout.write("\n")
    sys.stdout.flush()  # a full disk is told now, not when the process ends
