"""The rules of "Stable maps" (docs/reference/semantics.md): a map is refused when a second sweep could find more.

One function a rule. A table with faults of its own is not judged: they come first.
"""

from __future__ import annotations

from tillit.model.expression import And, Compare, Expression, Null, Op, Today
from tillit.model.mapping import ClockKind, Ground, Link, LinkKind, WhenDead
from tillit.model.policy import Basis, Period, Purpose
from tillit.policy.gather import quoted
from tillit.policy.implies import implies
from tillit.policy.names import Book, Draft, owners
from tillit.policy.whole import deletable

_THROUGH = "say `through: {child}` instead: held while a row of it is live for the same purpose"


def judge(book: Book) -> None:
    """Tells every reason why a second sweep could find more."""
    clocks_over_deletable_rows(book)
    mapped_columns_read(book)
    cut_columns_read(book)
    parents_that_may_go(book)
    matched_columns_that_may_go(book)
    exists_over_deletable_rows(book)
    owned_by_rows_that_point_here(book)


def clocks_over_deletable_rows(book: Book) -> None:
    """`first` and `last` jump when Tillit deletes the child they read."""
    for read in book.reads.over:
        child = book.tables[read.table]
        if not child.faulty and deletable(child):
            what = f"{read.what} is counted over {quoted(child.name)}, whose rows are deleted when dead: it would jump"
            book.gather.add(read.at, what, _THROUGH.format(child=child.name))


def mapped_columns_read(book: Book) -> None:
    """A condition or clock changes its mind when the column it reads is replaced."""
    for read in book.reads.columns:
        draft = book.tables[read.table]
        purpose = _replaceable(book, draft, read.column)
        if purpose and not draft.faulty:
            name = quoted(f"{draft.name}.{read.column}")
            what = f"{read.what} reads {name}, which dies with the purpose {quoted(purpose)}"
            remedy = "read a column of category `not_personal`: once this one is replaced, the answer would change"
            book.gather.add(read.at, what, remedy)


def _replaceable(book: Book, draft: Draft, column: str) -> str:
    """The purpose whose end may replace the column's values; empty when they are never replaced.

    Keys, columns of links, and columns that a needed link points at never are.
    """
    if column in draft.key or column in draft.link_columns:
        return ""
    links = (link for other in book.tables.values() for link in other.links.values() if link.table == draft.name)
    if any(column in link.to for link in links if not (link.matches or link.pointed_by)):
        return ""
    return next((g.purpose for g in draft.grounds if column in g.columns), "")


def cut_columns_read(book: Book) -> None:
    """A condition or clock changes its mind when the column it reads belongs to a link that is cut."""
    along = {(read.table, read.link) for read in book.reads.links}
    for read in book.reads.columns:
        draft = book.tables[read.table]
        if draft.faulty:
            continue
        for link in draft.links.values():
            if read.column not in cut_columns(draft, link) or read.link == link.name:
                continue
            if (draft.name, link.name) not in along and may_be_cut(draft, link):
                name = quoted(f"{draft.name}.{read.column}")
                what = f"{read.what} reads {name} of the link {quoted(link.name)}, which is cut when its person leaves"
                remedy = f"read along the link instead, as in `of({link.name}, true)`: such a link is never cut"
                book.gather.add(read.at, what, remedy)


def cut_columns(draft: Draft, link: Link) -> set[str]:
    """The columns that cutting the link could write."""
    if link.pointed_by or link.via is not None:
        return set()
    others = {c for o in draft.links.values() if o.name != link.name and not o.pointed_by for c in o.columns}
    free = set(link.columns) - set(draft.key) - others
    return set(link.columns) if link.tombstone is not None else free


def may_be_cut(draft: Draft, link: Link) -> bool:
    """True when a sweep may cut the link of a row that stays, as far as the map alone can tell."""
    if not draft.grounds or link.kind is LinkKind.REFERS_TO:
        return False
    if link.kind is LinkKind.ACCESSED_BY:
        return True
    others = len(owners(draft)) > 1 or bool(draft.persons)
    return others or draft.when_dead is WhenDead.ANONYMISE


def parents_that_may_go(book: Book) -> None:
    """A condition along a link that does not keep its parent changes its mind when the parent is deleted."""
    for read in book.reads.links:
        if not read.upwards or read.part is None:
            continue
        draft = book.tables[read.table]
        link = draft.links[read.link]
        parent = book.tables[link.table]
        if draft.faulty or parent.faulty or not deletable(parent) or not (link.matches or link.pointed_by):
            continue
        if link.pointed_by and holds_while(book, parent, read.part):
            continue
        form = "matches" if link.matches else "pointed_by"
        what = f"{read.what} reads along {quoted(link.name)}, and a `{form}` link does not keep the row it leads to"
        remedy = f"link {quoted(draft.name)} by a key, or let the grounds of {quoted(parent.name)} hold the row"
        book.gather.add(read.at, what, remedy)


def matched_columns_that_may_go(book: Book) -> None:
    """A link to other columns than the key is lost when those are replaced, unless the reading ground holds them."""
    for read in book.reads.links:
        draft = book.tables[read.table]
        link = draft.links[read.link]
        target = draft if link.pointed_by else book.tables[link.table]
        if draft.faulty or target.faulty:
            continue
        for column in link.to:
            purpose = _replaceable(book, target, column)
            if purpose and not (target.name == read.reader and column in read.held):
                name = quoted(f"{target.name}.{column}")
                what = f"{read.what} reads along {quoted(link.name)} to {name}, which dies with {quoted(purpose)}"
                remedy = f"link to the key of {quoted(target.name)}, or let the same ground hold {quoted(column)}"
                book.gather.add(read.at, what, remedy)


def exists_over_deletable_rows(book: Book) -> None:
    """`exists(child, ...)` ends when Tillit deletes the child, unless the child's own grounds hold its row then."""
    for read in book.reads.exists:
        child = book.tables[read.table]
        if child.faulty or not deletable(child) or read.part is None or holds_while(book, child, read.part):
            continue
        name = quoted(child.name)
        what = f"{read.what}: `exists({child.name}, ...)` may end because Tillit deletes the row of {name}"
        remedy = f"give {name} a ground with the same condition as its `while:`, on a purpose that does not run out"
        book.gather.add(read.at, what, f"{remedy}; or {_THROUGH.format(child=child.name)}")


def holds_while(book: Book, child: Draft, condition: Expression) -> bool:
    """True when some ground of `child` holds its row as long as the condition is true, whoever asks."""
    return any(_ground_holds(book.policy.purposes[g.purpose], g, condition) for g in child.grounds)


def _ground_holds(purpose: Purpose, ground: Ground, condition: Expression) -> bool:
    if ground.through is not None or purpose.basis is Basis.CONSENT or may_expire(purpose, ground, condition):
        return False
    if ground.where is not None and not implies(condition, ground.where):
        return False
    if ground.while_ is not None and implies(condition, ground.while_):
        return True
    return not can_end(purpose)


def may_expire(purpose: Purpose, ground: Ground, condition: Expression) -> bool:
    """False when the ground surely has not expired where the condition is true."""
    period, clock = purpose.keep.period, ground.since
    if period is None or purpose.keep.unknown:
        return False
    if clock is None or clock.kind is not ClockKind.COLUMN or clock.path:
        return True
    if ground.missing_holds and implies(condition, Null(clock.column)):
        return False  # a start that is missing holds
    parts = condition.parts if isinstance(condition, And) else (condition,)
    return not any(_still_running(part, clock.column, period) for part in parts)


def _still_running(part: Expression, column: str, period: Period) -> bool:
    """True when `part` says that the period from `column` has not run out: `column >= today - 30 days`."""
    if not isinstance(part, Compare) or part.column != column or part.op not in (Op.GT, Op.GE):
        return False
    if not isinstance(part.value, Today) or not period.is_calendar:
        return False
    back = part.value.shift if part.value.back else None
    if back is None:
        return True
    # Months are clamped to their last day, so that only days and weeks compare exactly.
    exact = not (back.years or back.months or period.years or period.months)
    return exact and 7 * back.weeks + back.days <= 7 * period.weeks + period.days


def can_end(purpose: Purpose) -> bool:
    """True when some event may end the purpose for a person (semantics, "Which event ends which purposes")."""
    if purpose.direct_marketing or purpose.keep.until:
        return True
    match purpose.basis:
        case Basis.CONSENT | Basis.CONTRACT:
            return True
        case Basis.LEGITIMATE_INTERESTS:
            return not purpose.overrides_erasure
        case Basis.LEGAL_OBLIGATION | Basis.VITAL_INTERESTS | Basis.PUBLIC_TASK | Basis.UNKNOWN:
            return False


def owned_by_rows_that_point_here(book: Book) -> None:
    """A row owned by rows that point at it loses its owners when they go, unless every ground is held through them."""
    for draft in book.tables.values():
        if draft.faulty:
            continue
        pointing = [link for link in owners(draft) if link.pointed_by]
        for ground in draft.grounds:
            if pointing and not any(_through(book, draft, ground, link) for link in pointing):
                owner = pointing[0]
                what = f"{quoted(draft.name)} is owned by rows of {quoted(owner.table)} that point at it"
                what += f", and its ground {quoted(ground.purpose)} is not held through them"
                remedy = f"write `through: {owner.table}` in the ground, and in {quoted(owner.table)} "
                remedy += f"`refers_to: {{{draft.name}: {', '.join(owner.columns)}}}`"
                book.gather.add(ground.at, what, remedy)


def _through(book: Book, draft: Draft, ground: Ground, owner: Link) -> bool:
    """True when the ground is held through the rows that `owner` (a `pointed_by` link) leads to."""
    if ground.through is None or ground.through[0] != owner.table or owner.table not in book.tables:
        return False
    back = book.tables[owner.table].links[ground.through[1]]
    ends = (back.to or draft.key, owner.to or draft.key)
    return back.columns == owner.columns and ends[0] == ends[1] and back.when == owner.when
