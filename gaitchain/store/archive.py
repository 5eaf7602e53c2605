"""Backups: one .tar.gz of everything that is truth, with a checksum of every file; the index is made again."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from gaitchain import __version__
from gaitchain.errors import ExitCode
from gaitchain.store.errors import NotFound, StoreError
from gaitchain.store.layout import Layout
from sensor.recording.atomic import whole_file

SUFFIX = ".tar.gz"
SCHEMA_VERSION = 1
_CHECKSUMS = "checksums.json"  # the last member: an archive that was cut has none
_TOP = ("patients", "users.json", "audit.jsonl")
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Backup:
    """An archive: where it is, how many files it holds, and their bytes before compression."""

    path: Path
    files: int
    size: int


class _Summed:
    """Reads so many bytes of a file, no more if it grows meanwhile, and sums them up."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._left, self.digest = file, size, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        self.digest.update(data)
        return data


def backup(data: Path, dest: Path) -> Backup:
    """Write everything but the index, which can be made again, into one archive.

    Others may go on working meanwhile; of a recording that is being written the archive holds what was there.

    Parameters
    ----------
    data, dest : Path
        The data folder; the archive's name, or a folder in which it gets one with the date.

    Raises
    ------
    NotFound
        There is nothing to back up.
    StoreError
        There is a file of that name.
    """
    if dest.is_dir():
        dest = dest / f"gaitchain-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"
    if dest.exists():
        raise StoreError(f"{dest}: there already; give another name, nothing is overwritten.", ExitCode.USAGE)
    if not Layout(data).patients.is_dir():
        raise NotFound(f"{data}: no patients are kept here; give the right folder with --data.")
    dest.parent.mkdir(parents=True, exist_ok=True)
    sums: dict[str, str] = {}
    size = 0
    with whole_file(dest) as part:
        part.touch(mode=0o600)
        with tarfile.open(part, "w:gz", compresslevel=3) as archive:  # recordings are compressed already
            for path in _files(data):
                name = path.relative_to(data).as_posix()
                if added := _add(archive, path, name):
                    sums[name], length = added
                    size += length
            _add_checksums(archive, sums)
    Layout(data).backed_up.touch()
    return Backup(dest, len(sums), size)


def restore(archive: Path, data: Path) -> Backup:
    """Unpack a backup into a data folder that holds no store yet; open the store next, which makes the index.

    Everything is unpacked beside the folder and checked first, so that a damaged archive leaves nothing behind.

    Raises
    ------
    StoreError
        There is a store already, or the archive is damaged, cut, or holds what no backup holds.
    """
    there = [name for name in (*_TOP, Layout(data).index.name) if (data / name).exists()]
    if there and any(_filled(data / name) for name in there):
        raise StoreError(f"{data}: holds {there[0]} already; restore into an empty folder, nothing is overwritten.")
    data.parent.mkdir(parents=True, exist_ok=True)
    beside = data.parent / f".{data.name}.{secrets.token_hex(4)}.restore"
    try:
        beside.mkdir(mode=0o700)
        size = _unpack(archive, beside)
        sums = _verified(archive, beside)
        data.mkdir(mode=0o700, exist_ok=True)
        for name in _TOP:
            if (beside / name).exists():
                if (data / name).is_dir():
                    (data / name).rmdir()
                (beside / name).rename(data / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Backup(archive, len(sums), size)


def _files(data: Path) -> Iterator[Path]:
    for top in _TOP:
        path = data / top
        if path.is_file():
            yield path
        for folder, folders, names in os.walk(path, onerror=None):
            folders[:] = sorted(name for name in folders if not name.startswith("."))  # what a crash left undone
            yield from (Path(folder) / name for name in sorted(names) if not name.startswith("."))


def _add(archive: tarfile.TarFile, path: Path, name: str) -> tuple[str, int] | None:
    """Add a file; None if it has gone meanwhile, as that of a deleted patient."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        member = tarfile.TarInfo(name)
        status = os.fstat(file.fileno())
        member.size, member.mtime, member.mode = status.st_size, int(status.st_mtime), status.st_mode & 0o700
        summed = _Summed(file, member.size)
        archive.addfile(member, summed)
        return summed.digest.hexdigest(), member.size


def _add_checksums(archive: tarfile.TarFile, sums: dict[str, str]) -> None:
    said = {"schema_version": SCHEMA_VERSION, "software": f"gaitchain {__version__}", "sha256": sums}
    text = (json.dumps(said, indent=1) + "\n").encode()
    member = tarfile.TarInfo(_CHECKSUMS)
    member.size, member.mode = len(text), 0o600
    archive.addfile(member, io.BytesIO(text))


def _unpack(archive: Path, into: Path) -> int:
    try:
        with tarfile.open(archive, "r:gz") as packed:
            return sum(_extract(packed, member, into) for member in packed)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # no such file, disk full: said by its number
            raise
        raise StoreError(f"{archive}: damaged or no backup of gaitchain; take another one.") from error


def _extract(packed: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> int:
    _refuse_strange(member)
    source = packed.extractfile(member)
    target = into / member.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if source is not None:
            shutil.copyfileobj(source, file, _BLOCK)
    os.utime(target, (member.mtime, member.mtime))
    return member.size if member.name != _CHECKSUMS else 0


def _refuse_strange(member: tarfile.TarInfo) -> None:
    parts = PurePosixPath(member.name).parts
    plain = all(part not in ("", ".", "..") and not set(part) & set("\\:\0") for part in parts)
    if not (member.isreg() and plain and parts and parts[0] in (*_TOP, _CHECKSUMS)):
        raise StoreError(f"The archive holds {member.name!r}, which no backup of gaitchain does; it is refused whole.")


def _verified(archive: Path, beside: Path) -> dict[str, str]:
    path = beside / _CHECKSUMS
    try:
        said = json.loads(path.read_bytes())
        if said["schema_version"] > SCHEMA_VERSION:
            raise StoreError(f"{archive}: written by a later version; update gaitchain.")
        sums: dict[str, str] = dict(said["sha256"])
    except (FileNotFoundError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{archive}: cut off or no backup of gaitchain: it has no checksums; take another one.") from (
            error
        )
    path.unlink()
    unpacked = {found.relative_to(beside).as_posix(): found for found in beside.rglob("*") if found.is_file()}
    wrong = [name for name, found in unpacked.items() if sums.get(name) != _sha256(found)]
    if wrong or unpacked.keys() != sums.keys():
        what = (wrong or sorted(sums.keys() - unpacked.keys()))[0]
        raise StoreError(f"{archive}: damaged at {what}; nothing was restored, take another backup.")
    return sums


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _filled(path: Path) -> bool:
    return path.is_file() or any(path.iterdir())
