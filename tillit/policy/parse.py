"""The readers of the two languages. All faults of all files are told at once."""

from __future__ import annotations

from collections.abc import Sequence

from tillit.model.errors import Faults
from tillit.model.mapping import Store
from tillit.model.policy import Policy
from tillit.model.source import Position
from tillit.policy.gather import Gather, quoted
from tillit.policy.maps import read_store
from tillit.policy.purposes import PolicyDraft, read_policy
from tillit.policy.source import read


def parse_policy(file: str, text: str) -> Policy:
    """The policy that `text` says; `file` names it in faults. Raises Faults."""
    gather = Gather()
    draft = read_policy(gather, file, read(gather, file, text))
    _stop_at(gather)
    return draft.policy


def parse_store(file: str, text: str, policy: Policy) -> Store:
    """The map that `text` says, its names resolved against `policy`. Raises Faults."""
    gather = Gather()
    store = read_store(gather, file, read(gather, file, text), PolicyDraft(policy))
    _stop_at(gather)
    assert store is not None  # nothing was told, so it was read
    return store


def parse_all(policy: tuple[str, str], stores: Sequence[tuple[str, str]]) -> tuple[Policy, tuple[Store, ...]]:
    """A policy and its maps, each as (file, text). Raises Faults with the faults of all files.

    A fault of the policy is told once: the maps are not blamed for names that could not be read there.
    """
    gather = Gather()
    draft = read_policy(gather, policy[0], read(gather, *policy))
    found: dict[str, Store] = {}
    for file, text in stores:
        store = read_store(gather, file, read(gather, file, text), draft)
        if store is not None and store.name and store.name in found:
            first = found[store.name].at.file
            at = Position(file, 1, 1)
            gather.add(at, f"the store {quoted(store.name)} is named twice, first in {first}", "give each its own name")
        elif store is not None:
            found[store.name or file] = store
    _stop_at(gather)
    return draft.policy, tuple(found.values())


def _stop_at(gather: Gather) -> None:
    if gather.faults:
        raise Faults(gather.faults)
