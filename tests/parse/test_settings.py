"""Every value of a Compose file, with the line on which its author wrote it."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from incidentlab.load import load
from incidentlab.parse.settings import settings

MERGED = """\
x-check: &check
  interval: 10s
  retries: 3
services:
  web:
    healthcheck:
      <<: *check
      retries: 5
      test: curl -f localhost
    environment: ["DB_PASSWORD=${PW}", "PRICE=1$$", DEBUG]
    command: sh -c "exec web --verbose"
    ports: ["80:80", {target: 90}]
version: "3"
"""


def found(text: str, *, resolved: bool = False) -> dict[tuple[object, str], tuple[object, int]]:
    """Return (service, key) -> (value, line)."""
    frame = settings(text, file="compose.yaml", resolved=resolved)
    frame = frame.astype({"service": object, "value": object}).where(frame.notna(), None)
    return {(row.service, row.key): (row.value, row.line) for row in frame.itertuples()}


def test_a_merged_value_bears_the_line_on_which_it_is_written() -> None:
    """What an anchor gives has the anchor's line, what the service says itself has its own, and wins."""
    told = found(MERGED)
    assert told["web", "healthcheck.interval"] == ("10s", 2)
    assert told["web", "healthcheck.retries"] == ("5", 8)
    assert told[None, "version"] == ("3", 13)
    assert not any(key.startswith("x-") for _, key in told)


def test_short_forms_are_told_in_the_long_form() -> None:
    """A list of variables is a mapping, a test in one text is one for a shell, and a command is its words."""
    told = found(MERGED)
    assert told["web", "environment.DB_PASSWORD"] == ("${PW}", 10)
    assert told["web", "environment.DEBUG"] == (None, 10)
    assert told["web", "healthcheck.test"][0] == '["CMD-SHELL", "curl -f localhost"]'
    assert json.loads(str(told["web", "command"][0])) == ["sh", "-c", "exec web --verbose"]
    assert told["web", "ports.0"] == ("80:80", 12)
    assert told["web", "ports.1.target"] == ("90", 12)


def test_what_is_put_in_by_compose_is_no_literal() -> None:
    """`${PW}` is no literal, `$$` is a dollar sign, and of a resolved file it cannot be told."""
    frame = settings(MERGED, file="compose.yaml", resolved=False).set_index("key")["literal"]
    assert not frame["environment.DB_PASSWORD"]
    assert frame["environment.PRICE"]
    assert settings("name: a", file="compose.json", resolved=True)["literal"].isna().all()


@given(
    st.dictionaries(
        st.from_regex(r"[a-w][a-z]{0,5}", fullmatch=True),
        st.fixed_dictionaries({"image": st.text("abc:/", min_size=1), "restart": st.sampled_from(["no", "always"])}),
        min_size=1,
    )
)
def test_yaml_and_json_of_the_same_file_have_the_same_values(services: dict[str, dict[str, str]]) -> None:
    """One file, written as YAML or as JSON: the same keys with the same values."""
    document = {"services": services}
    as_yaml = found(yaml.safe_dump(document))
    as_json = found(json.dumps(document, indent=1))
    assert {key: value for key, (value, _) in as_yaml.items()} == {key: value for key, (value, _) in as_json.items()}


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + "d: [" + ", ".join(["*c"] * 5000) + "]\n",
        "[" * 5000,
        "a: b: c",
        "&a [*a]",
        "",
    ],
    ids=["many aliases", "deep", "no YAML", "a circle", "empty"],
)
def test_a_hostile_file_ends(text: str) -> None:
    """Aliases that multiply, depth without end, a circle: few rows, and no error."""
    assert len(settings(text, file="compose.yaml", resolved=False)) <= 20_000


def test_a_secret_of_a_compose_file_is_masked_at_the_door() -> None:
    """What a variable's name gives away is a token, in the settings too."""
    told = load("services:\n  web:\n    environment:\n      DB_PASSWORD: hunter2xy\n").settings
    (value,) = told.loc[told["key"].eq("environment.DB_PASSWORD"), "value"]
    assert value.startswith("<secret:")
    assert "hunter2xy" not in told.to_csv()
