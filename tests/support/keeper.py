"""The process that keeps one private database server for a test run.

Run as `keeper.py ENGINE FOLDER FD`: FD is a listening Unix socket. The server starts when somebody first connects;
everybody who connects gets a JSON answer, `{"url": ...}` or `{"error": ...}`. When standard input closes, because the
run ended or its process died in any way, the server is stopped and FOLDER removed.

Nothing here is made to survive: no fsync, small memory, a random password, 127.0.0.1 only.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 60.0
ATTEMPTS = 3  # a free port may be taken between finding and using it

PASSWORD = secrets.token_hex(12)


class CannotStart(RuntimeError):
    """Why there is no server, in words for the person who runs the tests."""


@dataclass(frozen=True)
class Kind:
    """How one kind of server is made and run."""

    prepare: Callable[[Path], None]
    command: Callable[[Path, int], list[str]]
    url: str
    stop_signal: signal.Signals


def main() -> None:
    engine, folder, listener = sys.argv[1], Path(sys.argv[2]), socket.socket(fileno=int(sys.argv[3]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kind = KINDS[engine]
    server: subprocess.Popen[bytes] | None = None
    answer: dict[str, str] | None = None
    try:
        while True:
            ready, _, _ = select.select([sys.stdin, listener], [], [])
            if sys.stdin in ready:
                return
            asking, _ = listener.accept()
            with asking:
                if answer is None:
                    try:
                        server, port = start(kind, folder)
                        answer = {"url": kind.url.format(password=PASSWORD, port=port)}
                    except (CannotStart, OSError) as error:
                        answer = {"error": str(error)}
                with suppress(OSError):  # whoever asked is gone; others may come
                    asking.sendall(json.dumps(answer).encode())
    finally:
        if server is not None:
            stop(server, kind.stop_signal)
        shutil.rmtree(folder, ignore_errors=True)


def start(kind: Kind, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Make a data folder and run the server on a free port; returns when it accepts connections."""
    if os.getuid() == 0:
        account = unprivileged()
        os.chown(folder, account.pw_uid, account.pw_gid)
    kind.prepare(folder)
    for _ in range(ATTEMPTS):
        port = free_port()
        server = spawn(kind.command(folder, port), folder)
        if accepts(server, port):
            return server, port
        stop(server, signal.SIGKILL)
    raise CannotStart(f"the private server does not start: {last_words(folder / 'log')}")


def accepts(server: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the server answers on its port; false when it exits or takes too long."""
    until = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
                probe.settimeout(5)
                if answers(probe):
                    return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


def answers(probe: socket.socket) -> bool:
    """True when the server talks: MariaDB greets first, PostgreSQL answers a request for TLS with one letter.

    PostgreSQL answers that before recovery has finished, but this one has nothing to recover.
    """
    if sys.argv[1] == "postgresql":
        probe.sendall(bytes([0, 0, 0, 8, 4, 210, 22, 47]))
        return probe.recv(1) in (b"S", b"N")
    return len(probe.recv(5)) == 5


def stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if server.poll() is None:
        server.send_signal(how)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def unprivileged() -> pwd.struct_passwd:
    """The account that servers run as when the tests run as root; both engines refuse root or advise against it."""
    for name in ("nobody", "postgres", "mysql"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart("there is no account 'nobody' to run a private server as")


def spawn(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    """Run a program of the engine as the unprivileged account; what it says goes to FOLDER/log."""
    account = unprivileged() if os.getuid() == 0 else None
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            user=account and account.pw_uid,
            group=account and account.pw_gid,
            extra_groups=account and [],
        )


def run(command: list[str], folder: Path) -> None:
    if spawn(command, folder).wait():
        raise CannotStart(f"{Path(command[0]).name} failed: {last_words(folder / 'log')}")


def last_words(log: Path) -> str:
    return " | ".join(log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-5:])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(*names: str, package: str) -> str:
    """The newest of these programs, on PATH or where Debian puts servers."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    for name in names:
        found = shutil.which(name, path=path)
        if found:
            return found
    raise CannotStart(f"{names[0]} is not installed; install it (Debian: apt-get install {package})")


def private(path: Path, text: str) -> Path:
    """A file that only the server's account reads."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    if os.getuid() == 0:
        account = unprivileged()
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


def prepare_postgresql(folder: Path) -> None:
    initdb = program("initdb", package="postgresql")
    secret = private(folder / "password", PASSWORD)
    options = ["--username=tillit", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
    run([initdb, f"--pgdata={folder / 'data'}", *options, "--no-sync", "--no-instructions"], folder)
    secret.unlink()


def command_postgresql(folder: Path, port: int) -> list[str]:
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "64MB",
        "max_connections": 100,
        "timezone": "UTC",
        "log_timezone": "UTC",
        "client_min_messages": "warning",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return [program("postgres", package="postgresql"), "-D", str(folder / "data"), *options]


def prepare_mariadb(folder: Path) -> None:
    install = program("mariadb-install-db", "mysql_install_db", package="mariadb-server")
    run([install, "--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db", *_small_mariadb(folder)], folder)
    statements = [
        f"CREATE USER IF NOT EXISTS 'tillit'@'%' IDENTIFIED BY '{PASSWORD}'",
        "GRANT ALL ON *.* TO 'tillit'@'%' WITH GRANT OPTION",
    ]
    private(folder / "init.sql", ";\n".join(statements) + ";\n")


def command_mariadb(folder: Path, port: int) -> list[str]:
    return [
        program("mariadbd", "mysqld", package="mariadb-server"),
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--socket={folder / 'socket'}",
        f"--pid-file={folder / 'pid'}",
        f"--init-file={folder / 'init.sql'}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--default-time-zone=+00:00",
        "--character-set-server=utf8mb4",
        "--max-connections=100",
        *_small_mariadb(folder),
    ]


def _small_mariadb(folder: Path) -> list[str]:
    return [
        f"--tmpdir={folder}",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=32M",
        "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync",
        "--innodb-doublewrite=0",
        "--sync-frm=0",
        "--key-buffer-size=8M",
        "--performance-schema=off",
    ]


KINDS = {
    "postgresql": Kind(
        prepare_postgresql,
        command_postgresql,
        "postgresql+psycopg://tillit:{password}@127.0.0.1:{port}/",
        signal.SIGINT,
    ),
    "mariadb": Kind(
        prepare_mariadb,
        command_mariadb,
        "mysql+pymysql://tillit:{password}@127.0.0.1:{port}/",
        signal.SIGKILL,
    ),
}

if __name__ == "__main__":
    main()
