"""What each kind of failure means: category, how sure, how exact, and the sentence.

``hard`` says that the program cannot do without what failed: a later success does not excuse it. ``{who}`` is the
service,
``{name}`` what the line names, ``{subject}`` the same in brackets, ``{port}`` and ``{user}`` what they say.
"""

from __future__ import annotations

from typing import NamedTuple


class Reading(NamedTuple):
    """What a kind of failure means.

    Parameters
    ----------
    category
        One of `incidentlab.tables.CATEGORIES`.
    confidence
        How often it is right, where nothing speaks against it.
    weight
        3: names a fault; 2: says who lacks what; 1: says only that a program ended.
    hard
        Whether the program cannot do without it.
    sentence
        With ``{who}``, ``{name}``, ``{subject}``, ``{port}``, ``{user}``.
    """

    category: str
    confidence: float
    weight: int
    hard: bool
    sentence: str


_TABLE = """
disk_full         disk_full                  0.95 3 hard {who} could not write: no space is left{subject}.
misconf           unknown                    0.60 2 soft {who} was refused writes by Redis, whose last save
    failed: why it failed stands in the log of Redis only.
oom               oom_killed                 0.93 3 hard {who} ran out of memory{subject}.
killed            oom_killed                 0.72 3 hard A process of {who} was ended by SIGKILL, which nobody
    is seen to
    have sent: most likely by the kernel, for want of memory.
limits            resource_limits            0.88 3 soft {who} reached a limit of the system, the server or a
    pool{subject}.
port_conflict     port_conflict              0.95 3 hard {who} could not bind its port{port}: taken, or not allowed.
arch              image_arch_mismatch        0.93 3 hard {who} was built for another processor or C library{subject}.
crlf              line_endings               0.95 3 hard {who} runs a script with Windows line ends{subject}.
crlf_maybe        line_endings               0.60 3 hard {who} could not run {name}, which names an interpreter
    that is not
    there: most often because of Windows line ends in its first line.
command           command_not_found          0.93 3 soft {who} was told to run {name}, which is not in its image.
not_executable    permission_denied          0.85 3 hard {who} may not execute {name}.
permission        permission_denied          0.88 3 soft {who} has no right to what it needs{subject}.
privilege         permission_denied          0.70 3 soft The database user of {who} lacks a privilege{subject}.
missing_config    missing_config             0.92 3 soft {who} lacks a setting, or does not understand one{subject}.
blank_variable    missing_config             0.65 1 soft Compose put an empty text in place of{subject}, which is
    not set.
image_missing     missing_config             0.75 2 hard {who} names an image that cannot be found{subject}.
auth              auth_failure               0.93 3 soft {who} reached the server and was turned away{user}:
    the login is
    wrong, not the timing.
probe_role        healthcheck_misconfigured  0.40 2 soft Somebody logs in to {who} as root, which is no role there: a
    probe or a
    shell without a user name.
missing_database  missing_database           0.90 3 soft The server answered {who}, but the database{subject}
    does not exist.
tls               tls_failure                0.92 3 soft {who} and its peer do not agree on TLS, or a
    certificate does not
    hold{subject}.
migration         migration_failure          0.93 3 soft A migration of {who} failed{subject}.
init_script       migration_failure          0.92 3 hard An initialisation script of {who} failed{subject}.
schema            migration_failure          0.85 3 soft {who} asks for what its database does not
    have{subject}: a migration
    did not run, or not all of it.
incompatible      incompatible_data          0.95 3 hard {who} found data that its version cannot use{subject}.
corrupt           incompatible_data          0.75 3 hard {who} found data that it cannot read{subject}.
import            crash_loop_app_bug         0.90 2 hard A part of {who} is missing from its image{subject}.
crash             crash_loop_app_bug         0.75 1 soft {who} ended by an error of its own{subject}.
dependency_unhealthy dependency_unhealthy    0.85 2 hard Compose waited in vain for {name} to become healthy.
dependency_exited dependency_unhealthy       0.80 2 hard Compose waited for {name}, which exited.
no_healthcheck    healthcheck_misconfigured  0.90 3 hard {name} is waited for with service_healthy, but has no
    healthcheck.
probe_output      healthcheck_exec_failure   0.93 3 hard The healthcheck of {who} could not be started: {name} is
    not in its image; this says nothing of the service itself.
probe_exec        healthcheck_exec_failure   0.45 3 hard A command could not be started in {who}: {name} is not
    in its image;
    whether it was the healthcheck is not said.
probe_refused     unknown                    0.65 2 soft A probe of {who} got no connection inside its own
    container: its
    server is not up, or listens at another port or address than the probe asks.
reset_inside      unknown                    0.65 2 hard {who} ended all its own processes, and every session with them,
    and began anew: why stands in the lines before, if anywhere.
probe_timeout     healthcheck_misconfigured  0.60 2 soft The healthcheck of {who} exceeds its timeout.
stale             unknown                    0.80 3 hard {who} found a lock or session of an earlier run still held.
name_conflict     unknown                    0.60 2 hard The container name {name} is already in use.
registry_auth     unknown                    0.55 2 hard An image may not be pulled, or does not exist{subject}.
build             unknown                    0.50 1 hard An image could not be built.
daemon            unknown                    0.70 2 hard The Docker engine could not be reached.
"""


def _read(text: str) -> dict[str, Reading]:
    rows: list[str] = []
    for line in text.strip().splitlines():
        rows = [*rows[:-1], f"{rows[-1]} {line.strip()}"] if line.startswith(" ") else [*rows, line]
    split = (row.split(None, 5) for row in rows)
    return {
        kind: Reading(category, float(confidence), int(weight), hard == "hard", sentence)
        for kind, category, confidence, weight, hard, sentence in split
    }


READINGS = _read(_TABLE)
"""Kind of failure -> what it means."""
