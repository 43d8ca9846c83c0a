"""Every kind of check, by its name."""

from __future__ import annotations

from tillit.checks import (
    access_grants,
    card_numbers,
    drift,
    encryption,
    erased_people,
    files,
    individual_segments,
    opt_out,
    password_storage,
    recipients,
    requests_in_time,
    retention,
    sources_told,
    storage_place,
    unresponsive,
)
from tillit.checks.case import Kind

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        retention.KIND,
        drift.KIND,
        card_numbers.KIND,
        individual_segments.KIND,
        password_storage.KIND,
        erased_people.KIND,
        recipients.KIND,
        storage_place.KIND,
        encryption.IN_TRANSIT,
        encryption.AT_REST,
        access_grants.KIND,
        opt_out.KIND,
        unresponsive.KIND,
        sources_told.KIND,
        requests_in_time.KIND,
        files.NOTICE,
        files.LINT,
    )
}
