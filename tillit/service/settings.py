"""tillit.yaml: what the owner of a project may set. Everything has a default; the file may be missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tillit.decide.brake import Limits
from tillit.model.errors import Faults
from tillit.policy.gather import Gather, quoted
from tillit.policy.source import Mapping, Node, Scalar, read

LONGEST_UNDO = 28  # days: an erasure's undo must be gone within the month the law gives (Art. 12(3))


@dataclass(frozen=True, slots=True)
class Settings:
    """`undo_days`: how long an erasure can be undone. `register`: a path or URL; empty for the default place."""

    undo_days: int = 14
    limits: Limits = field(default_factory=Limits)
    register: str = ""


def load_settings(file: Path) -> Settings:
    """The settings in `file`, or the defaults where there is none. Raises Faults."""
    if not file.is_file():
        return Settings()
    gather = Gather()
    node = read(gather, file.name, file.read_text(encoding="utf-8"))
    settings = _settings(gather, node) if isinstance(node, Mapping) else Settings()
    if gather.faults:
        raise Faults(gather.faults)
    return settings


def _settings(gather: Gather, node: Mapping) -> Settings:
    fields = _fields(gather, node, ("undo_days", "brake", "register"))
    default = Settings()
    undo_days = _whole(gather, fields.get("undo_days"), default.undo_days, LONGEST_UNDO)
    register = fields.get("register")
    place = register.text if isinstance(register, Scalar) else ""
    brake = fields.get("brake")
    limits = _limits(gather, brake) if isinstance(brake, Mapping) else default.limits
    return Settings(undo_days, limits, place)


def _limits(gather: Gather, node: Mapping) -> Limits:
    fields, default = _fields(gather, node, ("share", "rows", "person_rows")), Limits()
    return Limits(
        share=_share(gather, fields.get("share"), default.share),
        rows=_whole(gather, fields.get("rows"), default.rows),
        person_rows=_whole(gather, fields.get("person_rows"), default.person_rows),
    )


def _fields(gather: Gather, node: Mapping, known: tuple[str, ...]) -> dict[str, Node]:
    for key, _ in node.pairs:
        if key.text not in known:
            gather.unknown(key.at, "setting", key.text, known)
    return {key.text: value for key, value in node.pairs}


def _whole(gather: Gather, node: Node | None, default: int, most: int | None = None) -> int:
    if node is None:
        return default
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0 or (most is not None and value > most):
        upto = f" up to {most}" if most is not None else ""
        gather.add(node.at, "this setting wants a whole number", f"write a number from 0{upto}")
        return default
    return value


def _share(gather: Gather, node: Node | None, default: float) -> float:
    """`20 %`, or `0.2`."""
    if node is None:
        return default
    text = node.text.replace(" ", "") if isinstance(node, Scalar) else ""
    try:
        value = Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)
    except ArithmeticError:
        value = Decimal(-1)
    if not 0 <= value <= 1:
        gather.add(node.at, f"{quoted(text)} is no share", "write a percentage such as `20 %`")
        return default
    return float(value)
