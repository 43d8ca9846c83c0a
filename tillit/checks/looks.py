"""checks.yaml: which tables hold what the checks ask for, and who may reach the stores. The engineers' file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tillit.model.errors import Faults
from tillit.policy.fields import Fields, as_mapping, as_text, as_texts, entries, wrong
from tillit.policy.gather import Gather, quoted
from tillit.policy.key_words import Key, Kind, Shape, choice, text
from tillit.policy.source import Node, Sequence, read
from tillit.policy.values import read_kinds

ALL = "all"


@dataclass(frozen=True, slots=True)
class Look:
    """One table and the columns that a check reads in it. `words` maps each key word to the column (or value)."""

    store: str
    table: str
    words: Mapping[str, str]
    values: tuple[str, ...] = ()  # of `promotional`

    def __getitem__(self, word: str) -> str:
        return self.words.get(word, "")


@dataclass(frozen=True, slots=True)
class StoreLook:
    """Which place of storage of the policy a store is, and what encrypts it where it lies: `engine`, `disk`."""

    place: str = ""
    encrypted_by: str = ""


@dataclass(frozen=True, slots=True)
class Looks:
    """Everything that checks.yaml says. Empty where there is no such file."""

    stores: Mapping[str, StoreLook] = field(default_factory=dict)
    access: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)  # store -> role -> purposes
    segments: tuple[Look, ...] = ()
    opt_outs: tuple[Look, ...] = ()
    sends: tuple[Look, ...] = ()
    replies: tuple[Look, ...] = ()
    disclosures: tuple[Look, ...] = ()
    told: tuple[Look, ...] = ()


def _column(says: str, *, required: bool = False) -> Key:
    return Key(says, text(), required, Kind("text"))


_PLACE: dict[str, Key] = {
    "store": _column("The store's name, as its map says it.", required=True),
    "table": _column("The table.", required=True),
}
STORE: Shape = {
    "place": _column("The place of storage of the policy that it is."),
    "encrypted_by": choice("What encrypts it where it lies.", "engine", "disk"),
}
SHAPES: Mapping[str, Shape] = {
    "segments": _PLACE | {
        "group": _column("The column that tells groups apart.", required=True),
        "person": _column("The column that names a person, where members are stored one by one."),
        "size": _column("The column that holds the size of a group."),
    },
    "opt_outs": _PLACE | {
        "address": _column("The column of the address.", required=True),
        "at": _column("The moment of the opt-out; empty for who has not opted out.", required=True),
    },
    "sends": _PLACE | {
        "address": _column("The column of the address.", required=True),
        "at": _column("The moment it was sent.", required=True),
        "message": _column("The column that says what kind of message it is."),
        "promotional": Key("The kinds of message that are marketing; all of them, when it is not said.", {}),
    },
    "replies": _PLACE | {
        "address": _column("The column of the address.", required=True),
        "at": _column("The moment of the reply. An opened message is no reply.", required=True),
    },
    "disclosures": _PLACE | {
        "recipient": _column("The column that names the recipient, as the policy does.", required=True),
        "data": _column("The column that names the type of information."),
        "purpose": _column("The column that names the purpose."),
        "approved_by": _column("The column that says who approved it."),
    },
    "told": _PLACE | {
        "source": _column("The source of the policy that it came from.", required=True),
        "obtained": _column("The day it was obtained.", required=True),
        "told": _column("The day the person was told.", required=True),
        "column": _column("The column that says which source a row came from, where the table has several."),
        "value": _column("Its value for this source."),
    },
}  # fmt: skip
TOP: Shape = {
    "stores": Key("What a store is, by its name.", {}),
    "access": Key("Who may reach a store: role -> `all`, or the purposes that it serves.", {}),
    **{word: Key(f"Tables of {word}.", {}) for word in SHAPES},
}


def parse_looks(file: str, content: str, stores: Mapping[str, object], places: Mapping[str, object]) -> Looks:
    """Read checks.yaml. `stores` and `places` are those that are declared. Raises Faults with everything wrong."""
    gather = Gather()
    root = read(gather, file, content)
    mapping = None if root is None else as_mapping(gather, root, "the file", "its keys, such as `stores:`")
    looks = Looks()
    if mapping is not None:
        fields = Fields(gather, mapping, TOP, "the file")
        several = {word: _looks(gather, fields.node(word), word, stores) for word in SHAPES}
        looks = Looks(_stores(gather, fields, stores, places), _access(gather, fields, stores), **several)
    if gather.faults:
        raise Faults(gather.faults)
    return looks


def _looks(gather: Gather, node: Node | None, word: str, stores: Mapping[str, object]) -> tuple[Look, ...]:
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        wrong(gather, node, f"`{word}`", "a list of tables: `- {store: ..., table: ..., ...}`")
        return ()
    return tuple(found for item in node.items if (found := _look(gather, item, word, stores)) is not None)


def _look(gather: Gather, node: Node, word: str, stores: Mapping[str, object]) -> Look | None:
    mapping = as_mapping(gather, node, f"an entry of `{word}`")
    if mapping is None:
        return None
    fields = Fields(gather, mapping, SHAPES[word], f"an entry of `{word}`")
    said = read_kinds(gather, fields, {})
    if said["store"] and said["store"] not in stores:
        gather.unknown(fields.place("store"), "store", said["store"], stores)
    if word == "segments" and bool(said["person"]) == bool(said["size"]):
        gather.add(node.at, "a segment has members or a size", "write exactly one of `person:` and `size:`")
    given = fields.node("promotional") if "promotional" in SHAPES[word] else None
    kinds = () if given is None else tuple(s.text for s in as_texts(gather, given, "`promotional`"))
    words = {key: value for key, value in said.items() if value and key not in ("store", "table")}
    return Look(said["store"], said["table"], words, kinds)


def _stores(
    gather: Gather, fields: Fields, stores: Mapping[str, object], places: Mapping[str, object]
) -> dict[str, StoreLook]:
    found = {}
    for key, value in entries(gather, fields.node("stores"), "`stores`"):
        mapping = as_mapping(gather, value, quoted(key.text))
        if key.text not in stores:
            gather.unknown(key.at, "store", key.text, stores)
        if mapping is None:
            continue
        inner = Fields(gather, mapping, STORE, f"the store {quoted(key.text)}")
        said = read_kinds(gather, inner, {})
        if said["place"] and said["place"] not in places:
            gather.unknown(inner.place("place"), "place of storage", said["place"], places)
        found[key.text] = StoreLook(said["place"], said["encrypted_by"])
    return found


def _access(gather: Gather, fields: Fields, stores: Mapping[str, object]) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for key, value in entries(gather, fields.node("access"), "`access`"):
        if key.text not in stores:
            gather.unknown(key.at, "store", key.text, stores)
        for role, served in entries(gather, value, f"the access to {quoted(key.text)}"):
            names = as_texts(gather, served, quoted(role.text)) if isinstance(served, Sequence) else []
            one = "" if names else as_text(gather, served, quoted(role.text), "`all`, or purposes") or ""
            found.setdefault(key.text, {})[role.text] = tuple(n.text for n in names) or (one,)
    return found
