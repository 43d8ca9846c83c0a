"""The connection breaks around the commit: what the store then holds is found out, by the run itself or by the next."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
import sqlalchemy as sa

from tests.faults.support import at, erasure_converges, fails, forgotten, sweep_converges, swept
from tests.run.shop import Shop, new_shop
from tests.run.test_recover import erased, settled


@pytest.fixture(params=["postgresql", "mariadb"])
def shop(request, tmp_path) -> Shop:
    url = request.getfixturevalue({"postgresql": "pg_url", "mariadb": "mariadb_url"}[request.param])
    return new_shop(tmp_path / "project", url)


def end_sessions(shop: Shop) -> None:
    """The server ends every other session in the shop's database, as an administrator or a restart does."""
    url = sa.make_url(shop.url)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        if url.get_backend_name() == "postgresql":
            conn.exec_driver_sql(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        else:
            mine = "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()"
            for session in conn.exec_driver_sql(mine).scalars().all():
                with suppress(sa.exc.SQLAlchemyError):  # it may have ended by itself
                    conn.exec_driver_sql(f"KILL {int(session)}")
    engine.dispose()


@pytest.mark.parametrize("point", ["intended", "sent", "sent:2"])
def test_a_sweep_whose_session_is_ended(shop, point):
    """`sent` is the last word before the commit: it then fails, and the store is asked."""
    before = shop.rows()
    with at(point, lambda: end_sessions(shop)) as came:
        error = fails(swept, shop)
    assert came == [point]
    assert "lost" in error.what
    sweep_converges(shop, before)


def test_a_sweep_whose_session_is_ended_between_two_batches(shop):
    """The first batch stays done, and has its receipt."""
    before = shop.rows()
    with at("committed", lambda: end_sessions(shop)):
        error = fails(swept, shop)
    assert "lost" in error.what
    sweep_converges(shop, before)


@pytest.mark.parametrize("point", ["sealed", "intended", "sent:2"])
def test_an_erasure_whose_session_is_ended(shop, point):
    before = shop.rows()
    with at(point, lambda: end_sessions(shop)) as came:
        fails(forgotten, shop)
    assert came == [point]
    assert shop.rows() == before
    settled(shop)
    erasure_converges(shop, before)


@dataclass
class Wire:
    """A TCP connection in between, that lets the client's COMMIT through and swallows the answer."""

    server: tuple[str, int]
    listener: socket.socket = field(default_factory=socket.socket)
    open: list[socket.socket] = field(default_factory=list)
    armed: bool = False
    deaf: bool = False
    swallowed: threading.Event = field(default_factory=threading.Event)

    def start(self) -> int:
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()
        return int(self.listener.getsockname()[1])

    def stop(self) -> None:
        for one in (self.listener, *self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(self.server)
                self.open += [client, server]
                for job in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self._pass_on, args=job, daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if answers and self.deaf:  # the server has done as it was told, and nobody hears of it
                    self.deaf = False
                    self.swallowed.set()
                    break
                if not answers and self.armed and b"COMMIT" in data:
                    self.armed, self.deaf = False, True
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """At the next COMMIT."""
        self.armed = True


@pytest.fixture
def wire(shop) -> Iterator[Callable[[], tuple[Wire, Shop]]]:
    url = sa.make_url(shop.url)
    made = Wire((str(url.host), int(url.port or 0)))
    port = made.start()
    plain = {"postgresql": {"sslmode": "disable"}, "mysql": {"ssl_disabled": "true"}}[url.get_backend_name()]
    through = url.set(port=port).update_query_dict(plain).render_as_string(hide_password=False)
    yield lambda: (made, replace(shop, url=through))
    made.stop()


def test_a_commit_whose_answer_is_lost(shop, wire):
    """The store has committed and nobody heard of it: the run asks on a new connection, and gives the receipt."""
    before = shop.rows()
    cut, through = wire()
    with at("intended", cut.cut):
        error = fails(swept, through)
    assert cut.swallowed.is_set()
    assert "lost" in error.what
    assert {r[0] for r in shop.rows()["invoices"]} == {20, 22}  # it had happened
    settled(shop)
    sweep_converges(shop, before)


def test_an_erasure_whose_commit_is_not_answered(shop, wire):
    before = shop.rows()
    cut, through = wire()
    with at("intended", cut.cut):
        fails(forgotten, through)
    assert cut.swallowed.is_set()
    assert shop.rows() == erased(before)
    settled(shop)
    erasure_converges(shop, before)
