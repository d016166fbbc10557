"""What a process that is ours alone does without; imported for its effect, before `nbformat`.

`nbformat` imports `jsonschema`, and that `rfc3987_syntax` where it is installed (JupyterLab brings it): its import
compiles a grammar for more than a second, for the formats "iri" and "iri-reference", which the schema of notebooks does
not have. Where it cannot be imported `jsonschema` goes on without these two.
"""

import sys
from typing import Any

_modules: dict[str, Any] = sys.modules
_modules.setdefault("rfc3987_syntax", None)  # an import of None is an ImportError
