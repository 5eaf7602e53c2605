"""The risk model to judge with: the one that gaitchain comes with, or a file of `gaitchain train`."""

from __future__ import annotations

from pathlib import Path

from gaitchain.errors import ExitCode, GaitchainError
from models.artefact import Artefact, from_json, shipped


def read_model(path: Path | None) -> Artefact:
    """The model in a file, or the shipped one without.

    Raises
    ------
    GaitchainError
        There is no such file, or it is no model; code 3.
    """
    if path is None:
        return shipped()
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise GaitchainError(f"{path}: this is not text, so no risk model.", ExitCode.REFUSED) from error
    except ValueError as error:
        raise GaitchainError(f"{path}: {error}.", ExitCode.REFUSED) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise GaitchainError(f"{path}: {reason}; give a model.json of `gaitchain train`.", ExitCode.REFUSED) from error
