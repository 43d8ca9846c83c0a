"""The files that applicants sent: a row names each, and the folder of files beside the recruitment tool holds it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from examples.qualisys.company.world import Row, World, noon


def application_files(world: World, people: list[Row], applications: list[Row]) -> list[Row]:
    """One row for each application. Every fiftieth file is no text that anybody could read."""
    names = {person["id"]: person for person in people}
    return [_file(world, names[row["applicant_id"]], row) for row in applications]


def _file(world: World, person: Row, application: Row) -> Row:
    key = application["id"]
    path = f"{int(str(key)) // 1000:03d}/{key}-cv.txt"
    text = f"Curriculum vitae\n\n{person['name']}\n{person['email']}\n\n{application['cv']}\n"
    content = bytes(255 - b for b in text.encode()) if int(str(key)) % 50 == 0 else text.encode()
    world.files.append((path, content))
    return {
        "id": key,
        "application_id": key,
        "kind": "cv",
        "path": path,
        "digest": hashlib.sha256(content).hexdigest(),
        "stored_at": application["received_at"] or noon(world.today),
    }


def write(world: World, folder: Path) -> int:
    """Put the files where the rows say they are; returns how many."""
    for path, content in world.files:
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return len(world.files)
