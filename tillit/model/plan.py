"""The plan: what a connector carries out, table by table, in conditions and steps, with no law in it.

docs/reference/semantics.md defines the words; `decide.plan` makes this from a bound map, the policy and a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tillit.model.bound import Arrow, BoundStore, Cut, Fill
from tillit.model.conditions import FALSE, TRUE, Condition, Hop, Value
from tillit.model.mapping import Dress, Form, Mode, WhenDead
from tillit.model.standing import Person


@dataclass(frozen=True, slots=True)
class OwnerRule:
    """One source of persons of a row: an owner (or access) link.

    `straight`: the last hop's pairs end at a root's key and the key value is the person, whether or not its row exists.
    `up` has one hop, or two through a link table. `down` is the same path from the parent's row to this one.
    """

    link: str
    parent: str
    up: tuple[Hop, ...]
    down: tuple[Hop, ...]
    straight: bool
    owns: bool  # False for accessed_by
    via: str | None = None  # the link table


@dataclass(frozen=True, slots=True)
class GroundRule:
    """One ground. `fresh` and `while_` read the row; the person adds ended, consent and hold."""

    purpose: str
    clause: str
    fresh: Condition
    while_: Condition = FALSE
    needs_consent: bool = False
    ends: bool = True  # False: a `through` ground, for which the child's own grounds have answered

    @property
    def by_default(self) -> Condition:
        """Held for somebody with default standing, or for nobody."""
        return FALSE if self.needs_consent else self.fresh


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that share one fate: same grounds, forms, persons and mode. Indexes are into `TableRule.grounds`."""

    columns: tuple[str, ...]
    full: tuple[int, ...]  # grounds that hold the columns in full
    forms: tuple[tuple[Form, tuple[int, ...]], ...]  # most precise first; the grounds that hold that much
    about: tuple[str, ...]  # owner links; empty = every person of the row
    mode: Mode


@dataclass(frozen=True, slots=True)
class TableRule:
    """All that decides the fate of one managed or passed-through table. `grounds` empty: not managed."""

    table: str
    key: tuple[str, ...]
    is_root: bool
    role_when: Condition  # the row itself is a person
    owners: tuple[OwnerRule, ...]
    grounds: tuple[GroundRule, ...] = ()
    groups: tuple[Group, ...] = ()
    fixed: tuple[Group, ...] = ()  # personal columns that are never replaced: links, keys, what others point at
    created: tuple[str, Dress] | None = None
    fills: Mapping[str, Fill] = field(default_factory=dict)
    cuts: tuple[Cut, ...] = ()
    when_dead: WhenDead = WhenDead.DELETE
    never_delete: bool = False  # a column of category unknown
    zone: str = "UTC"  # the controller's (an IANA name): a coarser form of an instant begins with its day

    @property
    def deletes(self) -> bool:
        return bool(self.grounds) and self.when_dead is WhenDead.DELETE and not self.never_delete

    @property
    def has_people(self) -> bool:
        """A row can be somebody or belong to somebody."""
        return self.is_root or bool(self.owners)

    def owner(self, link: str) -> OwnerRule:
        return next(o for o in self.owners if o.link == link)


@dataclass(frozen=True, slots=True)
class Need:
    """A needed link between two tables of the store, with its `when` lowered."""

    arrow: Arrow
    when: Condition = TRUE


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sweep of one store would do. `people` None means everything.

    `digest` covers policy, map, time and scope: an approved plan carries it.
    """

    bound: BoundStore
    rules: Mapping[str, TableRule]
    needs: tuple[Need, ...]
    purposes: tuple[str, ...]
    now: datetime
    people: frozenset[Person] | None
    policy_digest: str
    digest: str
    in_dress: Callable[[datetime, Dress], Value] = field(compare=False, repr=False)  # an `ended` as columns write it


@dataclass(frozen=True, slots=True)
class TableTally:
    """What a plan does to one table: rows deleted, and per column the cells replaced, coarsened, and links cut."""

    table: str
    deleted: int = 0
    replaced: Mapping[str, int] = field(default_factory=dict)
    coarsened: Mapping[str, int] = field(default_factory=dict)
    cut: Mapping[str, int] = field(default_factory=dict)  # by link
    shells: int = 0  # dead rows that stay because something living needs them

    @property
    def changed(self) -> int:
        """Cells replaced or coarsened and links cut, in rows that stay."""
        return sum(self.replaced.values()) + sum(self.coarsened.values()) + sum(self.cut.values())

    @property
    def total(self) -> int:
        return self.deleted + self.changed
