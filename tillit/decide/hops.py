"""Hops are followed both ways: upwards to the parent, downwards to the children."""

from __future__ import annotations

from tillit.model.conditions import Along, Condition, Hop


def downward(origin: str, path: tuple[Hop, ...]) -> tuple[Hop, ...]:
    """The reverse of an upward path that starts in `origin`: from the parent's row to the rows that point at it."""
    back: list[Hop] = []
    here = origin
    for hop in path:
        back.append(reverse(here, hop))
        here = hop.table
    return tuple(reversed(back))


def reverse(origin: str, hop: Hop) -> Hop:
    """The same hop from the other side."""
    return Hop(
        origin,
        tuple((other, own) for own, other in hop.pairs),
        own_when=hop.other_when,
        other_when=hop.own_when,
        prefix_own=hop.prefix_other,
        prefix_other=hop.prefix_own,
        matches=hop.matches,
    )


def along(path: tuple[Hop, ...], part: Condition) -> Condition:
    """Some row at the end of `path` satisfies `part`."""
    for hop in reversed(path):
        part = Along(hop, part)
    return part
