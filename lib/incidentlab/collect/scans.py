"""What a scanner finds in an image: ``trivy image --format json``, run where the program is on PATH.

Trivy looks for its database where its own settings say (``TRIVY_CACHE_DIR``, ``TRIVY_SKIP_DB_UPDATE``, ...), which are
handed on. Where the program is not there, or has no database, nothing is known: that is told, and is never the same as
"no finding".

A report holds more than its findings: the configuration of the image with the values of its variables, the code around
a secret, and terminal escapes in it. None of that is kept; inspect and history of the image are in the bundle already.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any

from incidentlab.tables import EngineTrouble

PROGRAM = "trivy"
NO_DATA = "What was not scanned is not known to be without findings"
_PATIENCE_S = 900
_LEFT_OUT = ("ImageConfig", "Code", "CauseMetadata", "Highlighted", "Packages")
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
_PREFIX = re.compile(r"^\S+\s+(?:FATAL|ERROR)\s+")


def scan(image: str) -> dict[str, Any]:
    """Return Trivy's report of an image.

    Raises
    ------
    EngineTrouble
        The program is not there, its database cannot be had, or it printed no report.
    """
    said = _run("image", "--quiet", "--format", "json", "--scanners", "vuln,secret", image)
    try:
        report = json.loads(said)
    except ValueError as error:
        raise EngineTrouble(f"`{PROGRAM} image` printed no JSON ({error})") from error
    if not isinstance(report, dict) or "SchemaVersion" not in report:
        raise EngineTrouble(f"`{PROGRAM} image` printed JSON that is no report")
    return report


def data_updated() -> str | None:
    """Return when the scanner's data were made; None where it does not say, or is not there."""
    try:
        told = json.loads(_run("version", "--format", "json"))
        updated = told["VulnerabilityDB"]["UpdatedAt"]
    except (EngineTrouble, ValueError, KeyError, TypeError):
        return None
    return updated if isinstance(updated, str) else None


def kept(report: dict[str, Any], *, data_updated: str | None = None) -> dict[str, Any]:
    r"""Return what a bundle keeps of a report: without what leaks, without control characters, with the data's date.

    Examples
    --------
    >>> kept({"SchemaVersion": 2, "Results": [{"Target": "a\x1b[31m", "Packages": []}]})
    {'SchemaVersion': 2, 'Results': [{'Target': 'a'}], 'DataUpdated': None}
    """
    cleaned: dict[str, Any] = _clean(report)
    return cleaned | {"DataUpdated": data_updated}


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return _CONTROL.sub("", value) if isinstance(value, str) else value


def _run(*arguments: str) -> str:
    if shutil.which(PROGRAM) is None:
        raise EngineTrouble(f"{PROGRAM} is not on PATH; install it, or `pip install incidentlab[trivy]`")
    try:
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)  # noqa: S603 -- no shell, fixed program
    except subprocess.TimeoutExpired as error:
        raise EngineTrouble(f"`{PROGRAM}` gave no answer within {_PATIENCE_S} s") from error
    except OSError as error:
        raise EngineTrouble(f"`{PROGRAM}` cannot be started: {error.strerror or error}") from error
    if done.returncode:
        lines = [_CONTROL.sub("", line).strip() for line in done.stderr.splitlines() if line.strip()]
        fatal = next((line for line in lines if "FATAL" in line), lines[-1] if lines else f"status {done.returncode}")
        told = _PREFIX.sub("", fatal)
        raise EngineTrouble(f"`{PROGRAM}` failed: {told[:300]}")
    return done.stdout
