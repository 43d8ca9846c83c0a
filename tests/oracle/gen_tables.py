"""Draws tables and the links between them."""

from __future__ import annotations

from dataclasses import replace

from tests.oracle.draft import FAMILY_OF, Draft, TableDraft
from tillit.model.expression import Compare, Op
from tillit.model.mapping import (
    UNKNOWN,
    Clock,
    Column,
    Dress,
    Link,
    LinkKind,
    Mode,
    PersonRole,
    Replacement,
    Via,
    WhenDead,
)
from tillit.model.schema import Family, ForeignKey, Unique

NAMES = ("orders", "letters", "files", "visits", "notes")
ON_DELETE = ("CASCADE", "SET NULL", "RESTRICT", "NO ACTION", "NO ACTION", "SET DEFAULT")


def tables(draft: Draft) -> None:
    """Roots first, then what they own, then links that close cycles, then tables nobody mapped."""
    root(draft, "people", "customer")
    if draft.chance(0.35):
        root(draft, "firms", "supplier")
    for name in NAMES[: draft.rng.choice((0, 1, 1, 2, 2, 3, 4))]:
        plain_table(draft, name)
    if draft.features.cycles and draft.chance(0.3):
        close_a_cycle(draft)
    if draft.features.unmapped and draft.features.foreign_keys and draft.chance(0.3):
        stranger(draft)
    for table in list(draft.tables.values()):
        about(draft, table)


def root(draft: Draft, name: str, kind: str) -> None:
    table = new_table(draft, name)
    roles = [PersonRole(kind)]
    if draft.features.roles and draft.chance(0.25):
        table.add("sort", Family.TEXT, "sort")
        table.say("sort")
        roles = [PersonRole(kind, Compare("sort", Op.EQ, "c")), PersonRole("member", Compare("sort", Op.EQ, "m"))]
        roles = roles[: draft.rng.randint(1, 2)]
    table.persons = tuple(roles)
    others = [t for t in draft.tables if t != name]
    if others and draft.features.owned_roots and draft.chance(0.3):
        add_link(draft, table, draft.tables[draft.pick(others)], LinkKind.OWNED_BY)
    if draft.features.cycles and draft.features.owned_roots and draft.chance(0.12):
        add_link(draft, table, table, LinkKind.OWNED_BY)


def new_table(draft: Draft, name: str) -> TableDraft:
    """A table with its key, personal columns, clocks and columns for conditions."""
    table = TableDraft(name, ())
    draft.tables[name] = table
    style = draft.rng.random()
    if draft.features.composite_keys and style < 0.2:
        table.key = (table.add("area", Family.INTEGER, "key", nullable=False),)
        text = draft.features.text_keys and draft.chance(0.5)
        family = Family.TEXT if text else Family.INTEGER
        table.key += (table.add("nr", family, "key", nullable=False),)
    elif draft.features.text_keys and style < 0.4:
        table.key = (table.add("code", Family.TEXT, "key", nullable=False),)
    else:
        table.key = (table.add("id", Family.INTEGER, "key", nullable=False),)
    table.when_dead = WhenDead.ANONYMISE if draft.chance(0.35) else WhenDead.DELETE
    for name_ in ("at", "due")[: draft.rng.randint(1, 2)]:
        add_clock(draft, table, name_)
    if draft.features.created and draft.chance(0.6):
        column = draft.pick([*table.clocks, "made"])
        if column == "made":
            add_clock(draft, table, column)
        table.created = Clock(column, dress=table.clocks[column])
    for name_, family, kind in (
        ("status", Family.TEXT, "status"),
        ("n", Family.INTEGER, "number"),
        ("flag", Family.BOOLEAN, "flag"),
    ):
        if draft.chance(0.5):
            table.add(name_, family, kind, nullable=draft.chance(0.7))
            table.say(name_)
    personal_columns(draft, table)
    return table


def add_clock(draft: Draft, table: TableDraft, name: str) -> None:
    dresses = [d for d in Dress if draft.engine != "sqlite" or d is not Dress.AWARE]
    dress = draft.pick(dresses) if draft.features.dresses else Dress.DATE
    table.add(name, FAMILY_OF[dress], "clock", nullable=draft.chance(0.7), big=FAMILY_OF[dress] is Family.INTEGER)
    table.clocks[name] = dress
    if draft.chance(0.5):
        table.say(name)


PERSONAL = (
    ("name", Family.TEXT, "text", "contact.name"),
    ("mail", Family.TEXT, "mail", "contact"),
    ("body", Family.TEXT, "text", "note"),
    ("ip", Family.TEXT, "ip", "technical"),
    ("born", Family.DATE, "birth", "contact"),
    ("seen", Family.NAIVE, "birth", "technical"),
    ("day", Family.TEXT, "text_date", "contact"),
    ("score", Family.INTEGER, "number", "technical"),
    ("agreed", Family.BOOLEAN, "flag", "note"),
    ("sum", Family.NUMBER, "sum", "note"),
)


def personal_columns(draft: Draft, table: TableDraft) -> None:
    for name, family, kind, category in draft.some(PERSONAL):
        if not draft.chance(0.4):
            continue
        nullable = not draft.features.fills or draft.chance(0.6)
        table.add(name, family, kind, nullable=nullable)
        table.columns[name] = Column(name, category, replace=replacement(draft, table, name, kind, family))
    if draft.features.unknown and draft.chance(0.06):
        table.add("blob", Family.TEXT, "text")
        table.columns["blob"] = Column("blob", UNKNOWN)


def replacement(draft: Draft, table: TableDraft, name: str, kind: str, family: Family) -> Replacement | None:
    """What the map says of the fill; unique texts get a pseudonym unless they can be NULL."""
    if not draft.features.fills:
        return None
    said = draft.rng.random()
    if kind == "text" and draft.chance(0.25):
        table.uniques.append(Unique(f"{table.name}_{name}_once", (name,)))
        table.kinds[name] = "unique_text"
        return Replacement(pseudonym=True) if said < 0.4 else None
    if family is Family.TEXT and kind != "text_date" and said < 0.3:
        return draft.pick((Replacement(pseudonym=True), Replacement(constant="erased"), Replacement(constant="")))
    if family is Family.INTEGER and said < 0.3:
        return Replacement(constant=draft.pick((0, -1)))
    return None


def plain_table(draft: Draft, name: str) -> None:
    """A table owned (mostly) by one or more others, with some links that own nothing."""
    table = new_table(draft, name)
    parents = [t for t in draft.tables.values() if t is not table and t.mapped]
    for _ in range(draft.rng.choice((0, 1, 1, 1, 2, 2, 3))):
        add_link(draft, table, draft.pick(parents), LinkKind.OWNED_BY)
    if draft.features.access and draft.chance(0.35):
        add_link(draft, table, draft.pick(parents), LinkKind.ACCESSED_BY)
    if draft.features.refers and draft.chance(0.25):
        add_link(draft, table, draft.pick(parents), LinkKind.REFERS_TO)
    if draft.features.cycles and draft.chance(0.2):
        add_link(draft, table, table, draft.pick((LinkKind.OWNED_BY, LinkKind.REFERS_TO)))
    if draft.features.pointed_by and draft.chance(0.15):
        add_pointed_by(draft, table, draft.pick(parents))
    if draft.features.unmapped and draft.chance(0.15):
        table.managed = False
        for column in table.personal:
            table.say(column)


def close_a_cycle(draft: Draft) -> None:
    """A link from an earlier table to a later one."""
    names = [t for t in draft.tables.values() if t.mapped]
    if len(names) < 2:
        return
    low, high = sorted(draft.rng.sample(range(len(names)), 2))
    kind = draft.pick((LinkKind.OWNED_BY, LinkKind.REFERS_TO, LinkKind.ACCESSED_BY))
    if not names[low].persons or draft.features.owned_roots or kind is not LinkKind.OWNED_BY:
        add_link(draft, names[low], names[high], kind)


def stranger(draft: Draft) -> None:
    """A table outside the map that declares a key to a mapped one."""
    table = TableDraft("stranger", (), mapped=False, managed=False)
    table.key = (table.add("id", Family.INTEGER, "key", nullable=False),)
    draft.tables["stranger"] = table
    parent = draft.pick([t for t in draft.tables.values() if t.mapped])
    columns = key_columns(draft, table, parent, "ref", nullable=draft.chance(0.6))
    declare(draft, table, columns, parent, parent.key)


# Links


def link_name(table: TableDraft, kind: LinkKind) -> str:
    stem = {LinkKind.OWNED_BY: "owner", LinkKind.ACCESSED_BY: "reader", LinkKind.REFERS_TO: "ref"}[kind]
    count = sum(link.name.startswith(stem) for link in table.links)
    return stem if not count else f"{stem}{count + 1}"


def key_columns(draft: Draft, table: TableDraft, parent: TableDraft, stem: str, *, nullable: bool) -> tuple[str, ...]:
    return tuple(
        table.add(f"{stem}_{k}", parent.infos[k].family, f"link:{stem}", nullable=nullable) for k in parent.key
    )


def add_link(draft: Draft, table: TableDraft, parent: TableDraft, kind: LinkKind) -> None:
    """One link in one of the forms."""
    name = link_name(table, kind)
    features, single = draft.features, len(parent.key) == 1
    form = draft.rng.random()
    if features.prefixed and single and form < 0.1:
        prefix = draft.pick(("U", "kund:", "ö"))
        column = table.add(f"{name}_tag", Family.TEXT, f"link:{name}", nullable=draft.chance(0.7))
        table.links.append(Link(name, kind, parent.name, (column,), prefix=prefix, tombstone=tomb(draft, Family.TEXT)))
    elif features.matches and form < 0.2 and kind is not LinkKind.REFERS_TO and table is not parent:
        add_match(draft, table, parent, kind, name)
    elif features.via and form < 0.32 and kind is not LinkKind.REFERS_TO:
        add_via(draft, table, parent, kind, name)
    elif features.polymorphic and form < 0.42:
        add_polymorphic(draft, table, parent, kind, name)
    else:
        add_plain(draft, table, parent, kind, name)


def tomb(draft: Draft, family: Family) -> str | int | None:
    if not draft.features.tombstones or not draft.chance(0.15):
        return None
    return "gone" if family is Family.TEXT else 0


def add_plain(draft: Draft, table: TableDraft, parent: TableDraft, kind: LinkKind, name: str) -> None:
    columns = key_columns(draft, table, parent, name, nullable=draft.chance(0.65))
    tombstone = tomb(draft, parent.infos[parent.key[0]].family) if len(columns) == 1 else None
    table.links.append(Link(name, kind, parent.name, columns, tombstone=tombstone))
    if draft.chance(0.5):
        declare(draft, table, columns, parent, parent.key)


def declare(draft: Draft, table: TableDraft, columns: tuple[str, ...], parent: TableDraft, to: tuple[str, ...]) -> None:
    """A declared key with some ON DELETE action the engine has."""
    if not draft.features.foreign_keys:
        return
    actions = [a for a in ON_DELETE if a != "SET DEFAULT" or draft.engine != "mariadb"]
    nullable = all(table.infos[c].nullable for c in columns)
    action = draft.pick([a for a in actions if nullable or not a.startswith("SET")])
    draft.foreign_keys.append(
        ForeignKey(table.name, columns, parent.name, to, action, name=f"fk{len(draft.foreign_keys)}")
    )


def add_match(draft: Draft, table: TableDraft, parent: TableDraft, kind: LinkKind, name: str) -> None:
    column = table.add(f"{name}_mail", Family.TEXT, "mail", nullable=draft.chance(0.7))
    to = "mail" if "mail" in parent.infos else parent.add("login", Family.TEXT, "mail")
    if to == "login":
        parent.say("login")
    table.links.append(Link(name, kind, parent.name, (column,), (to,), matches=True))


def add_via(draft: Draft, table: TableDraft, parent: TableDraft, kind: LinkKind, name: str) -> None:
    between = TableDraft(f"{table.name}_{name}", (), mapped=False, managed=False)
    between.key = (between.add("id", Family.INTEGER, "key", nullable=False),)
    here = key_columns(draft, between, table, "here", nullable=draft.chance(0.4))
    there = key_columns(draft, between, parent, "there", nullable=draft.chance(0.4))
    draft.tables[between.name] = between
    table.links.append(Link(name, kind, parent.name, via=Via(between.name, here, there)))
    if draft.chance(0.5):
        declare(draft, between, here, table, table.key)
    if draft.chance(0.5):
        declare(draft, between, there, parent, parent.key)


def add_polymorphic(draft: Draft, table: TableDraft, parent: TableDraft, kind: LinkKind, name: str) -> None:
    """A (type, id) pair; now and then a second link reads the same pair for another table."""
    kinds = table.add(f"{name}_type", Family.TEXT, "type")
    table.say(kinds)
    columns = key_columns(draft, table, parent, name, nullable=draft.chance(0.7))
    table.links.append(Link(name, kind, parent.name, columns, when=Compare(kinds, Op.EQ, "U")))
    families = [parent.infos[k].family for k in parent.key]
    alike = [
        t
        for t in draft.tables.values()
        if t.mapped and t is not parent and [t.infos[k].family for k in t.key] == families
    ]
    if alike and draft.chance(0.6):
        other = draft.pick(alike)
        second = link_name(table, kind)
        table.links.append(Link(second, kind, other.name, columns, when=Compare(kinds, Op.EQ, "F")))


def add_pointed_by(draft: Draft, table: TableDraft, other: TableDraft) -> None:
    """`other` refers to this table, and owns what it points at; the grounds will be `through` it."""
    columns = key_columns(draft, other, table, f"{table.name}", nullable=draft.chance(0.7))
    back = f"to_{table.name}"
    other.links.append(Link(back, LinkKind.REFERS_TO, table.name, columns))
    name = link_name(table, LinkKind.OWNED_BY)
    table.links.append(Link(name, LinkKind.OWNED_BY, other.name, columns, pointed_by=True))
    if draft.chance(0.4):
        declare(draft, other, columns, table, table.key)


def about(draft: Draft, table: TableDraft) -> None:
    """Whose some columns are, and with whom they die."""
    owners = [link.name for link in table.owners]
    for name in table.personal:
        column = table.columns[name]
        names = tuple(draft.some(owners, 1)) if owners and draft.chance(0.35) else ()
        mode = Mode.ALL if (owners or table.persons) and draft.chance(0.25) else Mode.ANY
        table.columns[name] = replace(column, about=names, mode=mode)
