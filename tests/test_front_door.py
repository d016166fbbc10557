import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "first", ["import incidentlab.load", "from incidentlab.load import load", "from incidentlab import load_all"]
)
def test_load_is_a_function_whatever_was_imported_before(first: str) -> None:
    """`incidentlab.load` is the function, though a module bears the same name."""
    code = f"{first}\nimport incidentlab\nprint(len(incidentlab.load('web-1  | ready\\n').logs))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A slip of the pen is told as for any module."""
    import incidentlab

    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = incidentlab.lod
