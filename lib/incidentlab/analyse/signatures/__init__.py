"""What failures look like: one table of patterns, a module per family, the more exact before the more general.

A line takes the kind of the first pattern that fits it. The families stand in the order in which they are asked:
harmless look-alikes, then what an answer of a server proves, then the host, settings, data, reachability, and last
the bare report that a program ended.
"""

from __future__ import annotations

from incidentlab.analyse.signatures import access, compose, config, crash, host, reach, schema
from incidentlab.analyse.signatures.row import Signature, literals, table

SIGNATURES: tuple[Signature, ...] = (
    *compose.HARMLESS,
    *compose.SIGNATURES,
    *access.SIGNATURES,
    *host.SIGNATURES,
    *config.SIGNATURES,
    *schema.SIGNATURES,
    *reach.SIGNATURES,
    *schema.STATEMENTS,
    *crash.SIGNATURES,
    *compose.WAITING,
)

REACH = ("refused", "dns", "timeout", "unreachable", "reset", "no_socket", "starting_up", "connect", "unavailable")
"""Kinds that say: a client did not get through to a server."""

KINDS = {
    "refused": "the host answered that nobody listens on the port",
    "dns": "the name is not known on that network",
    "timeout": "no answer in time",
    "unreachable": "no route to the address",
    "reset": "an open connection was cut",
    "no_socket": "no Unix socket file, or nobody behind it",
    "starting_up": "the server answers that it is not ready yet",
    "connect": "not reached, the client does not say how",
    "unavailable": "a proxy has no server left to ask",
    "wait_timeout": "a wait loop gave up",
    "waiting": "a program waits for another on purpose",
    "auth": "login refused",
    "registry_auth": "an image registry refused access",
    "probe_role": "a login as role root: a probe or shell without a user name",
    "missing_database": "the database is not there",
    "privilege": "logged in, but not allowed",
    "tls": "the two sides do not agree on TLS, or a certificate does not hold",
    "schema": "a table, column or type is not there",
    "sql": "a statement failed",
    "migration": "a migration tool stopped",
    "init_script": "a script of the first initialisation failed",
    "incompatible": "data of another version",
    "corrupt": "data that cannot be read",
    "stale": "a lock or session of an earlier run is still held",
    "disk_full": "no space left",
    "misconf": "Redis refuses writes because it cannot save",
    "oom": "out of memory",
    "killed": "ended by SIGKILL",
    "limits": "a limit of the system, the server or the pool is reached",
    "port_conflict": "the port is taken",
    "name_conflict": "the container name is taken",
    "arch": "made for another processor or C library",
    "arch_hint": "an image for another platform runs emulated",
    "crlf": "a script with Windows line ends",
    "crlf_maybe": "a script whose interpreter is not found",
    "command": "the command is not in the image",
    "not_executable": "the command may not be executed",
    "permission": "the user may not do it",
    "missing_config": "a setting is missing or not understood",
    "blank_variable": "Compose put an empty text for an unset variable",
    "import": "a part of the program is missing",
    "crash": "the program ended by an error of its own",
    "exit": "a runner says that its program ended",
    "dependency_unhealthy": "Compose waited for a dependency in vain",
    "dependency_exited": "Compose waited for a dependency that exited",
    "no_healthcheck": "service_healthy on a service without a healthcheck",
    "probe_output": "inspect shows a probe whose program could not be started",
    "probe_refused": "a probe got no connection inside its own container",
    "probe_exec": "the probe's program could not be started",
    "probe_timeout": "the probe took too long",
    "image_missing": "no such image",
    "build": "an image could not be built",
    "daemon": "the engine could not be reached",
    "harmless": "looks like a failure and is none",
}

__all__ = ["KINDS", "REACH", "SIGNATURES", "Signature", "literals", "table"]
