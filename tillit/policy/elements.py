"""The entries of a policy by their path: `purposes.orders`, `information.contact.name`, `rights.access`."""

from __future__ import annotations

from collections.abc import Mapping

from tillit.model.policy import Policy

_INNER = {
    "rights": ("offered",),
    "marketing": ("channels", "eligible", "messages"),
    "cookies": ("uses", "register"),
}


def element(policy: Policy, path: str) -> object | None:
    """The entry at `path`; None where there is none. `rights.access` is short for `rights.offered.access`."""
    section, _, rest = path.partition(".")
    here = getattr(policy, section, None) if section in Policy.__dataclass_fields__ else None
    if not rest or here is None:
        return here
    if section == "information":
        return policy.information.get(rest)
    if isinstance(here, Mapping):
        return here.get(rest)
    word, _, name = rest.partition(".")
    if section == "rights" and not name:
        word, name = "offered", word
    inner = getattr(here, word, None) if word in getattr(type(here), "__dataclass_fields__", ()) else None
    if word in _INNER.get(section, ()) and name:
        return inner.get(name) if isinstance(inner, Mapping) else None
    return None if name else inner


def paths(policy: Policy) -> tuple[str, ...]:
    """The paths of all entries, for "did you mean"."""
    found = []
    for section in Policy.__dataclass_fields__:
        here = getattr(policy, section)
        if isinstance(here, Mapping):
            found += [f"{section}.{name}" for name in here]
        for word in _INNER.get(section, ()):
            inner = getattr(here, word, None)
            short = section if section == "rights" else f"{section}.{word}"
            found += [f"{short}.{name}" for name in inner] if isinstance(inner, Mapping) else []
    return tuple(found)
