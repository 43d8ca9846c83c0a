"""Merkle trees against RFC 9162: known roots, and its definitions written out as recursion."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tillit.register import merkle

# The inputs and roots that Certificate Transparency implementations share.
INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(data) for data in INPUTS]
MANY = [merkle.leaf_hash(bytes([number])) for number in range(40)]


def definition(data: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, over the data itself."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = split(len(data))
    return sha256(b"\x01" + definition(data[:k]) + definition(data[k:])).digest()


def path(m: int, data: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162, 2.1.3.1."""
    if len(data) == 1:
        return []
    k = split(len(data))
    if m < k:
        return [*path(m, data[:k]), definition(data[k:])]
    return [*path(m - k, data[k:]), definition(data[:k])]


def subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1."""
    if m == len(data):
        return [] if whole else [definition(data)]
    k = split(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), definition(data[k:])]
    return [*subproof(m - k, data[k:], False), definition(data[:k])]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size):
    assert merkle.tree_root(LEAVES[:size]).hex() == ROOTS[size]


def test_known_proofs():
    assert merkle.inclusion_proof(LEAVES, 0) == [
        bytes.fromhex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
        bytes.fromhex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
        bytes.fromhex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    ]
    assert merkle.consistency_proof(LEAVES, 6) == [
        bytes.fromhex("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
        bytes.fromhex("ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
        bytes.fromhex("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    ]


def test_roots_and_proofs_are_the_definitions_for_every_size():
    for size in range(1, 20):
        data = [bytes([number]) for number in range(size)]
        leaves = MANY[:size]
        assert merkle.tree_root(leaves) == definition(data)
        for number in range(size):
            assert merkle.inclusion_proof(leaves, number) == path(number, data)
            assert merkle.consistency_proof(leaves, number + 1) == subproof(number + 1, data, True)


def test_every_true_proof_verifies_and_no_other_place_does():
    for size in range(1, 20):
        root = merkle.tree_root(MANY[:size])
        for number in range(size):
            proof = merkle.inclusion_proof(MANY[:size], number)
            for claimed in range(-1, size + 1):
                told = merkle.verify_inclusion(MANY[number], claimed, size, proof, root)
                assert told == (claimed == number)
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(MANY[:size], old)
            for claimed in range(size + 2):
                before = merkle.tree_root(MANY[:claimed])
                assert merkle.verify_consistency(claimed, size, before, root, proof) == (claimed == old)


@given(st.data())
def test_a_changed_proof_never_verifies(data):
    size = data.draw(st.integers(2, 40))
    number = data.draw(st.integers(0, size - 1))
    root = merkle.tree_root(MANY[:size])
    proof = merkle.inclusion_proof(MANY[:size], number)
    assert not merkle.verify_inclusion(MANY[number], number, size, _changed(data, proof), root)
    old = data.draw(st.integers(1, size - 1))
    proof = merkle.consistency_proof(MANY[:size], old)
    assert not merkle.verify_consistency(old, size, merkle.tree_root(MANY[:old]), root, _changed(data, proof))


def _changed(data: st.DataObject, proof: list[bytes]) -> list[bytes]:
    """Something dropped, added, or one bit flipped."""
    place = data.draw(st.integers(0, len(proof) - 1))
    match data.draw(st.sampled_from(["flip", "drop", "add"])):
        case "flip":
            flipped = bytes([proof[place][0] ^ 1]) + proof[place][1:]
            return [*proof[:place], flipped, *proof[place + 1 :]]
        case "drop":
            return [*proof[:place], *proof[place + 1 :]]
        case _:
            return [*proof[:place], MANY[0], *proof[place:]]


def test_a_frontier_survives_packing_at_every_size():
    frontier = merkle.Frontier()
    for size, leaf in enumerate(MANY):
        frontier = merkle.Frontier.unpacked(size, frontier.packed())
        assert frontier.root() == merkle.tree_root(MANY[:size])
        frontier.append(leaf)
        assert len(frontier.roots) <= (size + 1).bit_length()


@pytest.mark.parametrize(("size", "packed"), [(1, b""), (2, bytes(64)), (1, bytes(31)), (0, bytes(32))])
def test_a_frontier_of_another_size_is_refused(size, packed):
    with pytest.raises(ValueError, match="frontier"):
        merkle.Frontier.unpacked(size, packed)


def test_nothing_is_proved_outside_the_tree():
    for number, size in ((-1, 3), (3, 3), (0, 0)):
        with pytest.raises(ValueError, match="outside"):
            list(merkle.inclusion_ranges(number, size))
    for old, size in ((0, 3), (4, 3)):
        with pytest.raises(ValueError, match="consistency"):
            list(merkle.consistency_ranges(old, size))
