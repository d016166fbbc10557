"""The incident bundle on disk: a folder of evidence files and `manifest.json`, which says what each one is.

```text
manifest.json     project, when, with which engine; kind, sha256 and size of every file; the ledger
logs/*.log        container_log: the bytes of `docker logs -t`, one file per container and stream
containers.jsonl  inspect: {"observed_at", "inspect"} per line, several per container when an observer ran
events.jsonl      events: one engine event per line
samples.jsonl     samples: {"service", and what is read of the engine's stats} per line, when a recorder ran
command.jsonl     command: what a wrapped command printed, {"at", "stream", "line"} per line
images.jsonl      images: {"inspect", "history"} per line
compose.json      config: what `docker compose config --format json` printed
engine.json       engine: versions and host
```

A captured bundle exists whole or not at all: `write` fills a hidden sibling folder and renames it when everything is on
disk. A recorded one grows in its place (`Recording`), in numbered segments, and can be read at any time.
`read` trusts nothing: archives are unpacked within limits, paths must stay inside, and each file is compared with its
hash. A damaged file is a row of the ledger, so that the rest can still speak.
"""

from incidentlab.bundle.format import MANIFEST, SCHEMA, ledger_row
from incidentlab.bundle.journal import RECORDER
from incidentlab.bundle.reading import Bundle, read
from incidentlab.bundle.recording import LONGEST_LINE, SEAM, Recording
from incidentlab.bundle.single import pack
from incidentlab.bundle.writing import Plain, Scrub, Writer, write

__all__ = [
    "LONGEST_LINE",
    "MANIFEST",
    "RECORDER",
    "SCHEMA",
    "SEAM",
    "Bundle",
    "Plain",
    "Recording",
    "Scrub",
    "Writer",
    "ledger_row",
    "pack",
    "read",
    "write",
]
