"""`grounds`: which purposes hold which columns of a table, from when, and under which conditions."""

from __future__ import annotations

from tillit.model.mapping import Column, Form, Ground
from tillit.model.policy import Basis, Purpose
from tillit.policy.clocks import parse_clock, parse_through
from tillit.policy.fields import Fields, as_choice, as_mapping, as_scalar, entries
from tillit.policy.gather import quoted, shown
from tillit.policy.names import Book, Draft, LinkRead, ReadClock
from tillit.policy.scopes import read_condition
from tillit.policy.shapes import FORMS, GROUND
from tillit.policy.source import Mapping, Node, Scalar, Sequence


class Written:
    """One ground as written; its clock is read before all conditions, because clocks name columns."""

    def __init__(self, key: Scalar, node: Node, purpose: Purpose, fields: Fields, vague: bool) -> None:
        self.key, self.node, self.purpose, self.fields, self.vague = key, node, purpose, fields, vague
        self.since: ReadClock | None = None
        self.through: tuple[str, str] | None = None
        self.faulty = False


def read_written(book: Book, draft: Draft) -> list[Written]:
    """The grounds of a table: purposes looked up, key words checked."""
    found = []
    for key, node in entries(book.gather, draft.fields.node("grounds"), "`grounds`"):
        purpose = book.policy.purposes.get(key.text)
        if purpose is None:
            if "purposes" not in book.draft.unsure:
                book.gather.unknown(key.at, "purpose", key.text, book.policy.purposes, "declare it in the policy")
            draft.grounds_faulty = True
            continue
        if isinstance(node, Sequence) and not node.items:
            book.gather.add(node.at, f"the grounds of {quoted(key.text)} are an empty list", "write `{}`, or remove it")
        for item in node.items if isinstance(node, Sequence) else (node,):
            name = f"the ground {quoted(key.text)}"
            if isinstance(item, Scalar) and item.value is None:
                item = Mapping(item.at, ())
            mapping = as_mapping(book.gather, item, name, "`{}`, or a mapping: {columns, since, where, while, ...}")
            if mapping is not None:
                fields = Fields(book.gather, mapping, GROUND, name)
                found.append(Written(key, item, purpose, fields, key.text in book.draft.vague))
            else:
                draft.grounds_faulty = True
    return found


def read_clock(book: Book, draft: Draft, written: Written) -> None:
    """`since`, the event the table binds, or `through`: what a fixed period starts from."""
    before = len(book.gather.faults)
    fields, keep = written.fields, written.purpose.keep
    through = _scalar(book, fields, "through")
    if through is not None:
        written.through = parse_through(book, draft, through)
        for key in ("since", "missing"):
            if key in fields:
                what = f"`{key}` stands with `through`, which has no clock of its own"
                book.gather.add(fields.place(key), what, "keep one of them")
    since = _scalar(book, fields, "since")
    if since is not None:
        written.since = parse_clock(book, draft, since, "`since`")
    elif keep.event is not None and "through" not in fields:
        written.since = draft.events.get(keep.event)
    if written.since is not None and keep.period is not None:
        book.reads.add(written.since.reads)  # a clock without a period is not read
    dated = "since" in fields or "through" in fields or written.since is not None
    if keep.period is not None and not keep.unknown and not dated and not written.vague:
        _undated(book, draft, written)
    written.faulty = written.faulty or len(book.gather.faults) > before


def _undated(book: Book, draft: Draft, written: Written) -> None:
    event = written.purpose.keep.event
    if (event is not None and event in _bound(draft)) or written.fields.meant_any("since", "through"):
        return
    what = f"the purpose {quoted(written.key.text)} has a fixed period, and the ground does not say what it starts from"
    remedy = "add `since: COLUMN`"
    if event is not None:
        remedy += f", or bind the event once for the table: `events: {{{shown(event)}: COLUMN}}`"
    book.gather.add(written.key.at, what, remedy)


def _bound(draft: Draft) -> set[str]:
    node = draft.fields.node("events")
    return {key.text for key, _ in node.pairs} if isinstance(node, Mapping) else set()


def _scalar(book: Book, fields: Fields, key: str) -> Scalar | None:
    node = fields.node(key)
    return None if node is None else as_scalar(book.gather, node, f"`{key}`")


def finish(book: Book, draft: Draft, written: Written) -> None:
    """The whole ground; nothing is added to the table when it is faulty."""
    before = len(book.gather.faults)
    fields = written.fields
    columns = _columns(book, draft, written)
    forms = _forms(book, draft, written, columns)
    held = frozenset(columns) - frozenset(forms)
    conditions = {}
    for key in ("where", "while"):
        scalar = _scalar(book, fields, key)
        if scalar is not None:
            conditions[key] = read_condition(book, draft, scalar, f"`{key}`", draft, held)
    _while_allowed(book, written)
    missing = fields.choice("missing", ("holds", "dies"))
    _read_through(book, draft, written, held)
    if written.faulty or len(book.gather.faults) > before:
        draft.grounds_faulty = True
        return
    ground = Ground(
        purpose=written.purpose.name,
        columns=columns,
        since=written.since.clock if written.since is not None else None,
        where=conditions.get("where"),
        while_=conditions.get("while"),
        missing_holds=missing != "dies",
        forms=forms,
        through=written.through,
        at=written.key.at,
    )
    draft.grounds.append(ground)


def _columns(book: Book, draft: Draft, written: Written) -> tuple[str, ...]:
    """The personal columns the ground holds: those it names, else all that the purpose's data covers."""
    purpose = written.purpose
    personal = {name: c for name, c in draft.columns.items() if c.personal}
    if "columns" not in written.fields:
        covered = tuple(name for name, c in personal.items() if written.vague or purpose.covers(c.category))
        if personal and not covered and not written.vague and not draft.broken_columns:
            what = f"the data of the purpose {quoted(purpose.name)} covers no column of {quoted(draft.name)}"
            remedy = (
                f"it covers: {', '.join(map(shown, purpose.data))}. Remove the ground, or mend `data:` in the policy"
            )
            book.gather.add(written.key.at, what, remedy)
        return covered
    found = []
    for scalar in written.fields.texts("columns"):
        if not book.known_column(draft, scalar.text, scalar.at, listed=True):
            continue
        column = draft.columns.get(scalar.text)
        if column is not None and _covered(book, written, scalar, column):
            found.append(scalar.text)
    return tuple(found)


def _covered(book: Book, written: Written, scalar: Scalar, column: Column) -> bool:
    """True for a column the ground may hold. One of category `unknown` is never touched, and needs no ground."""
    if column.category == "unknown":
        return False
    if not column.personal:
        what = f"the ground names {quoted(column.name)}, which is not personal"
        book.gather.add(scalar.at, what, "remove it: only personal columns need a ground")
        return False
    if written.vague or written.purpose.covers(column.category):
        return True  # a fault of the purpose itself is told where it stands
    what = f"the data of the purpose {quoted(written.key.text)} does not cover {quoted(column.category)}"
    covers = ", ".join(map(shown, written.purpose.data))
    remedy = f"it covers: {covers}. Remove the column from the ground, or widen `data:` in the policy"
    book.gather.add(scalar.at, what + f", the category of {quoted(column.name)}", remedy)
    return False


def _forms(book: Book, draft: Draft, written: Written, columns: tuple[str, ...]) -> dict[str, Form]:
    forms: dict[str, Form] = {}
    for key, node in entries(book.gather, written.fields.node("form"), "`form`"):
        word = as_choice(book.gather, node, "`form`", FORMS)
        if not book.known_column(draft, key.text, key.at, listed=True) or key.text in draft.broken_columns:
            continue
        if key.text not in columns:
            if not written.vague:
                what = f"`form` names {quoted(key.text)}, which the ground does not hold"
                book.gather.add(key.at, what, "name it in `columns:` of the ground, or remove its form")
        elif word is not None:
            forms[key.text] = Form(word)
    _coarse_enough(book, draft, written, columns, forms)
    return forms


def _coarse_enough(
    book: Book, draft: Draft, written: Written, columns: tuple[str, ...], forms: dict[str, Form]
) -> None:
    """What the policy says is enough for the purpose is all that a ground may hold for it."""
    for name in columns:
        category = draft.columns[name].category
        said = written.purpose.forms
        enough = said.get(category) or said.get(category.rpartition(".")[0])
        if enough is None or (name in forms and forms[name] in (Form(enough), Form.YEAR)):
            continue
        what = f"the purpose {quoted(written.key.text)} needs only the {enough} of {quoted(category)}"
        book.gather.add(written.key.at, what, f"add `form: {{{shown(name)}: {enough}}}` to the ground")


def _while_allowed(book: Book, written: Written) -> None:
    """Consent withdrawn and an objection to marketing end at once (Art. 7(3), 21(3) GDPR): nothing may outlast them."""
    purpose = written.purpose
    if "while" not in written.fields:
        return
    reason = "rests on consent" if purpose.basis is Basis.CONSENT else "is direct marketing"
    if purpose.basis is Basis.CONSENT or purpose.direct_marketing:
        what = f"`while` on the purpose {quoted(purpose.name)}, which {reason}: nothing may outlast its end"
        remedy = "remove it, or hold the data for another purpose that does not"
        book.gather.add(written.fields.place("while"), what, remedy)


def _read_through(book: Book, draft: Draft, written: Written, held: frozenset[str]) -> None:
    """Notes the reading; the child needs a ground for the same purpose, or nothing would ever be held."""
    if written.through is None:
        return
    child, link = written.through
    at = written.fields.place("through")
    book.reads.links.append(LinkRead(child, link, at, "`through`", False, None, held, draft.name))
    node = book.tables[child].fields.node("grounds")
    purposes = {key.text: value for key, value in node.pairs} if isinstance(node, Mapping) else {}
    name = written.key.text
    alone = child == draft.name and not (isinstance(purposes.get(name), Sequence))
    if name not in purposes or alone:
        what = f"`through`: {quoted(child)} has no ground for {quoted(name)}" + (" but this one" if alone else "")
        remedy = f"give {quoted(child)} a ground for {quoted(name)}: until then nothing holds these columns"
        book.gather.add(at, what, remedy)


def bind_events(book: Book, draft: Draft) -> None:
    """`events`: the policy's declared events, each bound to a clock of the table."""
    for key, node in entries(book.gather, draft.fields.node("events"), "`events`"):
        declared = book.policy.events
        if key.text not in declared and "events" not in book.draft.unsure:
            book.gather.unknown(key.at, "event", key.text, declared, "declare it under `events:` of the policy")
        scalar = as_scalar(book.gather, node, f"the event {quoted(key.text)}", "a column, `LINK.column` or `last(...)`")
        clock = None if scalar is None else parse_clock(book, draft, scalar, f"the event {quoted(key.text)}")
        if clock is not None:
            draft.events[key.text] = clock
