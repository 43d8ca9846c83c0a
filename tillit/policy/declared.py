"""The names that a policy declares, as far as they have been read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from tillit.model.policy import Clause, PersonKind, Purpose
from tillit.model.sections import Information
from tillit.policy.values import Known


@dataclass(slots=True)
class Names:
    """The names declared so far, and the sections that could not be read."""

    people: dict[str, PersonKind] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    clauses: dict[str, Clause] = field(default_factory=dict)
    information: dict[str, Information] = field(default_factory=dict)
    purposes: dict[str, Purpose] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def tell(self, information: Information) -> None:
        self.information[information.name] = information
        self.categories[information.name] = information.title

    def everything(self) -> Known:
        """The names declared so far, by section; None where they could not all be read."""
        named: dict[str, Collection[str]] = {
            "people": self.people, "information": self.categories, "purposes": self.purposes, "clauses": self.clauses,
        }  # fmt: skip
        known = {section: self.known(section, found) for section, found in named.items()}
        return known if self.clauses else known | {"clauses": None}  # a purpose may create the first

    def known(self, section: str, names: Collection[str]) -> Collection[str] | None:
        return None if section in self.unsure else names


def in_words(name: str) -> str:
    """A name as a title: `it_security` becomes `It security`."""
    return name.replace("_", " ").replace("-", " ").capitalize()
