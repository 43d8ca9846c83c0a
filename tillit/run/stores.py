"""A store that a run works on: the map bound to what is there, and the way in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from tillit.model.bound import BoundStore


@dataclass(frozen=True, slots=True)
class OpenStore:
    """One bound store and its engine. Whoever opened the engine disposes of it."""

    bound: BoundStore
    engine: Engine

    @property
    def name(self) -> str:
        return self.bound.store.name
