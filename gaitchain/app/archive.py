"""A session folder as one file."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

from gaitchain.app.leftovers import EXPORT


def archive_of(session: Path) -> Path:
    """Pack a session folder into a temporary file beside it; whoever sends it removes it.

    Beside it and not in the system's temporary folder: it is a patient's data, and belongs on the same disk.
    """
    descriptor, name = tempfile.mkstemp(dir=session.parent, prefix=EXPORT, suffix=".zip")
    packed = Path(name)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        ):
            for path in sorted(session.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    archive.write(path, Path(session.name) / path.relative_to(session))
    except BaseException:
        packed.unlink()
        raise
    return packed
