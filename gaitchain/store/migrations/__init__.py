"""How the tables of the index came to be, revision by revision; Alembic runs them."""
