"""Patients and their sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision: str | None = None

_json = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the first two tables."""
    op.create_table(
        "patients",
        sa.Column("pid", sa.Text, primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False),
        sa.Column("age_years", sa.Double),
        sa.Column("sex", sa.Text),
        sa.Column("height_m", sa.Double),
        sa.Column("mass_kg", sa.Double),
        sa.Column("leg_length_m", sa.Double),
        sa.Column("painful_side", sa.Text),
        sa.Column("walking_aid", sa.Text),
        sa.Column("red_flags", _json, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("created", sa.Text, nullable=False),
    )
    op.create_index("ix_patients_code_key", "patients", ["code_key"])
    op.create_table(
        "sessions",
        sa.Column("sid", sa.Text, primary_key=True),
        sa.Column("pid", sa.Text, sa.ForeignKey("patients.pid", ondelete="CASCADE"), nullable=False),
        sa.Column("started", sa.Text, nullable=False),
        sa.Column("duration_s", sa.Double),
        sa.Column("ended", sa.Text, nullable=False),
        sa.Column("protocol", sa.Text, nullable=False),
        sa.Column("condition", sa.Text, nullable=False),
        sa.Column("pain_before", sa.Integer),
        sa.Column("pain_after", sa.Integer),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("care_verdict", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text),
        sa.Column("headline", _json, nullable=False),
        sa.Column("has_result", sa.Boolean, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
    )
    op.create_index("ix_sessions_pid_started", "sessions", ["pid", "started"])
    op.create_index("ix_sessions_started", "sessions", ["started"])
