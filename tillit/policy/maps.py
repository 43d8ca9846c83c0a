"""stores/*.yaml: nodes to a Store, in passes, because a table may name what a later table declares."""

from __future__ import annotations

import re
from dataclasses import replace

from tillit.model.mapping import LinkKind, PersonRole, Store
from tillit.model.source import Position
from tillit.policy import key_words
from tillit.policy.clocks import parse_clock
from tillit.policy.columns import check_identifiers, check_product, read_basics, read_persons, resolve_about
from tillit.policy.fields import Fields, as_mapping, as_scalar, entries
from tillit.policy.gather import Gather, quoted
from tillit.policy.grounds import Written, bind_events, finish, read_clock, read_written
from tillit.policy.links import read_links, resolve_links, written_links
from tillit.policy.names import Book, Draft, store_of
from tillit.policy.purposes import PolicyDraft, check_country, check_zone, read_checked
from tillit.policy.scopes import read_condition
from tillit.policy.shapes import STORE, TABLE
from tillit.policy.source import Mapping, Node, Scalar
from tillit.policy.stable import judge
from tillit.policy.whole import judge_table

_WORD = re.compile(key_words.WORD)
_ENVIRONMENT = re.compile(key_words.ENVIRONMENT)


def read_store(gather: Gather, file: str, root: Node | None, policy: PolicyDraft) -> Store | None:
    """The map of a file's root node; None when it could not be read at all."""
    if root is None:
        return None
    mapping = as_mapping(gather, root, "the map", "its keys: `store:`, `url:`, `country:`, `tables:`")
    if mapping is None:
        return None
    fields = Fields(gather, mapping, STORE, "the map")
    book = Book(gather, policy)
    before = len(gather.faults)
    book.timezone = read_checked(gather, fields, "timezone", check_zone)
    book.timezone_faulty = len(gather.faults) > before
    name = _name(gather, fields)
    url = _url(gather, fields)
    country = read_checked(gather, fields, "country", check_country) or ""
    _open_tables(book, fields)
    unmapped = fields.texts("unmapped")
    for scalar in unmapped:
        if scalar.text in book.tables:
            what = f"the table {quoted(scalar.text)} is both mapped and unmapped"
            gather.add(scalar.at, what, "keep one of the two")
    book.unmapped = tuple(s.text for s in unmapped)
    _read_tables(book)
    judge(book)
    return store_of(book, name, url, country, Position(file, 1, 1))


def _name(gather: Gather, fields: Fields) -> str:
    node = fields.node("store")
    scalar = None if node is None else as_scalar(gather, node, "`store`")
    if scalar is not None and not _WORD.match(scalar.text):
        gather.add(
            scalar.at, f"{quoted(scalar.text)} is no name", "a name is a letter and then letters, digits, _ or -"
        )
    return scalar.text if scalar is not None else ""


def _url(gather: Gather, fields: Fields) -> str:
    """The environment variable's name. What stands there instead is never repeated: it may hold a password."""
    node = fields.node("url")
    if node is None:
        return ""
    if isinstance(node, Scalar) and _ENVIRONMENT.match(node.text):
        return node.text.removeprefix("env:")
    remedy = "write `url: env:NAME`, and put the URL in that environment variable: a map never holds a password"
    gather.add(node.at, "`url` does not name an environment variable", remedy)
    return ""


def _open_tables(book: Book, fields: Fields) -> None:
    for key, node in entries(book.gather, fields.node("tables"), "`tables`"):
        mapping = as_mapping(
            book.gather, node, f"the table {quoted(key.text)}", "a mapping: {columns: ..., grounds: ...}"
        )
        if mapping is None:
            book.broken_tables.add(key.text)
            continue
        inner = Fields(book.gather, mapping, TABLE, f"the table {quoted(key.text)}")
        book.tables[key.text] = Draft(key.text, key.at, inner)
    if "tables" in fields and not isinstance(fields.nodes["tables"], Mapping):
        return
    if "tables" in fields and not book.tables and not book.broken_tables:
        book.gather.add(fields.nodes["tables"].at, "`tables` names no table", "map a table, or remove the file")


def _read_tables(book: Book) -> None:
    """Names first, then links, clocks, conditions, and at last each table as a whole."""
    drafts = list(book.tables.values())
    roles: dict[str, list[tuple[str, Scalar]]] = {}
    for draft in drafts:
        with book.reading(draft):
            read_basics(book, draft)
            read_links(book, draft)
            roles[draft.name] = read_persons(book, draft)
    for draft in drafts:
        with book.reading(draft):
            resolve_links(book, draft)
    written: dict[str, list[Written]] = {}
    for draft in drafts:
        with book.reading(draft):
            resolve_about(book, draft)
            written[draft.name] = _clocks(book, draft)
    for draft in drafts:
        with book.reading(draft):
            _link_conditions(book, draft)
    for draft in drafts:
        with book.reading(draft):
            _role_conditions(book, draft, roles[draft.name])
            check_identifiers(book, draft)
            check_product(book, draft)
            for ground in written[draft.name]:
                finish(book, draft, ground)
    for draft in drafts:
        with book.reading(draft):
            judge_table(book, draft, written[draft.name])


def _clocks(book: Book, draft: Draft) -> list[Written]:
    node = draft.fields.node("created")
    scalar = None if node is None else as_scalar(book.gather, node, "`created`", "a column, or `LINK.column`")
    if scalar is not None:
        created = parse_clock(book, draft, scalar, "`created`", children=False)
        if created is not None:
            draft.created = created.clock
            book.reads.add(created.reads)
    bind_events(book, draft)
    written = read_written(book, draft)
    for ground in written:
        read_clock(book, draft, ground)
    return written


def _link_conditions(book: Book, draft: Draft) -> None:
    """`when` of the links: on the row that holds the pointing columns."""
    for kind in LinkKind:
        for key, node in written_links(draft, kind):
            link = draft.links.get(key.text)
            if link is None or link.kind is not kind or not isinstance(node, Mapping):
                continue
            when = next((value for inner, value in node.pairs if inner.text == "when"), None)
            scalar = None if when is None else as_scalar(book.gather, when, "`when`", "a condition")
            if scalar is None:
                continue
            holder = book.tables.get(link.table, draft) if link.pointed_by else draft
            condition = read_condition(book, holder, scalar, "`when`", draft, own_link=link.name)
            draft.links[key.text] = replace(link, when=condition)


def _role_conditions(book: Book, draft: Draft, conditions: list[tuple[str, Scalar]]) -> None:
    for kind, scalar in conditions:
        when = read_condition(book, draft, scalar, "`when`", draft)
        at = next((i for i, role in enumerate(draft.persons) if role.kind == kind and role.when is None), None)
        if at is not None:
            draft.persons[at] = PersonRole(kind, when)
