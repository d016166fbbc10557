"""The commands. Each reads its arguments, calls one function of the library and prints what that returns."""

from __future__ import annotations

import errno
from typing import NoReturn

import typer

import incidentlab.run.lean  # noqa: F401  # for its effect on what is imported later
from incidentlab.cli import answers, evidence, lab, lessons, notebooks
from incidentlab.cli.app import app

__all__ = ["answers", "app", "evidence", "lab", "lessons", "main", "notebooks"]

_WHAT_NEXT = {
    errno.EACCES: "let it be read and written, or give another",
    errno.EPERM: "let it be read and written, or give another",
    errno.EROFS: "give a place that can be written to",
    errno.ENOSPC: "make space, or give another place",
    errno.EDQUOT: "make space, or give another place",
}
"""What went wrong with a file -> what to do."""


def main() -> None:
    """Run the command line; an error that the reader can act on is one line on stderr and exit status 2."""
    try:
        app()
    except OSError as error:
        if error.filename is None and error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise  # of no file: a fault of the program
        what_next = _WHAT_NEXT.get(error.errno or 0, "give another")
        _give_up(f"{error.filename or 'a file'}: {error.strerror}; {what_next}")
    except ModuleNotFoundError as error:
        from incidentlab.tables.extras import missing

        if (words := missing(error.name)) is None:
            raise
        _give_up(words)
    except Exception as error:
        from incidentlab.tables import IncidentlabError  # late: pandas comes with it

        if not isinstance(error, IncidentlabError):
            raise
        _give_up(str(error))


def _give_up(words: str) -> NoReturn:
    from incidentlab.report.show import visible  # a message may quote evidence

    typer.echo(f"incidentlab: {visible(' '.join(words.split()))}", err=True)
    raise SystemExit(2) from None
