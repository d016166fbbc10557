"""Whether a program that an image is told to run is there and may be run, in the tree that a container sees.

The engine starts the words of a ``CMD`` probe itself: the first must be a path, or a name that stands in one of the
folders of the container's PATH. A ``CMD-SHELL`` probe needs the image's shell, ``/bin/sh`` unless `SHELL` says
otherwise, and then the shell looks for the first command of its text in the same folders.

Sources: moby `daemon/health.go` (`getShell`), `oci/defaults.go` and `container/env.go` (the default PATH), execve(2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from incidentlab.analyse.images.merge import Entry, Tree

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""The PATH of a container whose image sets none (moby `oci.DefaultPathEnv`)."""

_SHELL_WORDS = """
. : [ { ( ! alias bg break case cd command continue echo eval exec exit export false fg for getopts hash if jobs kill
printf pwd read return set shift test times trap true type ulimit umask unalias unset until wait while
"""
"""Words that a POSIX shell knows by itself: POSIX.1-2017, XCU 2.14 and 2.9.1; dash(1) adds echo, test, [ and printf."""

_WORD = re.compile(r"\s*([^\s;&|<>()]+)")
_ASSIGNMENT = re.compile(r"\s*[A-Za-z_]\w*=\S*\s+")


@dataclass(frozen=True)
class Program:
    """What was found of a program: its name as told, the entry that it leads to, and what is wrong with it.

    Attributes
    ----------
    fault
        None = it can be run; else not_found, not_executable, no_shell (there is no shell to look for it).
    """

    name: str
    entry: Entry | None
    fault: str | None


def program(tree: Tree, name: str, *, path: str | None = None) -> Program:
    """Look for a program as the engine and a shell do.

    Parameters
    ----------
    tree
        As `merged` gives it.
    name
        A path, or a name to be looked for in PATH.
    path
        The container's PATH; None = the engine's default.
    """
    places = [name] if "/" in name else [f"{place or '.'}/{name}" for place in (path or DEFAULT_PATH).split(":")]
    found = [entry for place in places if (entry := tree.find(place)) is not None and entry["kind"] == "file"]
    runnable = next((entry for entry in found if entry["mode"] & 0o111), None)
    if runnable is not None:
        return Program(name, runnable, None)
    return Program(name, found[0] if found else None, "not_executable" if found else "not_found")


def health_program(
    tree: Tree, test: list[str], *, path: str | None = None, shell: list[str] | None = None
) -> Program | None:
    """Return what becomes of the program of a healthcheck; None where there is none, or its text does not tell it.

    Parameters
    ----------
    tree
        As `merged` gives it.
    test
        The test of the healthcheck: ``["CMD", ...]``, ``["CMD-SHELL", text]`` or ``["NONE"]``.
    path, shell
        The container's PATH, and the image's SHELL; None = the engine's default.

    Examples
    --------
    >>> health_program(Tree(), ["CMD-SHELL", "curl -f http://localhost"]).fault
    'no_shell'
    """
    if len(test) < 2 or test[0] not in ("CMD", "CMD-SHELL"):
        return None
    if test[0] == "CMD":
        return program(tree, test[1], path=path)
    interpreter = program(tree, (shell or ["/bin/sh"])[0], path=path)
    if interpreter.fault:
        return Program(interpreter.name, interpreter.entry, "no_shell")
    word = first_command(test[1])
    return program(tree, word, path=path) if word else None


def first_command(text: str) -> str | None:
    """Return the first command of a shell's text that is a program of its own; None where none can be told for sure.

    Examples
    --------
    >>> first_command("PGUSER=app pg_isready -h 127.0.0.1 || exit 1")
    'pg_isready'
    >>> first_command("[ -f /tmp/ready ]") is None
    True
    """
    while match := _ASSIGNMENT.match(text):
        text = text[match.end() :]
    word = _WORD.match(text)
    if word is None or word[1] in _SHELL_WORDS.split() or any(mark in word[1] for mark in "$`'\"*?\\"):
        return None
    return word[1]
