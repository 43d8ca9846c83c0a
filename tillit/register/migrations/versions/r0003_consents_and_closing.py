"""How consent was given and withdrawn (Art. 7(1)), and who closed a request with something left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("source", "text_version", "recorded_by"):
        op.add_column("standing_event", sa.Column(name, sa.Text))
    for name in ("close_reason", "closed_by"):
        op.add_column("request", sa.Column(name, sa.Text))
