"""The vocabulary: every table of incidentlab, its columns, their types and their meaning.

All rooms speak in these tables and import nothing else of each other. A table is one visible specification,
and `check` is the only door into it: it selects, orders, casts and sorts, refuses times without a zone, and
names what is missing. Empty is a normal value: all columns, all dtypes, no rows.

Four conventions hold everywhere:

- a time is ``datetime64[ns, UTC]``; NaT means "not given by the source", or, for an end, "still open when we
  stopped looking" (censored);
- a unit is the suffix of the column's name (``duration_s``, ``memory_bytes``);
- every evidence row says where it stands: ``file``, ``line`` (from 1, lines split at LF only) and, inside a
  JSON line, ``pointer`` (RFC 6901). A claim that cannot point at rows is not a finding;
- ``order`` is a row's place in its source. Where the times are missing, it is all that is known.
"""

from incidentlab.tables.audit import AUDIT, DIFFERENCES, LEVELS, VERIFICATIONS
from incidentlab.tables.beside import BESIDE, BREACHES, CLOCKS, NOTE_KINDS, NOTES, READINGS
from incidentlab.tables.door import HIDDEN, check, empty, evidence_id, join, records, rows
from incidentlab.tables.errors import BadInput, BadParameter, BadTable, EngineTrouble, IncidentlabError
from incidentlab.tables.evidence import (
    ADDRESSES,
    CONTAINERS,
    EVENTS,
    EVIDENCE_TABLES,
    LEDGER,
    LOGS,
    PROBES,
    RUNS,
    SAMPLES,
    SERVICES,
)
from incidentlab.tables.images import IMAGE_CHANGES, IMAGE_CONTENTS, IMAGE_FILES, IMAGE_WASTE, IMAGES, LAYERS
from incidentlab.tables.replayed import (
    BACKOFF_GAPS,
    BACKOFFS,
    HEALTH,
    HEALTH_PROBES,
    LOOP_ENDS,
    POLICY_MATCHES,
    READINESS,
    RECOMMENDATIONS,
    RECOVERY,
    RESTARTS,
    SURVIVAL,
    WHATIF,
)
from incidentlab.tables.results import (
    ATTEMPTS,
    CATEGORIES,
    EVIDENCE,
    EXCLUDED,
    FAILURES,
    FINDINGS,
    HARMS,
    LIFETIMES,
    MARKS,
    METRICS,
    MILESTONES,
    PHASES,
    TIMELINE,
)
from incidentlab.tables.scans import SCAN_CHANGES, SCANS, SEVERITY_COUNTS, VULNERABILITIES
from incidentlab.tables.startup import START_WAITS
from incidentlab.tables.states import STATES
from incidentlab.tables.table import FLAG, NEVER, REAL, TEXT, TIME, WHOLE, Column, Table
from incidentlab.tables.written import ENGINES, INSTRUCTIONS, SETTINGS

RESULT_TABLES = (
    MARKS,
    FAILURES,
    ATTEMPTS,
    LIFETIMES,
    PHASES,
    STATES,
    FINDINGS,
    EVIDENCE,
    EXCLUDED,
    HARMS,
    BREACHES,
    TIMELINE,
    RESTARTS,
    LOOP_ENDS,
    BACKOFFS,
    BACKOFF_GAPS,
    POLICY_MATCHES,
    HEALTH_PROBES,
    HEALTH,
    WHATIF,
    READINESS,
    SURVIVAL,
    RECOVERY,
    RECOMMENDATIONS,
    MILESTONES,
    METRICS,
    START_WAITS,
    SCAN_CHANGES,
    SEVERITY_COUNTS,
    IMAGE_WASTE,
    IMAGE_CONTENTS,
    IMAGE_CHANGES,
    AUDIT,
    DIFFERENCES,
    VERIFICATIONS,
)

__all__ = [
    "ADDRESSES",
    "ATTEMPTS",
    "AUDIT",
    "BACKOFFS",
    "BACKOFF_GAPS",
    "BESIDE",
    "BREACHES",
    "CATEGORIES",
    "CLOCKS",
    "CONTAINERS",
    "DIFFERENCES",
    "ENGINES",
    "EVENTS",
    "EVIDENCE",
    "EVIDENCE_TABLES",
    "EXCLUDED",
    "FAILURES",
    "FINDINGS",
    "FLAG",
    "HARMS",
    "HEALTH",
    "HEALTH_PROBES",
    "HIDDEN",
    "IMAGES",
    "IMAGE_CHANGES",
    "IMAGE_CONTENTS",
    "IMAGE_FILES",
    "IMAGE_WASTE",
    "INSTRUCTIONS",
    "LAYERS",
    "LEDGER",
    "LEVELS",
    "LIFETIMES",
    "LOGS",
    "LOOP_ENDS",
    "MARKS",
    "METRICS",
    "MILESTONES",
    "NEVER",
    "NOTES",
    "NOTE_KINDS",
    "PHASES",
    "POLICY_MATCHES",
    "PROBES",
    "READINESS",
    "READINGS",
    "REAL",
    "RECOMMENDATIONS",
    "RECOVERY",
    "RESTARTS",
    "RESULT_TABLES",
    "RUNS",
    "SAMPLES",
    "SCANS",
    "SCAN_CHANGES",
    "SERVICES",
    "SETTINGS",
    "SEVERITY_COUNTS",
    "START_WAITS",
    "STATES",
    "SURVIVAL",
    "TEXT",
    "TIME",
    "TIMELINE",
    "VERIFICATIONS",
    "VULNERABILITIES",
    "WHATIF",
    "WHOLE",
    "BadInput",
    "BadParameter",
    "BadTable",
    "Column",
    "EngineTrouble",
    "IncidentlabError",
    "Table",
    "check",
    "empty",
    "evidence_id",
    "join",
    "records",
    "rows",
]
