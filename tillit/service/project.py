"""A project: one folder with the policy, the maps and the settings; and the way to its stores and its memory.

    policy.yaml          the promises
    stores/*.yaml        the maps
    tillit.yaml          settings (may be missing)

The memory lies in the folder that TILLIT_HOME names, else in `.tillit/` in the project: `register.sqlite`, `keys/`,
`undo/`. Addresses of stores come from the environment variables that the maps name, never from a file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from tillit.connectors.sql.connect import open_engine
from tillit.connectors.sql.rights import missing_rights
from tillit.connectors.sql.schema import read_schema
from tillit.connectors.sql.trial import trial
from tillit.decide.bind import bind
from tillit.model.errors import Faults, StoreError, TillitError
from tillit.model.mapping import Store
from tillit.model.policy import Policy
from tillit.model.source import Fault
from tillit.policy.digest import store_digest
from tillit.policy.parse import parse_all
from tillit.run.failures import store_error
from tillit.run.memory import Memory, open_memory
from tillit.run.stores import OpenStore
from tillit.service.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Project:
    """A project's files, read and found right."""

    folder: Path
    policy: Policy
    stores: tuple[Store, ...]
    settings: Settings

    @property
    def digest(self) -> str:
        """Of all that decides what dies: the policy and every map. An approval is of this digest."""
        parts = [self.policy.digest, *sorted(store_digest(store) for store in self.stores)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def load(folder: Path) -> Project:
    """Read a project. Raises Faults with everything wrong in its files; TillitError when it is no project."""
    place = folder.resolve()
    policy = place / "policy.yaml"
    if not policy.is_file():
        raise TillitError(
            f"there is no policy.yaml in {folder}", "name the project's folder with --project, or write a policy.yaml"
        )
    maps = sorted((place / "stores").glob("*.yaml"))
    texts = [(f"stores/{path.name}", _text(path)) for path in maps]
    parsed, stores = parse_all(("policy.yaml", _text(policy)), texts)
    return Project(place, parsed, stores, load_settings(place / "tillit.yaml"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise TillitError(f"{path.name} is not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise TillitError(f"{path.name} cannot be read: {error.strerror}", "check the rights of the file") from None


@contextmanager
def open_stores(project: Project, environment: Mapping[str, str] = os.environ) -> Iterator[list[OpenStore]]:
    """Every store of the project, reached and bound to its map. Raises StoreError, or Faults of the maps."""
    if not project.stores:
        raise TillitError("the project has no maps", "write one file a store in stores/, as in docs/reference/maps.md")
    with ExitStack() as stack:
        opened: list[OpenStore] = []
        faults: list[Fault] = []
        for store in project.stores:
            url = environment.get(store.url_env, "")
            if not url:
                raise StoreError(
                    f"{store.url_env} is not set, so the store {store.name} cannot be reached",
                    f"export {store.url_env}=... with the URL of its database (stores/*.yaml says which variable)",
                )
            engine = open_engine(url)
            stack.callback(engine.dispose)
            try:
                opened.append(OpenStore(bind(store, read_schema(engine), project.policy), engine))
            except Faults as error:
                faults += error.faults
            except DBAPIError as error:
                raise store_error(store.name, error, "its catalogue could not be read") from None
        if faults:
            raise Faults(faults)
        yield opened


@contextmanager
def remembering(project: Project, environment: Mapping[str, str] = os.environ) -> Iterator[Memory]:
    """The project's memory, made when missing. Raises RegisterError."""
    home = home_of(project, environment)
    register = project.settings.register or str(home / "register.sqlite")
    with open_memory(register, home) as memory:
        yield memory


def home_of(project: Project, environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the keys, the undo and (by default) the register."""
    named = environment.get("TILLIT_HOME", "")
    return Path(named).expanduser().resolve() if named else project.folder / ".tillit"


def fit_to_read(stores: list[OpenStore]) -> None:
    """Every right to look is there. Raises StoreError with the statements that give what is missing."""
    _permitted(stores, "nothing was looked at", for_apply=False)


def fit_to_write(stores: list[OpenStore]) -> None:
    """Every right is there, and every replacement fits the store's constraints: asked before anything is written.

    Raises StoreError, or Faults of the maps.
    """
    _permitted(stores, "nothing was changed", for_apply=True)
    faults = [fault for store in stores for fault in trial(store.engine, store.bound)]
    if faults:
        raise Faults(faults)


def _permitted(stores: list[OpenStore], state: str, *, for_apply: bool) -> None:
    lacking = [
        f"{store.name}: {sentence}"
        for store in stores
        for sentence in missing_rights(
            store.bound,
            store.bound.schema,
            for_apply,
            store.engine.url.username or "tillit",
            store.engine.url.database or "DATABASE",
        )
    ]
    if lacking:
        raise StoreError(f"rights are missing; {state}\n" + "\n".join(lacking), "give them, then run again")
