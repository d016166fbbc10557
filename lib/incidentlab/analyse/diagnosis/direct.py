"""Faults that a line names outright: the kind of the failure is the category, the context only its certainty.

A kind is as sure as its words: ``exec format error`` has one meaning, ``permission denied`` several. It counts for
less where the line is only a warning, and for much less where the same service does its work afterwards.

Sources of the readings: errno(3), moby's and runc's exit codes 125 to 128, the databases' own error references (see
the signature modules). PostgreSQL's psql runs init scripts with ON_ERROR_STOP: an ERROR on the temporary server ends
the initialisation. A probe without ``-U`` logs in as the container's user, root (libpq: the user name defaults to the
operating system's), which PostgreSQL reports at the probe's interval.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, missing, series, times


class Reading(NamedTuple):
    """What a kind of failure means: category, confidence, weight, whether it ends the program, sentence."""

    category: str
    confidence: float
    weight: int
    hard: bool
    sentence: str


READINGS = {
    "disk_full": Reading("disk_full", 0.95, 3, True, "{who} could not write: no space is left{subject}."),
    "misconf": Reading("disk_full", 0.55, 2, False, "{who} refuses writes because its last save failed, often a full disk."),
    "oom": Reading("oom_killed", 0.93, 3, True, "{who} ran out of memory{subject}."),
    "killed": Reading("oom_killed", 0.72, 3, True, "A process of {who} was ended by SIGKILL, which nobody is seen to have sent: most likely the kernel, for want of memory."),
    "limits": Reading("resource_limits", 0.88, 3, False, "{who} reached a limit of the system, the server or a pool{subject}."),
    "port_conflict": Reading("port_conflict", 0.95, 3, True, "{who} could not bind its port{port}: it is taken or may not be bound."),
    "arch": Reading("image_arch_mismatch", 0.93, 3, True, "{who} was built for another processor or C library{subject}."),
    "crlf": Reading("line_endings", 0.95, 3, True, "{who} runs a script with Windows line ends{subject}."),
    "crlf_maybe": Reading("line_endings", 0.6, 3, True, "{who} could not run {name}, which is there but names an interpreter that is not: most often Windows line ends in its first line."),
    "command": Reading("command_not_found", 0.93, 3, False, "{who} was told to run {name}, which is not in its image."),
    "not_executable": Reading("permission_denied", 0.85, 3, True, "{who} may not execute {name}."),
    "permission": Reading("permission_denied", 0.88, 3, False, "{who} has no right to what it needs{subject}."),
    "privilege": Reading("permission_denied", 0.7, 3, False, "The database user of {who} lacks a privilege{subject}."),
    "missing_config": Reading("missing_config", 0.92, 3, False, "{who} lacks a setting, or does not understand one{subject}."),
    "auth": Reading("auth_failure", 0.93, 3, False, "{who} reached the server and was turned away{as_user}: the login is wrong, not the timing."),
    "missing_database": Reading("missing_database", 0.9, 3, False, "The server answered {who}, but the database{subject} does not exist."),
    "tls": Reading("tls_failure", 0.92, 3, False, "{who} and its peer do not agree on TLS, or a certificate does not hold{subject}."),
    "migration": Reading("migration_failure", 0.93, 3, False, "A migration of {who} failed{subject}."),
    "init_script": Reading("migration_failure", 0.92, 3, True, "An initialisation script of {who} failed{subject}."),
    "schema": Reading("migration_failure", 0.85, 3, False, "{who} asks for what its database does not have{subject}: a migration did not run, or not all of it."),
    "incompatible": Reading("incompatible_data", 0.95, 3, True, "{who} found data that its version cannot use{subject}."),
    "corrupt": Reading("incompatible_data", 0.75, 3, True, "{who} found data that it cannot read{subject}."),
    "import": Reading("crash_loop_app_bug", 0.9, 2, True, "A part of {who} is missing from its image{subject}."),
    "crash": Reading("crash_loop_app_bug", 0.75, 1, False, "{who} ended by an error of its own{subject}."),
    "dependency_unhealthy": Reading("dependency_unhealthy", 0.85, 2, True, "Compose waited in vain for {name} to become healthy."),
    "dependency_exited": Reading("dependency_unhealthy", 0.8, 2, True, "Compose waited for {name}, which exited."),
    "no_healthcheck": Reading("healthcheck_misconfigured", 0.9, 3, True, "{name} is waited for with service_healthy, but has no healthcheck."),
    "probe_exec": Reading("healthcheck_exec_failure", 0.95, 3, True, "The healthcheck of {who} cannot run: {name} is not in its image."),
    "probe_timeout": Reading("healthcheck_misconfigured", 0.6, 2, False, "The healthcheck of {who} exceeds its timeout."),
    "stale": Reading("unknown", 0.8, 3, True, "{who} found a lock or session of an earlier run still held; none of the known causes."),
    "name_conflict": Reading("unknown", 0.6, 2, True, "The container name {name} is already in use."),
    "image_missing": Reading("missing_config", 0.75, 2, True, "{who} names an image that cannot be found{subject}: wrong name or tag, or never pushed."),
    "registry_auth": Reading("unknown", 0.55, 2, True, "An image may not be pulled, or does not exist{subject}."),
    "build": Reading("unknown", 0.5, 1, True, "An image could not be built."),
    "daemon": Reading("unknown", 0.7, 2, True, "The Docker engine could not be reached."),
}  # fmt: skip
"""What each kind of failure means."""

_LOOSE = (
    "variable_before", "variable_after", "variable_missing", "env_text", "config_file", "auth_text", "rights",
    "api_key", "exists_already", "migration_text", "migration_text_after",
)  # fmt: skip
"""Signatures of plain words, which a program may also say of something that it can do without."""

_NAMING = ("port_conflict", "dependency_unhealthy", "dependency_exited", "no_healthcheck")
"""Kinds whose line names the container that it is about."""

_AFTER_A_CRASH = 3
"""A program that logs more lines than these after an error did not end by it (unless it began anew)."""

_PROBES = 3
"""As many refused logins, from which on they are a probe and no accident."""

_PROBED = ("pg_role_root", "pg_role", "pg_no_database")


def hypotheses(case: Case) -> list[Hypothesis]:
    """Return one hypothesis per service and category that a line names."""
    probes = _probes(case)
    probed = {(probe.service, probe.subject) for probe in probes}
    groups: dict[tuple[str | None, str], list[Record]] = {}
    for row in case.failed:
        if row["kind"] in READINGS and not _excused(case, row) and (row["service"], row["subject"]) not in probed:
            groups.setdefault((_service(case, row), row["kind"]), []).append(row)
    found = [_read(case, service, kind, rows) for (service, kind), rows in groups.items()]
    return [*found, *_init_scripts(case), *probes]


def _service(case: Case, row: Record) -> str | None:
    """Return whose fault it is: of whom the line speaks, where the engine or Compose says it."""
    if pd.notna(row["service"]):
        return str(row["service"])
    if row["said"] == "log":
        return case.nameless
    named = row["subject"] if row["kind"] in _NAMING else None
    return case.service_of(named) if isinstance(named, str) else case.spoken_of(row)


def _excused(case: Case, row: Record) -> bool:
    """Say whether a line is part of a normal start: a database that its own init scripts have yet to create."""
    if row["kind"] not in ("missing_database", "auth", "schema"):
        return False
    own = case.spans(row["service"] if pd.notna(row["service"]) else None)
    inside = [s for s in own if s["phase"] in ("temporary_server", "starting") and s["server"] != "generic"]
    return any(_within(row, span) for span in inside)


def _within(row: Record, span: Record) -> bool:
    if pd.isna(span["start_order"]) or pd.isna(row["order"]):
        return False
    return bool(
        span["start_order"] <= row["order"] and (pd.isna(span["end_order"]) or row["order"] <= span["end_order"])
    )


def _read(case: Case, service: str | None, kind: str, rows: list[Record]) -> Hypothesis:
    reading = READINGS[kind]
    last = rows[-1]
    subject = next((row["subject"] for row in rows if pd.notna(row["subject"])), None)
    found = Hypothesis(reading.category, service, reading.confidence, _sentence(reading, service, rows, subject))
    found.weight, found.subject = reading.weight, subject
    target = next((row["target"] for row in rows if pd.notna(row["target"])), None)
    found.dependency = target if target != service else None
    found.rows = series("for", _fact(kind, service, subject), rows)
    fell = bool(service) and bool(case.crashes(service))
    if not reading.hard and not fell and all(row["level"] in ("debug", "info", "warning") for row in rows):
        found.confidence *= 0.8
        found.rows.append(evidence("against", "the program itself calls it no error", last))
    if not fell and all(row["signature"] in _LOOSE and row["level"] not in ("error", "fatal") for row in rows):
        found.confidence *= 0.6
        found.rows.append(evidence("against", "only the wording tells it, and nothing ended", last))
    _weigh_afterwards(case, found, reading, last)
    if kind == "crash":
        _weigh_crash(case, found, rows[0])
    return found


def _weigh_afterwards(case: Case, found: Hypothesis, reading: Reading, last: Record) -> None:
    """Believe a fault less where the service works after it; for a server, where its clients do."""
    won = case.works(found.service, last)
    if won is None and found.service in case.kinds and not case.crashes(None):
        won = next((row for name in sorted(case.names) if (row := case.works(name, last)) is not None), None)
    if won is None:
        return
    found.recovered = True
    fell = [end for end in case.crashes(found.service) if found.service]
    if not reading.hard and not fell:
        found.confidence *= 0.55
        found.rows.append(evidence("against", "the service works afterwards", won))


def _weigh_crash(case: Case, found: Hypothesis, first: Record) -> None:
    """Believe a crash more where the container ended, and less where it went on, or where a server product broke."""
    ended = case.crashes(found.service) if found.service else []
    if ended or case.began_anew(found.service, first):
        found.confidence = min(0.9, found.confidence + 0.1)
        found.rows += series("for", "the container ended", ended[:3])
        return
    after = case.lines(found.service)
    spoken = after[after["line"].gt(first["last_line"]).fillna(value=False) & after["message"].str.strip().ne("")]
    if found.service in case.kinds or len(spoken) > _AFTER_A_CRASH:
        found.confidence *= 0.6
        found.rows.append(evidence("against", "it went on after the error, or is no application", first))
    else:
        found.rows.append(missing("whether the container ended, and how", "docker compose ps -a"))


def _sentence(reading: Reading, service: str | None, rows: list[Record], subject: str | None) -> str:
    port = next((row["port"] for row in rows if pd.notna(row["port"])), None)
    user = f" as {subject}" if subject else ""
    return reading.sentence.format(
        who=service or "The program", name=subject or "a program", as_user=user,
        subject=f" ({subject[:120].strip()})" if subject else "", port=f" {port}" if port is not None else "",
    )  # fmt: skip


def _fact(kind: str, service: str | None, subject: str | None) -> str:
    return f"{service or 'the program'}: {kind.replace('_', ' ')}" + (f", {subject[:80].strip()}" if subject else "")


def _init_scripts(case: Case) -> list[Hypothesis]:
    """Return the errors that a database logged while its initialisation scripts ran, where it did not get over them."""
    found = []
    for row in case.failed:
        service = row["service"] if pd.notna(row["service"]) else None
        spans = case.spans(service)
        inside = [s for s in spans if s["phase"] == "temporary_server" and _within(row, s)]
        done = any(
            s["phase"] in ("restarting_inside", "ready") and s["start_order"] > row["order"] for s in spans if inside
        )
        if row["kind"] in ("sql", "schema", "init_script") and inside and not done:
            text = f"An initialisation script of {service or 'the database'} failed, and with it the initialisation."
            found.append(
                Hypothesis(
                    "migration_failure",
                    service,
                    0.93,
                    text,
                    rows=[evidence("for", "an error on the temporary server", row)],
                )
            )
    return found[:1]


def _probes(case: Case) -> list[Hypothesis]:
    """Return the logins that a server refuses again and again at one interval: a healthcheck without a user or database.

    libpq takes the operating system's user, root in a container, where none is given, and the user's name as the name
    of the database; pg_isready is content with the refusal, and the server logs it.
    """
    groups: dict[tuple[str | None, str], list[Record]] = {}
    for row in case.failed:
        if row["signature"] in _PROBED:
            groups.setdefault((row["service"] if pd.notna(row["service"]) else None, row["subject"]), []).append(row)
    found = []
    for (service, subject), rows in groups.items():
        if len(rows) >= _PROBES and (subject == "root" or _regular(case, rows)):
            text = f"A healthcheck of {service or 'the database'} logs in with a name that does not exist there ({subject}), {times(len(rows))} at one interval; the database itself works."  # noqa: E501
            shown = series("for", "a probe is refused", rows)
            found.append(
                Hypothesis("healthcheck_misconfigured", service, 0.9, text, weight=2, rows=shown, subject=subject)
            )
    return found


def _regular(case: Case, rows: list[Record]) -> bool:
    """Say whether rows come at one interval, as a probe does: three of four within a sixth of the middle one."""
    at = pd.Series([case.clock(row) for row in rows], dtype="datetime64[ns, UTC]").drop_duplicates()
    gaps = at.diff().dt.total_seconds().dropna()
    middle = gaps.median() if len(gaps) >= _PROBES - 1 else 0.0
    return bool(1 <= middle <= 120 and (gaps.sub(middle).abs() <= middle / 6).mean() >= 0.75)
