"""The two languages: text in, objects out. Pure: no file is read here."""

from tillit.policy.diff import Change, ChangeKind, diff
from tillit.policy.digest import policy_digest, store_digest
from tillit.policy.parse import parse_all, parse_policy, parse_store

__all__ = ["Change", "ChangeKind", "diff", "parse_all", "parse_policy", "parse_store", "policy_digest", "store_digest"]
