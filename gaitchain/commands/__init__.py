"""One file per command; each defines ``command``.

The names and their one-line helps stand here so that listing them imports no command.
"""

COMMANDS: dict[str, str] = {}
