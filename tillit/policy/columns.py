"""A table's key, whose persons its rows are, and the category of each column."""

from __future__ import annotations

from dataclasses import replace

from tillit.model.mapping import (
    NOT_PERSONAL,
    UNKNOWN,
    WITHHELD,
    Column,
    Dress,
    LinkKind,
    Mode,
    PersonRole,
    Replacement,
    WhenDead,
)
from tillit.policy.fields import Fields, as_choice, as_mapping, as_scalar, as_texts, entries, wrong
from tillit.policy.gather import quoted
from tillit.policy.names import Book, Draft, owners
from tillit.policy.shapes import COLUMN_SHAPE, DRESSES, PERSON, REPLACEMENT
from tillit.policy.source import Mapping, Node, Scalar, Sequence


def read_basics(book: Book, draft: Draft) -> None:
    """The key, the columns' names and categories, and what becomes of a dead row."""
    draft.key = tuple(s.text for s in draft.fields.texts("key"))
    draft.when_dead = WhenDead(draft.fields.choice("when_dead", [w.value for w in WhenDead]) or "delete")
    draft.issued = draft.fields.flag("issued")
    product = draft.fields.node("product")
    draft.naming = None if product is None else as_scalar(book.gather, product, "`product`", "the name of a column")
    for key, node in entries(book.gather, draft.fields.node("columns"), "`columns`"):
        column = _column(book, key, node)
        if column is None:
            draft.broken_columns.add(key.text)
        else:
            draft.columns[key.text] = column


def _column(book: Book, key: Scalar, node: Node) -> Column | None:
    gather = book.gather
    before = len(gather.faults)
    if not isinstance(node, Mapping):
        wanted = "its category, `not_personal` or `unknown`"
        scalar = as_scalar(gather, node, f"the column {quoted(key.text)}", wanted)
        if scalar is None or not _category(book, scalar):
            return None
        return Column(key.text, scalar.text, at=key.at)
    fields = Fields(gather, node, COLUMN_SHAPE, f"the column {quoted(key.text)}")
    is_ = fields.node("is")
    scalar = None if is_ is None else as_scalar(gather, is_, "`is`")
    if scalar is not None:
        _category(book, scalar)
    dress = fields.choice("dress", DRESSES)
    column = Column(
        name=key.text,
        category=scalar.text if scalar is not None else UNKNOWN,
        about=tuple(s.text for s in fields.texts("about")),
        mode=Mode.ALL if fields.choice("dies_with", ("last", "first")) == "first" else Mode.ANY,
        replace=_replace(book, fields),
        dress=Dress(dress) if dress else None,
        at=key.at,
        withhold=fields.choice("withhold", WITHHELD) or "",
    )
    return column if len(gather.faults) == before else None


def _category(book: Book, scalar: Scalar) -> bool:
    known = book.policy.categories
    if scalar.text in (NOT_PERSONAL, UNKNOWN) or scalar.text in known:
        return True
    if "information" in book.draft.unsure:
        return False
    book.gather.unknown(scalar.at, "category", scalar.text, [*known, NOT_PERSONAL], "declare it in the policy")
    return False


def _replace(book: Book, fields: Fields) -> Replacement | None:
    node = fields.node("replace")
    if node is None:
        return None
    wanted = "`null`, `pseudonym`, or {with: VALUE}"
    if isinstance(node, Mapping):
        return _constant(book, Fields(book.gather, node, REPLACEMENT, "`replace`"))
    if isinstance(node, Scalar) and not node.missing and (node.value is None or node.text == "null"):
        return Replacement(null=True)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        word = as_choice(book.gather, node, "`replace`", ("null", "pseudonym"))
        return Replacement(pseudonym=True) if word == "pseudonym" else None
    wrong(book.gather, node, "`replace`", wanted)
    return None


def _constant(book: Book, fields: Fields) -> Replacement | None:
    node = fields.node("with")
    if node is None:
        return None
    if isinstance(node, Scalar) and not node.missing:
        if node.value is None:
            return Replacement(null=True)
        if isinstance(node.value, str | int):
            return Replacement(constant=node.value)
    wrong(book.gather, node, "`with`", "a text, a whole number, true or false")
    return None


def resolve_about(book: Book, draft: Draft) -> None:
    """`about` names owner links."""
    names = {link.name for link in owners(draft)}
    for key, node in entries(book.gather, _mapping_only(draft.fields.node("columns")), "`columns`"):
        column = draft.columns.get(key.text)
        if column is None or not column.about or not isinstance(node, Mapping):
            continue
        about = {k.text: v for k, v in node.pairs}["about"]
        found = []
        for scalar in about.items if isinstance(about, Sequence) else (about,):
            link = book.link(draft, scalar.text, scalar.at) if isinstance(scalar, Scalar) else None
            if link is not None and link.kind is not LinkKind.OWNED_BY:
                what = f"{quoted(link.name)} is no owner of {quoted(draft.name)}"
                remedy = f"`about` names owners: {', '.join(sorted(names)) or 'this table has none under `owned_by:`'}"
                book.gather.add(scalar.at, what, remedy)
            elif link is not None:
                found.append(link.name)
        draft.columns[key.text] = replace(column, about=tuple(found))


def _mapping_only(node: Node | None) -> Mapping | None:
    return node if isinstance(node, Mapping) else None


def read_persons(book: Book, draft: Draft) -> list[tuple[str, Scalar]]:
    """The roles of a root table and the identifiers. Returns the conditions still to be read: (kind, `when`)."""
    node = draft.fields.node("person")
    nodes = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    if isinstance(node, Sequence) and not node.items:
        book.gather.add(node.at, "`person` is an empty list", "name a kind, or remove the key")
    conditions: list[tuple[str, Scalar]] = []
    for item in nodes:
        mapping = as_mapping(book.gather, item, "`person`", "{kind: customer, identified_by: {email: email}}")
        if mapping is not None:
            _role(book, draft, Fields(book.gather, mapping, PERSON, "`person`"), len(nodes) > 1, conditions)
    identifies = draft.fields.node("identifies")
    if identifies is not None:
        place = draft.fields.place("identifies")
        if node is not None:
            book.gather.add(place, "`identifies` on a table of persons", "write `identified_by:` inside `person:`")
        elif "owned_by" not in draft.fields:
            book.gather.add(place, "`identifies` leads to owners, and the table has none", "add `owned_by:`")
        _identifiers(book, draft, identifies, "`identifies`")
    return conditions


def _role(book: Book, draft: Draft, fields: Fields, several: bool, conditions: list[tuple[str, Scalar]]) -> None:
    kind = fields.text("kind")
    people = book.policy.people
    if kind is not None and kind != UNKNOWN and kind not in people and "people" not in book.draft.unsure:
        at = fields.nodes["kind"].at
        book.gather.unknown(at, "kind of person", kind, people, "declare it under `people:` of the policy")
    if kind is not None and any(role.kind == kind for role in draft.persons):
        book.gather.add(fields.at, f"the kind {quoted(kind)} stands twice", "join the two with `or` in one `when:`")
    if several and "when" not in fields:
        what = "one of several kinds of person says no `when:`"
        book.gather.add(fields.at, what, "say which rows are of this kind: `when: \"type = 'C'\"`")
    node = fields.node("identified_by")
    if node is not None:
        _identifiers(book, draft, node, "`identified_by`")
    draft.persons.append(PersonRole(kind or UNKNOWN))
    when = fields.node("when")
    scalar = None if when is None else as_scalar(book.gather, when, "`when`", "a condition")
    if scalar is not None:
        conditions.append((kind or UNKNOWN, scalar))


def _identifiers(book: Book, draft: Draft, node: Node, what: str) -> None:
    for key, value in entries(book.gather, node, what):
        written = as_texts(book.gather, value, quoted(key.text))
        draft.identifying += written
        columns = tuple(s.text for s in written)
        earlier = draft.identifiers.get(key.text, ())
        draft.identifiers[key.text] = (*earlier, *(c for c in columns if c not in earlier))


def check_identifiers(book: Book, draft: Draft) -> None:
    """Columns that carry an identifier are listed with a category, or are the key."""
    for scalar in draft.identifying:
        book.known_column(draft, scalar.text, scalar.at)


def check_product(book: Book, draft: Draft) -> None:
    """The column that names a product is listed, and the row leads to somebody."""
    if draft.naming is None:
        return
    if "owned_by" not in draft.fields and "person" not in draft.fields:
        remedy = "add `owned_by:`, or say it where the product's owner is known"
        book.gather.add(draft.naming.at, "`product` leads to owners, and the table has none", remedy)
    book.known_column(draft, draft.naming.text, draft.naming.at, listed=True)
