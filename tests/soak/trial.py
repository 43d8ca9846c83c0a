"""One case on one engine: planned, carried out, undone, explained, and held against the oracle."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.oracle import compare, show, shrink
from tests.oracle.generate import Case, generate
from tests.oracle.loading import Loader
from tests.oracle.product import NotLoaded, Product
from tests.soak.real import MEMORY, RealRun, as_recorded
from tests.support import servers
from tillit.connectors.sql.connect import open_engine

ENGINES = ("sqlite", "postgresql", "mariadb")
UNDO_EVERY = 10
REAL_AT = 5  # of each ten: carried out and undone by a real run
EXPLAIN_EVERY = 10
PACE = 2  # marked rows a batch: so few that nearly every sweep takes several transactions
SHRINK_SECONDS = 60.0


@dataclass(frozen=True)
class Told:
    """What one trial says."""

    undone: bool = False
    explained: int = 0
    fault: str = ""  # empty: both sides agree


@contextmanager
def new_store(engine: str) -> Iterator[str]:
    """The URL of an empty database of that kind, gone afterwards."""
    if engine != "sqlite":
        kind: servers.Engine = "postgresql" if engine == "postgresql" else "mariadb"
        with servers.fresh_database(kind) as url:
            # TLS on loopback: the driver reads all the root certificates of the machine for each connection, 25 ms
            yield f"{url}?ssl_disabled=true" if engine == "mariadb" else url
        return
    with TemporaryDirectory(prefix="tillit-soak-", dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder) / "store.sqlite"
        path.touch()
        yield f"sqlite:///{path}"


@contextmanager
def product_on(url: str) -> Iterator[Product]:
    """The product on an empty database. Statements differ from case to case: a cache of them only costs."""
    store, side = open_engine(url), open_engine(url)
    store.update_execution_options(compiled_cache=None)
    side.update_execution_options(compiled_cache=None)
    loader = Loader(side)
    try:
        yield Product(store, PACE, undo=False, loader=loader)
    finally:
        loader.close()
        side.dispose()
        store.dispose()


def case_of(engine: str, seed: int) -> Case:
    """The seed's case with one of its scopes."""
    case = generate(seed, engine)
    return replace(case, scopes=(case.scopes[seed // 3 % len(case.scopes)],))


def trial(product: Product, engine: str, seed: int, *, small: bool = True) -> Told:
    """Compare one case; a fault is told with the smallest case that still shows it, when `small`."""
    case = case_of(engine, seed)
    undo, explaining = seed % UNDO_EVERY == 0, seed % EXPLAIN_EVERY == 1
    product.undo = undo
    if seed % UNDO_EVERY == REAL_AT:
        undo, case = True, as_recorded(case)
        product = RealRun(product.engine, product.pace, loader=product.loader)
    fault = differs(product, case, explaining)
    if not fault:
        people = len(case.scopes[0] or ()) if explaining else 0
        return Told(undone=undo, explained=people)
    kind = fault.kind
    if small:
        gc.enable()  # this takes many tries
        until = time.monotonic() + SHRINK_SECONDS
        case = shrink.shrink(
            case, lambda c: time.monotonic() < until and getattr(differs(product, c, explaining), "kind", "") == kind
        )
        fault = differs(product, case, explaining) or fault
    return Told(fault=f"{engine}, seed {seed}: {fault.text}" + (f"\n{show.case(case)}" if small else ""))


@dataclass(frozen=True)
class Fault:
    """How a case differs. `kind` tells apart what may not be mixed up while a case is made smaller."""

    kind: str
    text: str


def differs(product: Product, case: Case, explaining: bool = False) -> Fault | None:
    """What the two sides say differently, or the error the product made."""
    product.loaded = None
    try:
        found: list[compare.Difference] = []
        for scope in case.scopes:
            for person in sorted(scope or (), key=str) if explaining else ():
                found += compare.explain_differences(case, person, product)
            if found:
                return Fault("explain", "\n".join(map(str, found[:8])))
            found += compare.sweep_differences(case, scope, product)
        return Fault("sweep", "\n".join(map(str, found[:8]))) if found else None
    except NotLoaded:
        raise
    except Exception as error:
        text = "\n".join(str(error).splitlines()[:12])
        return Fault(type(error).__name__, f"{type(error).__name__}: {text[:2_000]}")
