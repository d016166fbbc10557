"""What a document of YAML says, once `documents.yaml_node` has let it pass: no tag makes an object or a traceback."""

from __future__ import annotations

from typing import Any

import yaml

from incidentlab.tables import BadInput


def value(root: Any, *, name: str, but: str = "a value is not what its tag says") -> Any:
    """Return what a root node of YAML says, in values of Python; the words `but` tell what cannot be.

    Raises
    ------
    BadInput
        A tag is unknown here, or does not fit what it stands before.

    Examples
    --------
    >>> from incidentlab.tables.documents import yaml_node
    >>> value(yaml_node("a: 0x10", name="x"), name="x")
    {'a': 16}
    >>> value(yaml_node("a: !!float b", name="x"), name="x")
    Traceback (most recent call last):
    incidentlab.tables.errors.BadInput: x:1: a value is not what its tag says: could not convert string to float: 'b'
    """
    try:
        return yaml.SafeLoader("").construct_document(root) if root else None
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, OverflowError) as error:  # of its constructors
        mark = getattr(error, "problem_mark", None) or root.start_mark
        told = " ".join(str(error).split())[:120]
        raise BadInput(f"{name}:{mark.line + 1}: {but}: {told}") from error
