"""What is held about a person, why, and until when (the core of Art. 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tillit.run.identify import Ambiguous, Match
from tillit.run.memory import Memory
from tillit.run.stores import OpenStore
from tillit.service.forget import Ask, find, observed
from tillit.service.project import Project
from tillit.service.why import Kept, why


@dataclass(frozen=True, slots=True)
class Explained:
    """The person's rows, each with its reasons; `ambiguous` are people who may be the same. `due` is what the next
    sweep removes of it.
    """

    matches: tuple[Match, ...]
    ambiguous: tuple[Ambiguous, ...]
    rows: tuple[Kept, ...]
    due: int


def explain(project: Project, memory: Memory, stores: list[OpenStore], ask: Ask, now: datetime) -> Explained:
    """Find the person and tell of every row about them. Nothing is changed."""
    found = find(project, memory, stores, ask, now)
    people = frozenset(match.person for match in found.people)
    rows = tuple(why(project.policy, memory, stores, people, now)) if people else ()
    due = sum(one.total for one in observed(project, memory, stores, people, now, {}))
    return Explained(found.people, found.ambiguous, rows, due)
