"""The tables of the index, the same on SQLite and PostgreSQL. Every row can be made again from the files."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

HEAD = "0002"  # the revision that these tables are

metadata = MetaData()
_json = JSON().with_variant(JSONB(), "postgresql")

patients = Table(
    "patients",
    metadata,
    Column("pid", Text, primary_key=True),
    Column("code", Text, nullable=False),
    Column("code_key", Text, nullable=False, index=True),  # casefolded: what is searched and must not occur twice
    Column("age_years", Double),
    Column("sex", Text),
    Column("height_m", Double),
    Column("mass_kg", Double),
    Column("leg_length_m", Double),
    Column("painful_side", Text),
    Column("walking_aid", Text),
    Column("red_flags", _json, nullable=False),
    Column("notes", Text, nullable=False),
    Column("created", Text, nullable=False),  # ISO 8601, UTC: sorts as text
    Column("state", Text, nullable=False, server_default=""),  # of the file that the row was made from
)

sessions = Table(
    "sessions",
    metadata,
    Column("sid", Text, primary_key=True),
    Column("pid", Text, ForeignKey("patients.pid", ondelete="CASCADE"), nullable=False),
    Column("started", Text, nullable=False),
    Column("duration_s", Double),
    Column("ended", Text, nullable=False),
    Column("protocol", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("pain_before", Integer),
    Column("pain_after", Integer),
    Column("notes", Text, nullable=False),
    Column("care_verdict", Text),
    Column("created_by", Text, nullable=False),
    Column("verdict", Text),
    Column("headline", _json, nullable=False),
    Column("has_result", Boolean, nullable=False),
    Column("version", Text, nullable=False),
    Column("model_version", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, server_default=""),  # of the files that the row was made from
    Index("ix_sessions_pid_started", "pid", "started"),
    Index("ix_sessions_started", "started"),
)

audit = Table(
    "audit",
    metadata,
    # Where the line begins in audit.jsonl: the same whoever reads it.
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("moment", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("pid", Text, index=True),  # no foreign key: the trail outlives the patient
    Column("sid", Text),
)
