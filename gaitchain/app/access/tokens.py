"""The token in the address that ``gaitchain serve`` prints: it lets one browser in, once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from gaitchain.app.access.limits import WrongTries
from gaitchain.app.access.logins import Logins
from gaitchain.store import LOCAL


@dataclass(frozen=True, slots=True)
class Admission:
    """How a try to get in ended: with what the cookie shall hold, or with a sentence."""

    secret: str | None = None
    why: str = ""
    wait_s: int = 0  # before the next try


class OneTimeToken:
    """Lets in whoever brings it first.

    Parameters
    ----------
    token : str or None
        None: nobody gets in this way.
    """

    def __init__(self, token: str | None, logins: Logins, tries: WrongTries) -> None:
        self._token, self._logins, self._tries = token, logins, tries

    def admit(self, given: str, address: str) -> Admission:
        """Try a token."""
        wait_s = self._tries.wait_s(address)
        if wait_s:
            return Admission(None, f"Too many wrong tries; wait {wait_s} s.", wait_s)
        if self._token is None or not secrets.compare_digest(given.encode(), self._token.encode()):
            self._tries.wrong(address)
            return Admission(None, "This address has been used already, or is not whole. Start `gaitchain serve` anew.")
        self._token = None
        return Admission(self._logins.open(LOCAL))
