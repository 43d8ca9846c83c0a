"""`owned_by`, `accessed_by` and `refers_to`: how a row points at other rows."""

from __future__ import annotations

from collections.abc import Mapping as Named

from tillit.model.mapping import Link, LinkKind, Via
from tillit.model.source import Position
from tillit.policy.fields import Fields, as_choice, as_mapping, as_texts, entries, wrong
from tillit.policy.gather import quoted
from tillit.policy.names import Book, Draft
from tillit.policy.shapes import LINK, VIA
from tillit.policy.source import Mapping, Node, Scalar, Sequence

_SPEC = "a column, a list of columns, or a mapping such as {table: contacts, column: contact_id}"
# Which keys go with which form of link.
_FORMS: Named[str, frozenset[str]] = {
    "via": frozenset({"via"}),
    "pointed_by": frozenset({"pointed_by", "to"}),
    "prefix": frozenset({"column", "prefix"}),
    "matches": frozenset({"column", "columns", "to", "matches"}),
    "column": frozenset({"column", "columns", "to"}),
}
_ALWAYS = frozenset({"table", "when", "tombstone"})


def read_links(book: Book, draft: Draft) -> None:
    """The links of one table, as written; `when` is read later, when all columns are known."""
    for kind in LinkKind:
        for key, node in entries(book.gather, draft.fields.node(kind.value), f"`{kind.value}`"):
            if key.text in draft.links or key.text in draft.broken_links:
                what = f"the link {quoted(key.text)} of {quoted(draft.name)} is named twice"
                table = shown_table(node, key.text)
                remedy = f"give each its own name: `sender: {{table: {table}, column: ...}}`"
                book.gather.add(key.at, what, remedy)
                continue
            link = _link(book, kind, key, node)
            if link is None:
                draft.broken_links.add(key.text)
            else:
                draft.links[key.text] = link


def shown_table(node: Node, name: str) -> str:
    """The table that a link's spec says, for a remedy."""
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            if key.text == "table" and isinstance(value, Scalar):
                return value.text[:40]
    return name[:40]


def _link(book: Book, kind: LinkKind, key: Scalar, node: Node) -> Link | None:
    gather = book.gather
    if isinstance(node, Sequence) and any(isinstance(item, Mapping) for item in node.items):
        gather.add(node.at, f"the link {quoted(key.text)} is a list of links", "give each link a name of its own")
        return None
    if not isinstance(node, Mapping):
        if isinstance(node, Scalar) and (node.value is None or isinstance(node.value, bool)):
            wrong(gather, node, f"the link {quoted(key.text)}", _SPEC)
            return None
        columns = tuple(s.text for s in as_texts(gather, node, f"the link {quoted(key.text)}"))
        return Link(key.text, kind, key.text, columns, at=key.at) if columns else None
    before = len(gather.faults)
    fields = Fields(gather, node, LINK, f"the link {quoted(key.text)}")
    link = _mapped(book, kind, key, fields)
    _tombstone_fits(book, fields, link)
    return link if len(gather.faults) == before else None


def _mapped(book: Book, kind: LinkKind, key: Scalar, fields: Fields) -> Link:
    form = _form(book, fields)
    own = "pointed_by" if form == "pointed_by" else "columns" if "columns" in fields else "column"
    matches = fields.node("matches")
    link = Link(
        name=key.text,
        kind=kind,
        table=fields.text("table") or key.text,
        columns=tuple(s.text for s in fields.texts(own)),
        to=tuple(s.text for s in fields.texts("to")),
        prefix=fields.text("prefix"),
        matches=matches is not None and as_choice(book.gather, matches, "`matches`", ["identifier"]) is not None,
        via=_via(book, fields),
        pointed_by=form == "pointed_by",
        tombstone=_tombstone(book, fields),
        at=key.at,
    )
    if form == "prefix" and len(link.columns) > 1:
        book.gather.add(fields.place("column"), "`prefix` with several columns", "a prefixed key stands in one column")
    if link.to and len(link.to) != len(link.columns):
        what = f"{_count(len(link.columns))} lead to {_count(len(link.to))}"
        book.gather.add(fields.place("to"), what, "name as many in `to` as in `columns`, in the same order")
    return link


def _count(number: int) -> str:
    return f"{number} column{'s' * (number != 1)}"


def _form(book: Book, fields: Fields) -> str:
    """Which of the forms of a link it is; told when it is none, or two at once."""
    form = next((f for f in ("via", "pointed_by", "prefix", "matches") if f in fields), "column")
    if "column" in fields and "columns" in fields:
        book.gather.add(fields.place("columns"), "`column` and `columns` both stand here", "keep one of them")
    elif form not in ("via", "pointed_by") and "column" not in fields and "columns" not in fields:
        book.gather.add(fields.at, f"{fields.name} names no column", "add `column:`, `via:` or `pointed_by:`")
    for key in fields.nodes:
        if key not in _FORMS[form] | _ALWAYS and not (key == "columns" and form == "prefix"):
            what = f"`{key}` does not go with `{form}`"
            book.gather.add(fields.place(key), what, "a link has one form: see the table of links in maps.md")
    return form


def _via(book: Book, fields: Fields) -> Via | None:
    node = fields.node("via")
    if node is None:
        return None
    mapping = as_mapping(book.gather, node, "`via`", "{table: LINK_TABLE, here: COLUMN, there: COLUMN}")
    if mapping is None:
        return None
    inner = Fields(book.gather, mapping, VIA, "`via`")
    here, there = (tuple(s.text for s in inner.texts(key)) for key in ("here", "there"))
    return Via(inner.text("table") or "", here, there)


def _tombstone(book: Book, fields: Fields) -> str | int | None:
    node = fields.node("tombstone")
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, str | int) and not isinstance(node.value, bool):
        return node.value
    wrong(book.gather, node, "`tombstone`", "a text or a whole number (NULL is written without it)")
    return None


def _tombstone_fits(book: Book, fields: Fields, link: Link) -> None:
    """A tombstone that could never be written is a misunderstanding, and told."""
    if "tombstone" not in fields:
        return
    reason = ""
    if link.kind is LinkKind.REFERS_TO:
        reason = "`refers_to` is never cut"
    elif link.via is not None or link.pointed_by:
        reason = "the pointing column is not in this row"
    elif len(link.columns) > 1:
        reason = "several columns cannot share one tombstone"
    if reason:
        book.gather.add(fields.place("tombstone"), f"a `tombstone` that is never written: {reason}", "remove it")


def resolve_links(book: Book, draft: Draft) -> None:
    """Every link leads to a mapped table (`refers_to` also to an unmapped one), with as many columns as its key."""
    for name, link in list(draft.links.items()):
        if link.kind is LinkKind.REFERS_TO and link.table in book.unmapped:
            continue
        place = _table_place(draft, link)
        parent = book.table(link.table, place)
        if parent is None or not _fits(book, draft, link, parent):
            del draft.links[name]
            draft.broken_links.add(name)
            continue
        if link.pointed_by:
            parent.other_columns.update(link.columns)
        else:
            parent.other_columns.update(link.to)
        if link.via is not None and link.via.table in book.tables:
            what = f"the link table {quoted(link.via.table)} has a map entry of its own"
            remedy = "its rows live with the row they belong to: remove the entry, or link through it by two links"
            book.gather.add(link.at, what, remedy)


def _table_place(draft: Draft, link: Link) -> Position:
    """Where the link says its table."""
    for key, node in written_links(draft, link.kind):
        if key.text == link.name and isinstance(node, Mapping):
            for inner, value in node.pairs:
                if inner.text == "table":
                    return value.at
    return link.at


def written_links(draft: Draft, kind: LinkKind) -> tuple[tuple[Scalar, Node], ...]:
    """The written entries of one kind of link."""
    node = draft.fields.node(kind.value)
    return node.pairs if isinstance(node, Mapping) else ()


def _fits(book: Book, draft: Draft, link: Link, parent: Draft) -> bool:
    """The link has as many columns as the key it leads to, where the map says the key."""
    if link.via is not None:
        pairs = [(link.via.here, draft), (link.via.there, parent)]
    elif link.to:
        return True
    else:
        pairs = [(link.columns, draft if link.pointed_by else parent)]
    for columns, keyed in pairs:
        if keyed.key and len(columns) != len(keyed.key):
            what = f"the link {quoted(link.name)} has {_count(len(columns))}; {quoted(keyed.name)} has a key of "
            remedy = "name the key's columns in their order; two links to one table need two names"
            book.gather.add(link.at, what + _count(len(keyed.key)), remedy)
            return False
        if link.prefix is not None and len(keyed.key) > 1:
            book.gather.add(link.at, "`prefix` leads to a key of several columns", "a prefixed key is one column")
            return False
    return True
