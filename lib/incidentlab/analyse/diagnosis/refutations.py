"""What speaks against a hypothesis: every fact is asked of every hypothesis, in one loop.

A fact is a small function: it takes the case and a hypothesis and returns the words and the row that refute it, or
None. Each hit is an EVIDENCE row `against`, and multiplies the confidence by the weight ``against.NAME`` of
`knowledge`. Facts are about what was seen, never about a pattern's name: what a line is (advice, a stranger's fault, an
optional part) is a kind of mark like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from incidentlab import tables
from incidentlab.analyse.diagnosis import reaching
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, evidence, later
from incidentlab.analyse.diagnosis.reaching import REACHING, Fact, fell
from incidentlab.knowledge.readings import READINGS
from incidentlab.knowledge.weights import weight

_LOOSE = (
    "variable_before", "variable_after", "variable_missing", "env_text", "config_file", "auth_text", "rights",
    "api_key", "exists_already", "migration_text", "migration_text_after",
)  # fmt: skip
"""Signatures of plain words, which a program may also say of something that it can do without."""

_NO_ERRORS = ("redis",)
"""Servers whose highest level is a warning: by it they say what ends them, too (Redis, `server.h`: LL_WARNING)."""

_AFTER_A_CRASH = 3
"""A program that logs more lines than these after an error did not end by it (unless it began anew)."""

_AGAIN = 3
"""What is raised as often, and harms to the end, did not pass."""

_WORK = 20
"""As many different lines after the last sign, without an error among the last of them, are work."""

_OF_SERVICES = ("auth_failure", "missing_database", "missing_config", "migration_failure", "incompatible_data")
"""Categories that tell of a service that runs; a build lacks space, a network or a program of its own."""


def weigh(case: Case, found: list[Hypothesis]) -> None:
    """Ask every fact of every hypothesis, and lower the confidence of those that it refutes."""
    for hypothesis in found:
        if not hypothesis.signs:
            continue
        for fact in FACTS:
            hit = fact(case, hypothesis)
            if hit is not None:
                hypothesis.confidence *= weight(f"against.{fact.__name__}")
                hypothesis.rows.append(evidence("against", *hit))


def unknown_root(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the server adds that the role root does not exist, a detail that it does not send: a probe.

    Source: libpq takes the operating system's user, root in a container, where none is given.
    """
    if found.kind != "auth" or found.subject != "root":
        return None
    said = any(row["kind"] == "probe_role" and row["service"] == found.service for row in case.failed)
    return ("the server has no such role: a probe or shell without a user", found.signs[-1]) if said else None


def no_error(case: Case, found: Hypothesis) -> Fact | None:
    """Nothing ended, and the program itself logs all of it below the level of an error."""
    mild = all(row["level"] in ("debug", "info", "warning") and row["runtime"] not in _NO_ERRORS for row in found.signs)
    if found.hard or not _read(found) or not mild or _harmed(case, found):
        return None
    return "the program itself calls it no error", found.signs[-1]


def wording(case: Case, found: Hypothesis) -> Fact | None:
    """Nothing ended, and only plain words tell it, without the level of an error."""
    loose = all(row["signature"] in _LOOSE and row["level"] not in ("error", "fatal") for row in found.signs)
    if not _read(found) or not loose or _harmed(case, found):
        return None
    return "only the wording tells it, and nothing ended", found.signs[-1]


def unharmed(_: Case, found: Hypothesis) -> Fact | None:
    """Hold that nothing was harmed that it could explain: who says it went on, and complained of nothing more.

    What was reached later was harmed for a while; that tries are over then is told as a recovery.
    """
    if found.calm is None or found.won is not None:
        return None
    return "nothing that it could explain was harmed, and who says it went on", found.calm


def in_a_build(_: Case, found: Hypothesis) -> Fact | None:
    """Hold that steps of a build print all of it: no service of the project ran, and what ran there is gone."""
    if found.category not in _OF_SERVICES or not all(row["origin"] == "build" for row in found.signs):
        return None
    return "a step of a build prints it, and no service", found.signs[-1]


def works_afterwards(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the service did its work after it; for a server, that its clients did."""
    if not _read(found) or found.hard or not found.worked or fell(case, found):
        return None
    return "the service works afterwards", found.worked


def went_on(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the program logged more after its error, and did not begin anew; or that it is no application.

    What it raises again and again to the end did not pass, though it goes on.
    """
    if found.kind != "crash" or fell(case, found) or case.began_anew(found.service, found.signs[0]):
        return None
    if len(found.signs) >= _AGAIN and found.harm is not None and found.service not in case.stores:
        return None
    spoken = case.spoken_after(found.service, found.signs[0])
    if found.service not in case.stores and len(spoken) <= _AFTER_A_CRASH:
        return None
    return "it went on after the error, or is no application", found.signs[0]


def script_went_on(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that a script went on after a command that it did not find, as a shell does without `set -e`."""
    ended = any(end["exit_code"] == 127 for end in case.crashes(found.service))
    if found.kind != "command" or ended or case.began_anew(found.service, found.signs[0]):
        return None
    on = len(case.spoken_after(found.service, found.signs[-1])) > _AFTER_A_CRASH
    return ("the script went on without it", found.signs[-1]) if on else None


def busy_afterwards(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the program said many different things after the last sign, and did not end."""
    if not _read(found) or found.hard or found.worked or found.kind == "crash" or fell(case, found):
        return None
    spoken = case.spoken_after(found.service, found.signs[-1])
    calm = spoken[~spoken["level"].isin(["error", "fatal"])]
    if calm["message"].nunique() < _WORK or case.began_anew(found.service, found.signs[0]):
        return None
    return "the program goes on afterwards", tables.records(calm.tail(1))[0]


def advice(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that every line is advice, source code, an echo or a plan: it tells of what may happen, not of what did.

    Advice about a setting is how programs say that it is missing, so it refutes only what else it seems to tell.
    """
    told = found.category in (*REACHING, "migration_failure", "command_not_found")
    if not told or not all(case.bears("advice", row | {"last_line": row["line"]}) for row in found.signs):
        return None
    return "the line is advice, source code or a plan, no event", found.signs[-1]


def stranger(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that every line is a server's word on one of its clients, from outside: the client's fault."""
    if not all(case.bears("peer", row) for row in found.signs):
        return None
    return "a server says it of a client that came from outside", found.signs[-1]


def warning(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that every line is a warning of the interpreter or of a library, and that nothing ended.

    Source: Python's `warnings` (a warning prints and goes on); NumPy's and urllib3's notes about other versions.
    """
    if found.hard or fell(case, found) or not all(case.bears("warning", row) for row in found.signs):
        return None
    return "an interpreter or library only warns of it", found.signs[-1]


def surroundings(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that the class of the exception speaks of a connection, a database or a protocol: no bug of the program.

    Source: the drivers' and runtimes' own hierarchies (PEP 249 OperationalError, java.sql.SQLException, OSError).
    """
    if found.kind != "crash" or not all(case.bears("surroundings", row) for row in found.signs):
        return None
    return "the class of the error speaks of what the program asked, not of the program", found.signs[-1]


def asked_for(case: Case, found: Hypothesis) -> Fact | None:
    """Hold that all of it happened after somebody had begun to stop the project."""
    begun = case.stop_begins
    if begun is not None and all(later(row, begun) for row in found.signs):
        return "the project was being stopped", begun
    told = reaching.told_right_after(case, found)
    return ("it was told to stop right afterwards, as others were", told) if told is not None else None


def _read(found: Hypothesis) -> bool:
    """Say whether a line names the fault, as `readings.txt` says."""
    return found.kind in READINGS


def _harmed(case: Case, found: Hypothesis) -> bool:
    """Say whether the service fell: by an exit that is seen, or by the error that ends a program."""
    harm = found.harm
    if found.kind == "crash" or harm is None or harm["service"] != found.service:
        return fell(case, found)
    return harm["kind"] in ("ended", "crashed", "restarting") or fell(case, found)


FACTS: Collection[Callable[[Case, Hypothesis], Fact | None]] = (
    unknown_root, no_error, wording, unharmed, in_a_build, works_afterwards, went_on, script_went_on, busy_afterwards,
    reaching.own_server, reaching.reached_later, reaching.optional, reaching.started_without,
    reaching.waited_on_purpose, reaching.not_the_last, advice, stranger, warning, surroundings, asked_for,
)  # fmt: skip
"""Each is asked of every hypothesis; its name is that of its weight."""
