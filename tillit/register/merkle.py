"""Merkle trees of RFC 9162, section 2.1: roots, inclusion and consistency proofs. SHA-256, standard library only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: 0x00 in front keeps it apart from every inner node."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Frontier:
    """A tree of `size` leaves as the roots of its perfect subtrees, the largest first: all that appending needs."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len(self.roots) != self.size.bit_count():
            raise ValueError("a frontier has one root for each bit set in its size")

    def append(self, leaf: bytes) -> None:
        """Adds one leaf, given as its `leaf_hash`. Merges as many subtrees as the size has trailing ones."""
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.roots.pop(), node)
            size >>= 1
        self.roots.append(node)
        self.size += 1

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.roots:
            return EMPTY_ROOT
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = node_hash(left, node)
        return node

    def packed(self) -> bytes:
        """The subtree roots, one after the other."""
        return b"".join(self.roots)

    @classmethod
    def unpacked(cls, size: int, packed: bytes) -> Frontier:
        """The frontier that `packed` wrote. Raises ValueError when it cannot be of this size."""
        if len(packed) % HASH_BYTES:
            raise ValueError("a frontier is a whole number of hashes")
        return cls(size, [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)])


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves given as their `leaf_hash`."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_ranges(number: int, size: int) -> Iterator[tuple[int, int]]:
    """The subtrees [start, end) whose roots prove leaf `number` in a tree of `size`, the lowest first."""
    if not 0 <= number < size:
        raise ValueError("a leaf outside the tree cannot be proved")
    yield from _inclusion(number, 0, size)


def consistency_ranges(old: int, size: int) -> Iterator[tuple[int, int]]:
    """The subtrees [start, end) whose roots prove that a tree of `size` began as the tree of `old` leaves."""
    if not 0 < old <= size:
        raise ValueError("consistency is proved from a tree of at least one leaf to one no smaller")
    yield from _consistency(old, 0, size, whole=True)


def inclusion_proof(leaves: Sequence[bytes], number: int) -> list[bytes]:
    """The proof of one leaf among all (RFC 9162, 2.1.3.1)."""
    return [tree_root(leaves[start:end]) for start, end in inclusion_ranges(number, len(leaves))]


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the tree over `leaves` began as the tree over the first `old` (RFC 9162, 2.1.4.1)."""
    return [tree_root(leaves[start:end]) for start, end in consistency_ranges(old, len(leaves))]


def verify_inclusion(leaf: bytes, number: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows `leaf` at `number` in the tree with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= number < size:
        return False
    at, last, node = number, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            node = node_hash(other, node)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            node = node_hash(node, other)
        at, last = at >> 1, last >> 1
    return last == 0 and node == root


def verify_consistency(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `size` began as the tree of `old` (RFC 9162, 2.1.4.2)."""
    if old == size:
        return not proof and old_root == root
    if not 0 < old < size or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(other, first), node_hash(other, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _inclusion(number: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    if end - start == 1:
        return
    middle = start + _split(end - start)
    if number < middle:
        yield from _inclusion(number, start, middle)
        yield middle, end
    else:
        yield from _inclusion(number, middle, end)
        yield start, middle


def _consistency(old: int, start: int, end: int, *, whole: bool) -> Iterator[tuple[int, int]]:
    if old == end:
        if not whole:
            yield start, end
        return
    middle = start + _split(end - start)
    if old <= middle:
        yield from _consistency(old, start, middle, whole=whole)
        yield middle, end
    else:
        yield from _consistency(old, middle, end, whole=False)
        yield start, middle
