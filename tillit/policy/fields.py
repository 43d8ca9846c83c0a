"""Reading one mapping against its table of key words, and single values of the kinds the languages know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from tillit.model.source import Position
from tillit.policy.gather import Gather, mend, nearest, quoted
from tillit.policy.shapes import Shape
from tillit.policy.source import Mapping, Node, Scalar, Sequence


def kind_of(node: Node) -> str:
    """What `node` is, in the words of a fault."""
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar() if node.missing:
            return "nothing"
        case Scalar(value=None):
            return "null"
        case Scalar(value=bool()):
            return "true or false"
        case Scalar(value=int() | Decimal()):
            return "a number"
        case _:
            return "a text"


class Fields:
    """One mapping whose keys are words of the language. Unknown and lacking keys are told at once."""

    def __init__(self, gather: Gather, node: Mapping, shape: Shape, name: str) -> None:
        self.gather, self.shape, self.name, self.at = gather, shape, name, node.at
        self.nodes: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}
        self.meant: set[str] = set()  # what misspelt keys were meant to be: they are not told to be lacking as well
        for key, value in node.pairs:
            if key.text in shape:
                self.nodes[key.text], self.keys[key.text] = value, key
            elif set(key.text) & set("()'") or (" " in key.text and isinstance(value, Scalar) and value.missing):
                remedy = "put quotes round a text that holds commas: inside { } a comma ends the value"
                gather.add(key.at, f"unknown key word {quoted(key.text)} in {name}", remedy)
            else:
                self.meant.add(nearest(key.text, shape))
                gather.add(key.at, f"unknown key word {quoted(key.text)} in {name}", mend(key.text, shape))
        for word, entry in shape.items():
            if entry.required and word not in self.nodes and word not in self.meant:
                gather.add(node.at, f"{name} lacks `{word}`", f"add `{word}:`. {entry.says}")

    def __contains__(self, key: str) -> bool:
        return key in self.nodes

    def meant_any(self, *keys: str) -> bool:
        """True when one of the key words is written, rightly or misspelt: silence is then not what was meant."""
        return any(key in self.nodes or key in self.meant for key in keys)

    def node(self, key: str) -> Node | None:
        """The value of `key`; None when it was not written. `key` must be one of the shape's."""
        assert key in self.shape, key
        return self.nodes.get(key)

    def place(self, key: str) -> Position:
        """Where the key word stands, or the mapping when it does not."""
        return self.keys[key].at if key in self.keys else self.at

    def text(self, key: str) -> str | None:
        node = self.node(key)
        return None if node is None else as_text(self.gather, node, f"`{key}`")

    def texts(self, key: str) -> list[Scalar]:
        """One text or a list of them; empty when not written or faulty."""
        node = self.node(key)
        return [] if node is None else as_texts(self.gather, node, f"`{key}`")

    def choice(self, key: str, choices: Iterable[str]) -> str | None:
        node = self.node(key)
        return None if node is None else as_choice(self.gather, node, f"`{key}`", choices)

    def flag(self, key: str) -> bool:
        node = self.node(key)
        if node is None:
            return False
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        wrong(self.gather, node, f"`{key}`", "true or false")
        return False


def wrong(gather: Gather, node: Node, what: str, wanted: str) -> None:
    """A value of the wrong kind."""
    gather.add(node.at, f"{what} is {kind_of(node)}", f"write {wanted}")


def as_text(gather: Gather, node: Node, what: str, wanted: str = "a text") -> str | None:
    scalar = as_scalar(gather, node, what, wanted)
    return None if scalar is None else scalar.text


def as_scalar(gather: Gather, node: Node, what: str, wanted: str = "a text") -> Scalar | None:
    """A text (a number counts as it is written), never null, true or false; told when it is something else."""
    if isinstance(node, Scalar) and node.text and not isinstance(node.value, bool | None):
        return node
    if isinstance(node, Scalar) and node.value == "":
        gather.add(node.at, f"{what} is an empty text", f"write {wanted}")
    else:
        wrong(gather, node, what, wanted)
    return None


def as_texts(gather: Gather, node: Node, what: str) -> list[Scalar]:
    """One text or a list of different ones."""
    if not isinstance(node, Sequence):
        single = as_scalar(gather, node, what, "a text, or a list of texts")
        return [] if single is None else [single]
    if not node.items:
        gather.add(node.at, f"{what} is an empty list", "name at least one, or remove the key")
    found: dict[str, Scalar] = {}
    for item in node.items:
        scalar = as_scalar(gather, item, f"an item of {what}")
        if scalar is None:
            continue
        if scalar.text in found:
            gather.add(scalar.at, f"{what} names {quoted(scalar.text)} twice", "name it once")
        found.setdefault(scalar.text, scalar)
    return list(found.values())


def as_choice(gather: Gather, node: Node, what: str, choices: Iterable[str]) -> str | None:
    """One of a closed set of words."""
    known = tuple(choices)
    scalar = as_scalar(gather, node, what, "one of: " + ", ".join(known))
    if scalar is None:
        return None
    if scalar.text not in known:
        gather.unknown(scalar.at, f"word for {what}", scalar.text, known)
        return None
    return scalar.text


def as_mapping(gather: Gather, node: Node, what: str, wanted: str = "a mapping: `key: value`") -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    wrong(gather, node, what, wanted)
    return None


def entries(gather: Gather, node: Node | None, what: str) -> Iterator[tuple[Scalar, Node]]:
    """The pairs of a mapping of free names; none when it is absent or no mapping."""
    if node is None:
        return
    mapping = as_mapping(gather, node, what)
    if mapping is not None:
        yield from mapping.pairs
