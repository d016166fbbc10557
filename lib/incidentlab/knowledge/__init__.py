"""What is known of servers, clients, engine and kernel, as data that nobody needs to read this program for.

- `lines/` holds one file per product or runtime: every line that it is known to print, with an example;
- `kinds.txt` says what such lines can mean, `readings.txt` what each kind of failure means for a service;
- `causes.toml` says of each category what it is, what proves it and what helps; `weights.txt` holds the numbers;
- `servers.txt` says by what a service is known to be a Postgres, a Redis; `rules.toml` are the rules of the audit.

How they are written stands in `CONTRIBUTING.md`. This room imports nothing of ours.
"""

from incidentlab.knowledge.patterns import FRAGMENTS, GROUPS, KINDS, PATTERNS, REACH, Kind, Pattern, asked
from incidentlab.knowledge.servers import LOOPBACK, SERVERS, Server

__all__ = [
    "FRAGMENTS",
    "GROUPS",
    "KINDS",
    "LOOPBACK",
    "PATTERNS",
    "REACH",
    "SERVERS",
    "Kind",
    "Pattern",
    "Server",
    "asked",
]
