"""``python -m gaitchain``."""

from gaitchain.cli import main

main()
