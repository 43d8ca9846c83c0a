"""The policy's own words in another language: `translations/sv.yaml` beside policy.yaml, text by text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tillit.model.errors import Faults, TillitError
from tillit.policy.fields import as_mapping, as_text, entries
from tillit.policy.gather import Gather
from tillit.policy.source import read

LONGEST = 1_000_000  # bytes


def read_translations(folder: Path, language: str) -> Mapping[str, str]:
    """The words of the policy -> the same in `language`; nothing where there is no file. Raises Faults, TillitError."""
    place = folder / "translations" / f"{language}.yaml"
    name = f"translations/{place.name}"
    try:
        raw = place.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise TillitError(f"{name} cannot be read: {error.strerror}", "check the rights of the file") from None
    if len(raw) > LONGEST:
        raise TillitError(f"{name} is larger than {LONGEST} bytes", "leave out what the policy does not say")
    try:
        return parse_translations(name, raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise TillitError(f"{name} is not UTF-8 text", "save it as UTF-8") from None


def parse_translations(name: str, content: str) -> Mapping[str, str]:
    """The texts of a file of translations. Raises Faults with everything wrong in it."""
    gather = Gather()
    root = read(gather, name, content)
    mapping = (
        None if root is None else as_mapping(gather, root, "the file", "`texts:`, with a translation for each text")
    )
    found: dict[str, str] = {}
    if mapping is not None:
        for key, node in entries(gather, mapping, "the file"):
            if key.text == "texts":
                for text, told in entries(gather, node, "`texts`"):
                    found[text.text] = as_text(gather, told, "a translation") or ""
            else:
                gather.add(
                    key.at, "the file holds something else than `texts:`", "write all translations under `texts:`"
                )
    if gather.faults:
        raise Faults(gather.faults)
    return {text: told for text, told in found.items() if told}
