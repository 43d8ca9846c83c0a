"""Draw docs/images/demo.svg: the demo's company before and after a sweep, and one person's request, as the product
answered just now. Nothing in it is written by hand, and nothing of this machine is shown.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "demo.svg"
PEOPLE = 2000  # as in the demo
WIDTH = 112  # columns
ASTRID = "astrid.lindqvist@example.com"

# What is typed, and from which line to which (both shown) of the answer; an empty end means to the last line.
SCENES: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("tillit check", (("Clause", "A better website"), ("promises broken", "in no map"))),
    ("tillit sweep --apply --approve", (("rows done in run", ""),)),
    ("tillit check", (("Clause", "A better website"),)),
    (f"tillit forget --email {ASTRID}", (("What would be kept", "about somebody else"), ("Nothing was changed", ""))),
)


def main() -> None:
    """Build the company in a temporary folder, run the scenes, draw."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath))),
            "QUALISYS_DB": f"sqlite:///{folder}/business.sqlite",
            "QUALISYS_WEB": f"sqlite:///{folder}/web.sqlite",
            "QUALISYS_MARKETING": f"sqlite:///{folder}/marketing.sqlite",
            "QUALISYS_RECRUITMENT": f"sqlite:///{folder}/recruitment.sqlite",
            "TILLIT_HOME": f"{folder}/home",
            "TILLIT_PROJECT": str(ROOT / "examples" / "qualisys"),
            "FORCE_COLOR": "1",
        }
        company = [sys.executable, "-m", "examples.qualisys.company", "--people", str(PEOPLE), "--replace"]
        subprocess.run(company, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        lines = [line for typed, parts in SCENES for line in _scene(typed, parts, folder, environment)]
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(_drawn(lines), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {len(lines)} lines")


def _scene(typed: str, parts: tuple[tuple[str, str], ...], folder: str, environment: dict[str, str]) -> Iterator[Text]:
    done = subprocess.run(typed.split(), cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{typed} ended with {done.returncode}: {done.stderr}")
    said = [Text.from_ansi(line) for line in done.stdout.splitlines()]
    yield Text.from_markup(f"[bold cyan]$[/] [bold]{typed}[/]")
    yield Text()
    for first, last in parts:
        yield from _between(said, first, last, typed)
        yield Text()


def _between(said: list[Text], first: str, last: str, typed: str) -> list[Text]:
    start = next((i for i, line in enumerate(said) if first in line.plain), len(said))
    end = next((i for i, line in enumerate(said[start:], start) if last in line.plain), None)
    if end is None:
        raise SystemExit(f"{typed} no longer says {first!r} ... {last!r}: mend SCENES in scripts/picture.py")
    return said[start:] if not last else said[start : end + 1]


def _drawn(lines: list[Text]) -> str:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    for line in lines:
        line.rstrip()
        console.print(line, soft_wrap=False)
    drawn = console.export_svg(title="Tillit", unique_id="tillit-demo")
    # Fonts from elsewhere are not fetched in a picture, and must not be asked for: any monospaced one will do.
    drawn = re.sub(r"@font-face\s*{.*?}\s*", "", drawn, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    drawn = re.sub(r" *<!--.*?-->\n", "", drawn)
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


if __name__ == "__main__":
    main()
