import base64
import gzip
import hashlib
import re

import pytest

from incidentlab import offline
from incidentlab.offline.scripts import TIMELINE

DRAWN = f'<div class="{TIMELINE}" data-figure="{{}}"></div>'
QUIET = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def scripts(body: str) -> list[str]:
    """Return the text of each script of a page with this body."""
    return re.findall(r"(?s)<script>(.*?)</script>", offline.tags(body))


def named(script: str) -> str:
    """Return a script as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def test_a_page_that_needs_no_script_has_none() -> None:
    """Without a table or a timeline there is no script, and none is allowed."""
    assert offline.tags("<p>words</p>") == ""
    assert offline.policy("<p>words</p>") == QUIET


def test_a_page_with_a_table_has_the_script_that_sorts_it() -> None:
    """A table asks for one script of a few kilobytes, and the policy allows that one."""
    (script,) = scripts("<table></table>")
    assert len(script) < 6_000
    assert offline.policy("<table></table>") == f"{QUIET}; script-src {named(script)}"


def test_the_policy_names_every_script_and_nothing_else() -> None:
    """Every script of a page stands in its policy by its hash, BokehJS as it is once unpacked."""
    body = DRAWN + "<table></table>"
    packed = scripts(body)[0].partition('Bokeh="')[2].partition('"')[0]
    bokeh = gzip.decompress(base64.b64decode(packed)).decode()
    allowed = set(offline.policy(body).partition("script-src ")[2].split())
    assert allowed == {named(script) for script in [*scripts(body), bokeh]}
    assert "Bokeh" in bokeh


def test_bokeh_comes_once_and_packed() -> None:
    """However many timelines a page has, it is half a megabyte larger for them."""
    assert len(offline.tags(DRAWN * 9)) == len(offline.tags(DRAWN)) < 500_000


def test_the_scripts_ask_for_nothing() -> None:
    """Our own scripts name no address and call nothing that loads or evaluates."""
    ours = [script for script in scripts(DRAWN + "<table></table>") if "incidentlabBokeh=" not in script]
    assert len(ours) == 2
    for script in ours:
        assert not re.search(r"https?:|fetch\(|XMLHttp|import\(|innerHTML|eval\(|new Function|\.src\b", script)


@pytest.mark.parametrize("script", scripts(DRAWN + "<table></table>"))
def test_no_script_ends_its_own_element(script: str) -> None:
    """What stands in a script element holds no end of one, and no line end that a browser would change."""
    assert "</" not in script
    assert "\r" not in script
