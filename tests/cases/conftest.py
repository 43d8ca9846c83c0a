"""The product on one database of each engine, for very many small cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.oracle.product import Product
from tests.soak.trial import new_store, product_on
from tests.support import servers
from tests.support.availability import unavailable


@pytest.fixture(scope="session")
def products() -> Iterator[Callable[[str], Product]]:
    """`products("mariadb")`: made when first asked for, then the same one."""
    made: dict[str, Product] = {}
    with ExitStack() as stack:

        def of(engine: str) -> Product:
            if engine not in made:
                try:
                    url = stack.enter_context(new_store(engine))
                except servers.ServerUnavailable as error:
                    unavailable(str(error))
                made[engine] = stack.enter_context(product_on(url))
            return made[engine]

        yield of
