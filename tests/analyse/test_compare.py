"""Two captures of a project: what was changed, and what came of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from incidentlab import tables
from incidentlab.analyse.audit import Case
from incidentlab.analyse.compare import differences
from incidentlab.cli import app
from incidentlab.investigate import Investigation, compare
from incidentlab.parse.settings import settings

DATA = Path(__file__).parents[2] / "data"
Investigated = Callable[[str], Investigation]
BASE = {"image": "web:1", "diff_id": "sha256:base", "layer": 1, "step": 1, "size_bytes": 70_000_000}


def side(image: str, extra: int, *, store: str = "overlay2", **more: Any) -> Case:
    """Return a capture of a service whose image has a layer of its own."""
    layers = [
        BASE,
        {"diff_id": f"sha256:{image}", "layer": 2, "step": 2, "size_bytes": extra, "created_by": f"RUN {image}"},
    ]
    told = [row | {"image": image, "image_id": image} for row in layers]
    files = [{"diff_id": f"sha256:{image}", "path": "/opt/large", "kind": "file", "size_bytes": extra}]
    images = [{"image": image, "image_id": image, "size_bytes": 70_000_000 + extra, "store": store}]
    box = [{"service": "web", "container": "x-web-1", "image_id": image, "state": "running"}]
    frames = {"layers": told, "image_files": files, "images": images, "containers": box} | more
    known = {table.name: table for table in tables.EVIDENCE_TABLES}
    return Case(**{name: tables.rows(rows, known[name]) for name, rows in frames.items()})


def said(frame: pd.DataFrame, area: str) -> list[str]:
    """Return the sentences of an area."""
    return frame.loc[frame["area"].eq(area), "sentence"].tolist()


def test_the_reference_change_is_told_from_evidence(investigated: Investigated) -> None:
    """One stage as root became an image of nothing but node: user, PATH, entrypoint, size and the layers to thank."""
    told = compare(investigated("image-single-stage"), investigated("image-distroless"))
    image = said(told, "image")
    assert "auth-service: the image's user was none and is 1001:1001" in image
    assert any("197.0 MB smaller (299.9 MB -> 102.9 MB)" in sentence for sentence in image)
    assert any("npm" in sentence and "had brought 224.4 MB" in sentence for sentence in said(told, "layer"))
    changed = told.loc[told["area"].eq("configuration"), "what"].tolist()
    assert {"image", "healthcheck.test", "healthcheck.start_period", "build.target"} <= set(changed)
    assert not any(what.startswith("environment") for what in changed)


def test_the_layers_are_the_whole_difference_of_the_sizes(investigated: Investigated) -> None:
    """What was added less what is gone is the difference of the engine's own two sizes."""
    before, after = investigated("image-single-stage").incident, investigated("image-distroless").incident
    sums = []
    for incident in (before, after):
        own = incident.layers[incident.layers["image"].str.contains("auth-service")].dropna(subset=["diff_id"])
        size = incident.images.loc[incident.images["image"].str.contains("auth-service"), "size_bytes"].iloc[0]
        assert own["size_bytes"].sum() == size
        sums.append(size)
    assert sums == [299_895_201, 102_894_024]


def test_the_mended_path_is_the_only_change_of_the_image(investigated: Investigated) -> None:
    """Between the image without and with PATH the path differs, no byte does, and the verdict is another."""
    told = compare(investigated("image-distroless-no-path"), investigated("image-distroless"))
    assert set(told.loc[told["area"].eq("image"), "what"]) == {"PATH", "size"}
    assert any("of the same size" in sentence for sentence in said(told, "image"))
    assert "auth-service: its health was unhealthy and is healthy" in said(told, "health")
    assert said(told, "verdict") == ["the verdict was healthcheck_exec_failure (auth-service) and is benign"]


def test_what_was_fixed_and_what_came_of_it(investigated: Investigated) -> None:
    """The three settings that the fix changed are all that differs in the file; the restarts are gone."""
    told = compare(investigated("startup-race"), investigated("fixed"))
    assert told.loc[told["area"].eq("configuration"), "what"].tolist() == [
        "restart", "environment.WAIT_FOR_DB", "depends_on.postgres.condition",
    ]  # fmt: skip
    assert said(told, "restarts") == ["auth-service: 6 restarts by its policy, then 0"]


@pytest.mark.parametrize("name", ["fixed", "image-distroless"])
def test_a_capture_does_not_differ_from_itself(name: str, investigated: Investigated) -> None:
    """Nothing is told but that the verdict is the same."""
    assert compare(investigated(name), investigated(name))["area"].tolist() == ["verdict"]


def test_a_change_that_made_the_image_larger_is_said_to_have() -> None:
    """The layer to blame is named with its largest path."""
    told = differences(side("web:1", 1_000_000), side("web:2", 16_862_800))
    assert "15.9 MB larger (71.0 MB -> 86.9 MB)" in said(told, "image")[-1]
    assert said(told, "layer")[0] == "web: `RUN web:2` brought 16.9 MB; most of it /opt/large"


def test_sizes_of_two_stores_are_not_compared() -> None:
    """Docker's two stores count different things: the sentence says so, and no layer is blamed."""
    told = differences(side("web:1", 1_000_000), side("web:2", 9_000_000, store="overlayfs"))
    assert "cannot be compared" in said(told, "image")[-1]
    assert not said(told, "layer")


def test_a_token_of_another_machine_is_no_change() -> None:
    """Tokens of secrets differ between machines; a checkout in another folder is no change either."""
    text = "services:\n  web:\n    build: {context: /%s/lab}\n    environment: {PW: '<secret:%s>'}\n"
    both = [
        Case(settings=settings(text % given, file="compose.json", resolved=True))
        for given in (("work", "0123abcd"), ("home", "89abcdef"))
    ]
    assert differences(*both).empty


def test_scans_are_compared_image_by_image() -> None:
    """Gone, new, still, and for how many a fix has become known."""

    def scanned(image: str, *found: tuple[str, str | None]) -> Case:
        rows = [
            {"image_id": image, "vulnerability": name, "package": "p", "identity": name, "fixed_version": fix,
             "ignored": False, "severity": "LOW"}
            for name, fix in found
        ]  # fmt: skip
        return side(image, 1, scans=[{"artifact": "web", "image_id": image}], vulnerabilities=rows)

    told = differences(scanned("a", ("1", None), ("2", None)), scanned("b", ("2", "9"), ("3", None), ("4", None)))
    assert said(told, "vulnerabilities") == ["web: 1 gone, 2 new, 1 still; for 1 a fix has become known"]


def test_the_command_prints_words_or_json() -> None:
    """The page begins with the verdict, the JSON has every difference and both ledgers."""
    both = [str(DATA / "startup-race"), str(DATA / "fixed")]
    page = CliRunner().invoke(app, ["compare", *both])
    assert page.output.startswith("The verdict\n  - the verdict was startup_race")
    told = json.loads(CliRunner().invoke(app, ["compare", *both, "--json"]).output)
    assert set(told) == {"before", "after", "differences", "ledgers"}
    assert {row["area"] for row in told["differences"]} >= {"configuration", "restarts", "verdict"}


def test_a_tag_that_names_another_image_is_told() -> None:
    """The same name for another image is said in so many words: nothing in the Compose file has changed."""
    names = [{"image": "web:1", "image_id": number, "size_bytes": 10, "store": "overlay2"} for number in ("a", "b")]
    boxes = [
        {"service": "web", "container": "x-web-1", "image_id": number, "state": "running"} for number in ("a", "b")
    ]
    before, after = (
        Case(images=tables.rows([image], tables.IMAGES), containers=tables.rows([box], tables.CONTAINERS))
        for image, box in zip(names, boxes, strict=True)
    )
    (told,) = said(differences(before, after), "image")
    assert told.startswith("web: the tag web:1 names another image than before")
