"""What the commands leave, opened from a file with the network off."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
NOTEBOOK = "notebooks/01-what-happened.ipynb"
Open = Callable[[Path], Any]


def shown(watched: Any) -> list[str]:
    """Return the first cell of each row of the index that is shown."""
    return [text.strip() for text in watched.page.locator("tbody tr:visible td:first-child").all_text_contents()]


@pytest.mark.parametrize(("edition", "heading"), [("postmortem", "Summary"), ("external", "What we do")])
def test_a_postmortem_opens_without_any_request(
    edition: str, heading: str, exported: Callable[..., Path], offline: Open
) -> None:
    """Both editions show their headings, their picture if they have one, and ask for nothing but the file itself."""
    path = exported("postmortem", "data/startup-race") / f"{edition}.html"
    watched = offline(path)
    assert watched.page.get_by_role("heading", name=heading).is_visible()
    widths = watched.page.locator("img").evaluate_all("(all) => all.map((image) => image.naturalWidth)")
    assert all(width > 0 for width in widths)
    watched.photograph(f"export-{edition}")
    assert watched.asked == [path.as_uri()]


def test_an_id_leads_to_its_row(exported: Callable[..., Path], offline: Open) -> None:
    """A click on the number behind a sentence opens the appendix at its row, with its place."""
    watched = offline(exported("postmortem", "data/startup-race") / "postmortem.html")
    link = watched.page.locator('a[href^="#E-"]').first
    row = watched.page.locator(f'[id="{str(link.get_attribute("href"))[1:]}"]')
    assert not row.is_visible()
    link.click()
    assert row.is_visible()
    assert row.evaluate("(row) => row.getBoundingClientRect().top < innerHeight")
    assert "auth-service" in str(row.text_content())


def test_the_page_of_a_run_opens_without_any_request(exported: Callable[..., Path], offline: Open) -> None:
    """The page that `incidentlab run` leaves shows its figure and asks for nothing but the file itself."""
    path = exported("run", NOTEBOOK, "data/startup-race") / "01-what-happened-startup-race.html"
    watched = offline(path)
    assert watched.page.locator("img").first.evaluate("(image) => image.naturalWidth") > 0
    watched.photograph("export-run")
    assert watched.asked == [path.as_uri()]


def test_the_index_of_a_batch_sorts_filters_and_opens(exported: Callable[..., Path], offline: Open) -> None:
    """A click on a heading turns the rows around, the next one back; words filter them; a name opens its report."""
    sources = [f"data/{name}" for name in ("startup-race", "fixed", "wrong-host")]
    watched = offline(exported("batch", NOTEBOOK, *sources) / "index.html")
    page = watched.page
    rising = ["fixed", "startup-race", "wrong-host"]
    assert shown(watched) == rising
    page.get_by_role("button", name="incident").click()
    assert shown(watched) == rising[::-1]
    page.get_by_role("button", name="incident").click()
    assert shown(watched) == rising
    page.get_by_label("Filter").fill("wrong_host done")
    assert shown(watched) == ["wrong-host"]
    assert page.get_by_text("1 of 3 shown").is_visible()
    page.get_by_label("Filter").fill("")
    watched.photograph("export-index")
    page.get_by_role("link", name="wrong-host").first.click()
    page.get_by_role("heading", name="What happened?").wait_for()
