"""Faults that a line names outright: the kind of the failure is the category, the context only its certainty.

A kind is as sure as its words: ``exec format error`` has one meaning, ``permission denied`` several. It counts for
less where the line is only a warning, and for much less where the same service does its work afterwards.

Sources of the readings: errno(3), moby's and runc's exit codes 125 to 128, the databases' own error references (see
the signature modules). PostgreSQL's psql runs init scripts with ON_ERROR_STOP: an ERROR on the temporary server ends
the initialisation. A probe without ``-U`` logs in as the container's user, root (libpq: the user name defaults to the
operating system's), which PostgreSQL reports at the probe's interval.
"""

from __future__ import annotations

import pandas as pd

from incidentlab.analyse.diagnosis import culprits, naming
from incidentlab.analyse.diagnosis.case import Case
from incidentlab.analyse.diagnosis.hypothesis import Hypothesis, Record, evidence, missing, series, times, within
from incidentlab.knowledge.readings import READINGS
from incidentlab.knowledge.weights import weight

_NAMING = ("port_conflict", "name_conflict", "dependency_unhealthy", "dependency_exited", "no_healthcheck")
"""Kinds whose line names the container that it is about."""

_PROBES = 3
"""As many refused logins, from which on they are a probe and no accident."""

_PROBED = ("pg_role_root", "pg_role", "pg_no_database", "mysql_denied_inside")
"""What a server logs of a probe that it refuses; MySQL's client bears the host localhost only inside the container."""

_PROBER = "healthcheck"
"""The user that MariaDB's image makes for its own `healthcheck.sh`."""

_RAISED = "{who} raised an error of its own {often}, and is not seen to end{subject}."
"""What is said of a crash that came more than once in what seems to be one run."""

_SYMPTOMS = ("migration_text", "migration_text_after", "migrating")
"""Signatures that say what was interrupted: why may stand in a line of its own."""


def hypotheses(case: Case) -> list[Hypothesis]:
    """Return one hypothesis per service and category that a line names."""
    probes = _probes(case)
    probed = {(probe.service, probe.subject) for probe in probes}
    groups: dict[tuple[str | None, str], list[Record]] = {}
    for row in case.failed:
        if row["kind"] in READINGS and not _excused(case, row) and (_service(case, row), row["subject"]) not in probed:
            groups.setdefault((_service(case, row), row["kind"]), []).append(row)
    found = [_read(case, service, kind, rows) for (service, kind), rows in _named(groups).items()]
    return [*found, *_init_scripts(case), *probes]


def _named(groups: dict[tuple[str | None, str], list[Record]]) -> dict[tuple[str | None, str], list[Record]]:
    """Give failures of nobody to the one service that fails in the same words: a paste may lose half of a line."""
    merged = dict(groups)
    for key in [key for key in groups if key[0] is None]:
        said = {row["signature"] for row in groups[key]}
        alike = [k for k in groups if k[0] and k[1] == key[1] and said & {row["signature"] for row in groups[k]}]
        if len(alike) == 1:
            merged[alike[0]] = merged[alike[0]] + merged.pop(key)
    return merged


def _service(case: Case, row: Record) -> str | None:
    return naming.whose(case, row, row["subject"] if row["kind"] in _NAMING else None)


def _excused(case: Case, row: Record) -> bool:
    """Say whether a line is part of a normal start: a database that its own init scripts have yet to create."""
    if row["kind"] not in ("missing_database", "auth", "schema"):
        return False
    own = case.spans(row["service"] if pd.notna(row["service"]) else None)
    inside = [s for s in own if s["phase"] in ("temporary_server", "starting") and s["server"] != "generic"]
    return any(within(row, span) for span in inside)


def _read(case: Case, service: str | None, kind: str, rows: list[Record]) -> Hypothesis:
    reading = READINGS[kind]
    subject = next((row["subject"] for row in rows if pd.notna(row["subject"])), None)
    found = Hypothesis(
        reading.category, service, reading.confidence, _sentence(reading.sentence, service, rows, subject)
    )
    found.exactness, found.subject, found.kind = reading.exactness, subject, kind
    found.port = next((int(row["port"]) for row in rows if pd.notna(row["port"])), None)
    found.host = next((str(row["host"]) for row in rows if pd.notna(row["host"])), None)
    target = next((row["target"] for row in rows if pd.notna(row["target"])), None)
    found.dependency = target if target != service else None
    found.rows = series("for", _fact(kind, service, subject), rows)
    if all(row["signature"] in _SYMPTOMS for row in rows):
        found.exactness = 1
    found.signs, found.hard = rows, reading.hard
    found.worked = _worked(case, found, for_all=kind == "blank_variable")
    found.recovered = True if found.worked else None
    if kind == "crash":
        _weigh_crash(case, found, rows[0])
    if kind == "port_conflict":
        _name_holder(case, found)
    return found


def _worked(case: Case, found: Hypothesis, *, for_all: bool) -> Record | None:
    """Return the sign that the service works after it; for a server, that its clients do."""
    last = found.signs[-1]
    won = case.works(found.service, last)
    if won is None and (for_all or found.service in case.stores) and not case.crashes(None):
        won = next((row for name in sorted(case.names) if (row := case.works(name, last)) is not None), None)
    return won


def _weigh_crash(case: Case, found: Hypothesis, first: Record) -> None:
    """Believe a crash more where the container ended."""
    ended = case.crashes(found.service) if found.service else []
    if ended or case.began_anew(found.service, first):
        found.confidence = min(weight("ended.most"), found.confidence + weight("ended.adds"))
        found.rows += series("for", "the container ended", ended[:3])
    else:
        found.rows.append(missing("whether the container ended, and how", "docker compose ps -a"))
        if len(found.signs) > 1:
            found.sentence = _sentence(_RAISED, found.service, found.signs, found.subject)


def _name_holder(case: Case, found: Hypothesis) -> None:
    """Say which container holds the port, where one that runs publishes it."""
    for sign in found.signs:
        row = culprits.holder(case, sign)
        if row is not None:
            found.holder = str(row["container"])
            found.sentence = (
                f"{found.service or 'A service'} could not bind port {sign['port']}: {found.holder} holds it."
            )
            text = f"{found.holder} publishes port {sign['port']}"
            found.rows.append(evidence("for", text, row | {"ts": row["started"], "message": f"State: {row['state']}"}))
            return


def _sentence(text: str, service: str | None, rows: list[Record], subject: str | None) -> str:
    port = next((row["port"] for row in rows if pd.notna(row["port"])), None)
    user = f" as {subject}" if subject else ""
    told = text.format(
        who=service or "the program", often=times(len(rows)), name=subject or "a program", user=user,
        subject=f" ({subject[:120].strip()})" if subject else "", port=f" {port}" if port is not None else "",
    )  # fmt: skip
    return told if service else told[0].upper() + told[1:]


def _fact(kind: str, service: str | None, subject: str | None) -> str:
    return f"{service or 'the program'}: {kind.replace('_', ' ')}" + (f", {subject[:80].strip()}" if subject else "")


def _init_scripts(case: Case) -> list[Hypothesis]:
    """Return the errors that a database logged while its initialisation scripts ran, where it did not get over them."""
    found = []
    for row in case.failed:
        if row["kind"] not in ("sql", "schema", "init_script"):
            continue
        service: str | None = row["service"] if pd.notna(row["service"]) else None
        spans = case.spans(service)
        inside = [s for s in spans if s["phase"] == "temporary_server" and within(row, s)]
        after = next((s["phase"] for s in spans if s["start_order"] > row["order"]), None)
        if inside and after not in ("restarting_inside", "ready"):  # a new start skips what an earlier one began
            text = f"An initialisation script of {service or 'the database'} failed, and with it the initialisation."
            found.append(
                Hypothesis(
                    "migration_failure",
                    service,
                    weight("fault.init_server"),
                    text,
                    rows=[evidence("for", "an error on the temporary server", row)],
                )
            )
    return found[:1]


def _probes(case: Case) -> list[Hypothesis]:
    """Return the logins that a server refuses again and again at one interval: a healthcheck without a user.

    libpq takes the operating system's user, root in a container, where none is given, and the user's name as the name
    of the database; pg_isready is content with the refusal, and the server logs it.
    """
    groups: dict[tuple[str | None, str], list[Record]] = {}
    for row in case.failed:
        if row["signature"] in _PROBED:
            groups.setdefault((_service(case, row), row["subject"]), []).append(row)
    found = []
    for (service, subject), rows in groups.items():
        nobody = all(row["signature"] == "pg_role_root" for row in rows)
        if subject != _PROBER and any(_of_a_client(case, row, service, subject) for row in case.failed):
            continue
        if subject == _PROBER or (len(rows) >= _PROBES and (nobody or _regular(case, rows))):
            text = f"A healthcheck of {service or 'the database'} logs in in vain as {subject}, {times(len(rows))}; the database itself works."  # noqa: E501
            probe = Hypothesis(
                "healthcheck_misconfigured", service, weight("fault.probe_login"), text, exactness=2, subject=subject
            )
            probe.rows, probe.kind = series("for", "a probe is refused", rows), "probe_role"
            found.append(probe)
    return found


def _of_a_client(case: Case, row: Record, server: str | None, subject: str) -> bool:
    """Say whether a row is a client's word on the same refused login, or the server's with an address elsewhere."""
    if row["kind"] != "auth" or row["subject"] != subject:
        return False
    elsewhere: bool = pd.notna(row["address"]) and row["address"] not in ("127.0.0.1", "::1")
    return bool(elsewhere or _service(case, row) != server)


def _regular(case: Case, rows: list[Record]) -> bool:
    """Say whether rows come at one interval, as a probe does: three of four within a sixth of the middle one."""
    at = pd.Series([case.clock(row) for row in rows], dtype="datetime64[ns, UTC]").drop_duplicates()
    gaps = at.diff().dt.total_seconds().dropna()
    middle = gaps.median() if len(gaps) >= _PROBES - 1 else 0.0
    return bool(1 <= middle <= 120 and (gaps.sub(middle).abs() <= middle / 6).mean() >= 0.75)
