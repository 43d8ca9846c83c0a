"""What is wrong with a policy, before any data is looked at. No store is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tillit.model.errors import TillitError
from tillit.model.policy import Policy
from tillit.policy.parse import parse_policy
from tillit.policy.rules import Finding, Severity, lint

ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


@dataclass(frozen=True, slots=True)
class Linted:
    """One policy file and what the linter found in it, in the order of the file."""

    file: str
    policy: Policy
    findings: tuple[Finding, ...]

    def count(self, severity: Severity) -> int:
        return sum(f.severity is severity for f in self.findings)

    def at_least(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings that are as grave as `severity`, or graver."""
        return tuple(f for f in self.findings if ORDER.index(f.severity) <= ORDER.index(severity))


def lint_file(file: Path, now: datetime) -> Linted:
    """Lint a policy: a file, or the folder of a project. Raises Faults when it is no policy, TillitError when no file.

    `now` is aware; reviews fall due by the controller's local day.
    """
    place = file / "policy.yaml" if file.is_dir() else file
    policy = parse_policy(place.name, _text(place))
    today = now.astimezone(ZoneInfo(policy.controller.timezone)).date()
    return Linted(place.name, policy, lint(policy, today))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise TillitError(f"there is no {file.name} here", "name a policy file, or a project's folder") from None
    except UnicodeDecodeError:
        raise TillitError(f"{file.name} is not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise TillitError(f"{file.name} cannot be read: {error.strerror}", "check the rights of the file") from None
