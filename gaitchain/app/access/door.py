"""Logging in: by the one-time token at this computer, by name and password otherwise."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import HTTPException

from gaitchain.app.access.limits import WrongTries
from gaitchain.app.access.logins import Logins
from gaitchain.app.access.tokens import OneTimeToken
from gaitchain.app.access.visitors import Visitor
from gaitchain.app.settings import Settings
from gaitchain.store import LOCAL, Role, Store, User

AT_ONCE = 2  # hashing takes a core and 64 MB each


@dataclass(frozen=True, slots=True)
class Clocks:
    """Seconds that only grow, and Unix time; a test brings its own."""

    monotonic_s: Callable[[], float] = time.monotonic
    unix_s: Callable[[], float] = time.time


@dataclass(slots=True)
class Door:
    """Everything that decides who is in.

    Attributes
    ----------
    logins : Logins
    token : OneTimeToken
    """

    settings: Settings
    store: Store
    logins: Logins
    token: OneTimeToken
    tries: WrongTries
    _hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def visitor(self, secret: str) -> Visitor | None:
        """Who comes with a cookie.

        None if it is no login, that user is gone or has another password now, or may not come in this way.
        """
        login = self.logins.find(secret)
        if login is None:
            return None
        if login.name == LOCAL:
            return None if self.settings.users_required else Visitor(LOCAL, Role.ADMIN)
        users = (user for user in self.store.users.all() if (user.name, user.stamp) == (login.name, login.stamp))
        return next((Visitor(user.name, user.role) for user in users), None)

    async def log_in(self, name: str, password: str, address: str) -> User | None:
        """The user, if name and password are right; 429 for whoever was wrong too often."""
        self._refuse_too_often(address)
        async with self._hashing:
            self._refuse_too_often(address)  # many tries at once have all passed the first time
            user = await asyncio.to_thread(self.store.users.check, name, password)
            if user is None:
                self.tries.wrong(address)
        await asyncio.to_thread(self.store.audit, "nobody" if user is None else user.name, _WORDS[user is not None])
        return user

    def _refuse_too_often(self, address: str) -> None:
        wait_s = self.tries.wait_s(address)
        if wait_s:
            raise HTTPException(429, f"Too many wrong tries; wait {wait_s} s.", {"retry-after": str(wait_s)})


_WORDS = {True: "logged in", False: "login refused"}


def door(settings: Settings, store: Store, clocks: Clocks) -> Door:
    """The door of an app."""
    limits = settings.limits
    tries = WrongTries(limits.wrong_tries, limits.wrong_within_s, clocks.monotonic_s)
    logins = Logins(settings.data / "logins.json", limits.login_s, clocks.unix_s)
    token = OneTimeToken(None if settings.users_required else settings.token, logins, tries)
    return Door(settings, store, logins, token, tries)
