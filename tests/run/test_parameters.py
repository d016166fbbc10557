import subprocess
import sys

import nbformat
import pytest

from incidentlab.run.parameters import Parameter, checked, declared
from incidentlab.tables import BadInput, BadParameter

KNOWN = {
    "source": Parameter("source", "str", "x", ""),
    "tries": Parameter("tries", "int", 1, ""),
    "loud": Parameter("loud", "bool", False, ""),
    "service": Parameter("service", "str | None", None, ""),
}


def book(source: str, *, tag: str = "parameters") -> nbformat.NotebookNode:
    """Return a notebook with one tagged cell."""
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source, metadata={"tags": [tag]})])


def test_a_declaration_gives_name_type_default_and_help() -> None:
    """A line `name: type = literal  # help` is read without being executed."""
    assert declared(book('zone: str = "UTC"  # where')) == {"zone": Parameter("zone", "str", "UTC", "where")}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("zone = 'UTC'", "write name: type = literal"),
        ("zone: bytes = b''", "has type bytes"),
        ("zone: str = input()", "is no literal"),
    ],
)
def test_a_line_that_is_no_declaration_is_named(source: str, says: str) -> None:
    """An untyped, strangely typed or computed default is refused with the line."""
    with pytest.raises(BadInput, match=says):
        declared(book(source))


def test_a_notebook_without_the_tag_is_refused() -> None:
    """Papermill would run it and ignore the parameters; here it is an error."""
    with pytest.raises(BadInput, match="0 cells tagged"):
        declared(book("zone: str = ''", tag="other"))


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [("tries", "3", 3), ("loud", "true", True), ("service", "", None), ("service", "db", "db"), ("tries", 4, 4)],
)
def test_values_of_a_command_line_become_their_type(name: str, given: object, value: object) -> None:
    """A string is read as the declared type; an empty one is None where None is allowed."""
    assert checked({name: given}, KNOWN) == {name: value}


def test_an_unknown_name_is_an_error_that_names_the_nearest() -> None:
    """A misspelt parameter is not ignored."""
    with pytest.raises(BadParameter, match="did you mean tries"):
        checked({"trise": 1}, KNOWN)


@pytest.mark.parametrize(("name", "given"), [("tries", "three"), ("tries", 1.5), ("loud", "perhaps")])
def test_a_mistyped_value_is_an_error(name: str, given: object) -> None:
    """A value that does not fit its type is refused before a kernel starts."""
    with pytest.raises(BadParameter, match=f"parameter {name} = "):
        checked({name: given}, KNOWN)


def test_a_grammar_that_no_notebook_needs_is_not_compiled() -> None:
    """The commands read notebooks without the import that takes longer than all others together."""
    code = "import sys, incidentlab.cli, nbformat.validator; print(bool(sys.modules.get('rfc3987_syntax')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
