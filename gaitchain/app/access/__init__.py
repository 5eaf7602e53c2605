"""Who gets in, and what they may do. docs/app-server.md has the model and what it is meant to withstand."""
