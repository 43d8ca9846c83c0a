"""What a soak says while it runs and at its end, and how many cases it must have tried."""

from __future__ import annotations

from tests.soak.turns import Score, Turns

FULL = 10_000  # cases on each engine in an hour
FULL_KILLS = 200  # sweeps and erasures killed on each engine in an hour
FULL_MINUTES = 60.0
STARTING = 1.0  # minutes that servers and processes take to start and end: a short soak is not asked for these
SHARE = 0.6  # of the pace of a full soak: what a shorter one must reach, on a machine that has other work


def required(minutes: float) -> int:
    """Cases on each engine that a soak of this length must have tried.

    An hour or more: 10,000, whatever the machine. Shorter: that pace times SHARE, the first minute left out.
    """
    if minutes >= FULL_MINUTES:
        return FULL
    return int(max(0.0, minutes - STARTING) / FULL_MINUTES * FULL * SHARE)


def required_kills(minutes: float) -> int:
    """Sweeps and erasures that a full soak must have killed on each engine. A shorter one is asked for none."""
    return FULL_KILLS if minutes >= FULL_MINUTES else 0


def progress(turns: Turns, minutes: float) -> str:
    """One line."""
    parts = [f"{e} {s.cases:,} cases, {s.kills.runs} kills, {len(s.faults)} wrong" for e, s in turns.scores.items()]
    return f"{minutes:6.1f} min  " + "; ".join(parts)


def table(turns: Turns) -> list[str]:
    """The numbers of each engine."""
    heads = (
        "engine",
        "cases",
        "wrong",
        "undone",
        "explained",
        "sweeps killed",
        "erasures killed",
        "undos killed",
        "s/case",
    )
    lines = [(e, *cells(s)) for e, s in turns.scores.items()]
    widths = [max(len(row[i]) for row in (heads, *lines)) for i in range(len(heads))]
    return ["  ".join(f"{cell:>{w}}" for cell, w in zip(row, widths, strict=True)) for row in (heads, *lines)]


def cells(score: Score) -> tuple[str, ...]:
    each = score.seconds / score.cases if score.cases else 0.0
    return (
        f"{score.cases:,}",
        str(len(score.faults)),
        f"{score.undone:,}",
        f"{score.explained:,}",
        f"{score.kills.sweeps:,}",
        f"{score.kills.erasures:,}",
        f"{score.kills.undos:,}",
        f"{each:.3f}",
    )


def shortfalls(turns: Turns, minutes: float) -> list[str]:
    """Engines on which too few cases were tried, or too few runs killed."""
    wanted = turns.most or required(minutes)
    kills = required_kills(minutes) if turns.most is None else 0
    few = [
        (engine, what, found, least)
        for engine, score in turns.scores.items()
        for what, found, least in (("cases", score.cases, wanted), ("kills", score.kills.runs, kills))
        if found < least
    ]
    return [
        f"{engine}: {found:,} {what} in {minutes:g} minutes, {least:,} wanted" for engine, what, found, least in few
    ]


def closing(turns: Turns, minutes: float) -> tuple[list[str], bool]:
    """The last lines, and whether all is well."""
    passed = sum(s.cases + s.kills.trials for s in turns.scores.values())
    failed = sum(len(s.faults) for s in turns.scores.values())
    short = shortfalls(turns, minutes)
    lines = [*turns.broken, *(f"too few: {line}" for line in short)]
    if turns.most is not None or minutes < FULL_MINUTES:
        full = f"{FULL_MINUTES:g} minutes, {FULL:,} cases and {FULL_KILLS} kills on each of the three engines"
        lines.append(f"this was a short soak; a full one is {full}")
    bad = failed + len(turns.broken) + len(short)
    return [*lines, f"{passed - failed:,} passed, {bad:,} failed"], not bad
