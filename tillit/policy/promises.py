"""promises.yaml: each promise of the published text, the clause and the entry that carry it, and how it is shown."""

from __future__ import annotations

from collections.abc import Mapping

from tillit.model.errors import Faults
from tillit.model.policy import Policy
from tillit.model.promise import Promise, Shown
from tillit.policy.elements import element, paths
from tillit.policy.fields import Fields, as_mapping, as_text, entries
from tillit.policy.gather import Gather, quoted
from tillit.policy.key_words import Key, Shape, period, text, text_
from tillit.policy.source import Node, Scalar, read
from tillit.policy.values import read_kinds

TOP: Shape = {
    "checks": Key("The kinds of check, each with what it looks at.", {}, required=True),
    "promises": Key("The promises by their number.", {}, required=True),
}
PROMISE: Shape = {
    "says": Key("The promise, in one line.", text(), required=True),
    "clause": Key("The clause that carries it.", {}, required=True),
    "by": Key("The entry of the policy that carries it, such as purposes.orders.", text(), required=True),
    "checked": text_("The kind of check that looks at it."),
    "attested": text_("Who says so."),
    "every": period("How often it must be said again."),
    "unproven": text_("Why nothing shows it yet."),
}
_MARKS = ("checked", "attested", "unproven")


def parse_promises(file: str, content: str, policy: Policy) -> tuple[tuple[Promise, ...], Mapping[str, str]]:
    """The promises, and the kinds of check with what each looks at. Raises Faults with everything wrong."""
    gather = Gather()
    root = read(gather, file, content)
    mapping = None if root is None else as_mapping(gather, root, "the file", "its keys: `checks:` and `promises:`")
    found: list[Promise] = []
    checks: dict[str, str] = {}
    if mapping is not None:
        fields = Fields(gather, mapping, TOP, "the file")
        for key, value in entries(gather, fields.node("checks"), "`checks`"):
            checks[key.text] = as_text(gather, value, quoted(key.text)) or ""
        for key, value in entries(gather, fields.node("promises"), "`promises`"):
            promise = _promise(gather, key, value, policy, checks)
            found += [promise] if promise is not None else []
    if gather.faults:
        raise Faults(gather.faults)
    return tuple(found), checks


def _promise(gather: Gather, key: Scalar, node: Node, policy: Policy, checks: Mapping[str, str]) -> Promise | None:
    mapping = as_mapping(gather, node, quoted(key.text))
    if mapping is None:
        return None
    fields = Fields(gather, mapping, PROMISE, f"the promise {quoted(key.text)}")
    said = read_kinds(gather, fields, {})
    marks = [mark for mark in _MARKS if said[mark]]
    if len(marks) != 1:
        remedy = "write exactly one of `checked:`, `attested:` and `unproven:`"
        gather.add(key.at, f"the promise {quoted(key.text)} is shown in {len(marks)} ways", remedy)
        return None
    if (marks == ["attested"]) != (said["every"] is not None):
        gather.add(key.at, "`every:` belongs to what is attested", "add it there, and nowhere else")
    if said["checked"] and said["checked"] not in checks:
        gather.unknown(fields.place("checked"), "kind of check", said["checked"], checks, "declare it under `checks:`")
    clause, by = fields.text("clause") or "", fields.text("by") or ""
    _carried(gather, fields, clause, by, policy)
    return Promise(
        id=key.text,
        says=fields.text("says") or "",
        clause=clause,
        by=by,
        shown=Shown(marks[0]),
        check=said["checked"],
        who=said["attested"],
        every=said["every"],
        reason=said["unproven"],
        at=key.at,
    )


def _carried(gather: Gather, fields: Fields, clause: str, by: str, policy: Policy) -> None:
    """The clause and the entry must be there, and the entry must be of that clause where it names one."""
    if clause not in policy.clauses:
        gather.unknown(fields.place("clause"), "clause", clause, policy.clauses)
        return
    entry = element(policy, by)
    if entry is None:
        gather.unknown(fields.place("by"), "entry of the policy", by, paths(policy))
        return
    own = getattr(entry, "clause", "")
    if own and own != clause:
        gather.add(fields.place("clause"), f"{quoted(by)} is of clause {own}", f"write `clause: {quoted(own)}`")
