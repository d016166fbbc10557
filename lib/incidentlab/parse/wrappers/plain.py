"""What stands before any line and may as well be the program's own: a time, a number, a mark of a quotation.

None of these is a layer by itself. Each counts only where a form that is certain stands behind it on the same lines:
`2025-06-01 09:00:10 web-1  | ready` is Docker Desktop's view of a Compose log, and `2025-06-01 09:00:10 ready` is what
a program wrote.
"""

from __future__ import annotations

import re

from incidentlab.parse import clock
from incidentlab.parse.wrappers.wrapper import Peeled, Wrapper, matcher

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATED = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
_TIME = re.compile(
    rf"(?P<open>\[)?(?:(?P<stamp>{_DATED})|{_MONTH} [ \d]\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d(?:[.,]\d{{1,9}})?)"
    r"(?(open)\])[ \t]+(?P<rest>\S.*)",
    re.DOTALL,
)


def _timed(text: str) -> Peeled | None:
    match = _TIME.fullmatch(text)
    return Peeled(match["rest"], clock.rfc3339(match["stamp"]) if match["stamp"] else clock.NAT) if match else None


WRAPPERS = (
    Wrapper("a time", _timed, alone=False, share=0.8),
    Wrapper("a quotation", matcher(r"> ?(?P<rest>.*)"), alone=False, share=0.9),
    Wrapper("an indentation", matcher(r"(?: {2,8}|\t)(?P<rest>\S.*)"), alone=False, share=0.9),
    Wrapper("the lines' numbers", matcher(r" *\d{1,7}(?:: ?|\t| +)(?P<rest>.*)"), alone=False, share=0.9),
    Wrapper("a file's name", matcher(r"[\w./-]+\.(?:log|txt|out)(?::\d+)?:(?P<rest>.*)"), alone=False, share=0.9),
)
