"""What must be true of a table as a whole: nothing personal without a ground, and nothing deleted by silence."""

from __future__ import annotations

from tillit.model.mapping import NOT_PERSONAL, UNKNOWN
from tillit.policy.gather import quoted, shown
from tillit.policy.grounds import Written
from tillit.policy.names import Book, Draft


def judge_table(book: Book, draft: Draft, written: list[Written]) -> None:
    """The faults that only show when a table has been read."""
    _personal_without_ground(book, draft)
    _nobody_and_no_time(book, draft, written)
    _when_dead_unsaid(book, draft, written)


def _personal_without_ground(book: Book, draft: Draft) -> None:
    """A value without a ground would be dead at once: that is never meant."""
    if draft.grounds_faulty or "grounds" in draft.fields.meant:
        return
    held = {name for ground in draft.grounds for name in ground.columns}
    for column in draft.columns.values():
        if column.personal and column.name not in held:
            covering = [p.name for p in book.policy.purposes.values() if p.covers(column.category)]
            remedy = "let a purpose of the policy cover it, and give the table that ground"
            if covering:
                remedy = f"add a ground that holds it: {', '.join(map(shown, covering[:6]))}"
            what = f"no ground holds the personal column {quoted(column.name)} ({shown(column.category)})"
            book.gather.add(column.at, what, remedy)


def _nobody_and_no_time(book: Book, draft: Draft, written: list[Written]) -> None:
    """Rows that are nobody's live by time alone; without a clock they would live for ever."""
    if draft.fields.meant_any("person", "owned_by") or draft.grounds_faulty or "grounds" in draft.fields.meant:
        return
    managed = bool(written) or any(c.personal for c in draft.columns.values())
    dated = any(w.since is not None or w.fields.meant_any("since", "through") for w in written)
    if managed and not dated:
        what = f"{quoted(draft.name)} is no table of persons, has no owner, and no ground dates it"
        book.gather.add(draft.at, what, "add `person:`, `owned_by:`, or a ground with `since:`")


def _when_dead_unsaid(book: Book, draft: Draft, written: list[Written]) -> None:
    """Deleting rows that also tell something about the business must be asked for."""
    misspelt = draft.fields.meant or any(w.fields.meant for w in written)  # a clock may be among them
    if "when_dead" in draft.fields or misspelt or not draft.grounds:
        return
    plain = {c.name for c in draft.columns.values() if c.category == NOT_PERSONAL}
    others = plain - set(draft.key) - draft.link_columns - draft.other_columns
    if not draft.key:
        others -= {"id"}  # listed, and the key as far as the map can tell
    if others:
        names = ", ".join(quoted(c) for c in sorted(others)[:4])
        what = f"{quoted(draft.name)} does not say `when_dead`, and its rows hold {names} besides personal data"
        book.gather.add(draft.at, what, "write `when_dead: delete`, or `when_dead: anonymise` to keep the rows")


def deletable(draft: Draft) -> bool:
    """True when Tillit may delete rows of the table."""
    unknown = any(c.category == UNKNOWN for c in draft.columns.values())
    return bool(draft.grounds) and draft.when_dead.value == "delete" and not unknown
