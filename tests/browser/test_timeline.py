"""The interactive timeline and the sortable tables, in JupyterLab and in an exported page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
NOTEBOOK = "notebooks/01-what-happened.ipynb"
VIEW = "[...Bokeh.index.roots].find((view) => view.el.isConnected)"
PLOT = f"{VIEW}.model"
MARK = f"""() => {{
    const view = {VIEW}, plot = view.model;
    const source = plot.renderers.map((renderer) => renderer.data_source).find((source) => source.name === 'marks');
    const row = source.data.detail.findIndex((text) => text.includes('ECONNREFUSED'));
    const x = view.frame.x_scale.compute(source.data.x[row]), y = view.frame.y_scale.compute(source.data.lane[row]);
    const box = view.canvas_view.el.getBoundingClientRect();
    return [box.left + x, box.top + y];
}}"""


def played(page: Any) -> None:
    """Point at a mark, hide a service and zoom, and see the line, the lane and the range change."""
    figure = page.locator(".incidentlab-timeline").first
    figure.locator(".incidentlab-service").first.wait_for()
    page.wait_for_function(f"{VIEW} !== undefined")
    figure.scroll_into_view_if_needed()
    page.mouse.move(*page.evaluate(MARK))
    page.get_by_text("connect ECONNREFUSED").and_(page.locator("span:visible")).first.wait_for()
    figure.get_by_label("auth-service").uncheck()
    page.wait_for_function(f"!{PLOT}.y_range.factors.includes('auth-service')")
    figure.get_by_label("auth-service").check()
    page.wait_for_function(f"{PLOT}.y_range.factors.includes('auth-service')")
    width = page.evaluate(f"{PLOT}.x_range.end - {PLOT}.x_range.start")
    figure.locator('[title^="Zoom In"]').click()
    page.wait_for_function(f"(width) => {PLOT}.x_range.end - {PLOT}.x_range.start < width", arg=width)


def sorted_by_click(page: Any) -> None:
    """Sort a table by a click on a heading, turn it by another, and filter it by words."""
    table = page.locator("table:has(th[aria-sort])", has_text="exit_code").last
    heading = table.get_by_role("button", name="started")
    heading.click()
    column = table.locator("th").all_text_contents()
    place = next(i for i, name in enumerate(column) if name.startswith("started"))
    cells = table.locator(f"tbody tr td:nth-child({place + 1})")
    rising = cells.all_text_contents()
    heading.click()
    assert cells.all_text_contents() == rising[::-1] != rising


def test_the_timeline_of_a_notebook_answers_to_the_mouse(desk: Any) -> None:
    """In JupyterLab, pointing at a mark shows its line, a click hides a service or zooms in, and tables sort."""
    desk.open(NOTEBOOK)
    desk.run_all()
    played(desk.page)
    sorted_by_click(desk.page)


def test_the_timeline_of_an_exported_page_answers_to_the_mouse(
    exported: Callable[..., Path], offline: Callable[[Path], Any]
) -> None:
    """In the exported page, with the network off, the same works."""
    watched = offline(exported("run", NOTEBOOK, "data/startup-race") / "01-what-happened-startup-race.html")
    played(watched.page)
    watched.photograph("export-timeline")
    sorted_by_click(watched.page)
