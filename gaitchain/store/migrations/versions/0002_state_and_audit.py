"""The state of the files behind each row, so that a row which a crash left behind is seen; the trail; the model.

Rows of the first revision get an empty state, which no file has: opening the store reads their files again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Add the columns to the rows that are there, and the table of the audit trail."""
    # Added, not made anew: dropping SQLite's old table of patients would delete their sessions with it.
    op.add_column("patients", sa.Column("state", sa.Text, nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("state", sa.Text, nullable=False, server_default=""))
    op.add_column("sessions", sa.Column("model_version", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "audit",
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("pid", sa.Text),
        sa.Column("sid", sa.Text),
    )
    op.create_index("ix_audit_pid", "audit", ["pid"])
