"""The tree that a container sees, the bytes that it cannot see, and the programs that are told to run in it."""

import tarfile
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentlab import tables
from incidentlab.analyse import images
from incidentlab.collect import image_files
from incidentlab.parse import image_files as parser

from .archive import Member, diff_id, layer, save


def tree(*layers: list[Member]) -> images.Tree:
    """Return the tree of an image of these layers, by way of an archive and the parser."""
    built = [layer(*members) for members in layers]
    with TemporaryDirectory() as folder:
        found = list(image_files.layers(save(Path(folder) / "images.tar", built)))
    rows = [
        dict(zip(parser._COLUMNS, entry, strict=True)) | {"diff_id": one["diff_id"]}
        for one in found
        for entry in one["files"]
    ]
    return images.merged([diff_id(one) for one in built], images.by_layer(tables.rows(rows, tables.IMAGE_FILES)))


def hidden(*layers: list[Member]) -> list[tuple[str, int, str]]:
    """Return path, bytes and reason of what is wasted."""
    found = images.waste("web", tree(*layers))
    return list(zip(found["path"], found["size_bytes"], found["reason"], strict=True))


def test_a_deleted_file_is_still_paid_for() -> None:
    """A whiteout hides a file and the folder below it; the bytes stay in the layer that brought them."""
    base: list[Member] = [("a/x", "file", "12345"), ("a/y", "file", "1"), ("b", "file", "123")]
    assert hidden(base, [("a", "whiteout", None), ("b", "whiteout", None)]) == [
        ("/a/x", 5, "deleted"), ("/a/y", 1, "deleted"), ("/b", 3, "deleted"),
    ]  # fmt: skip


def test_a_chown_of_its_own_stores_the_file_again() -> None:
    """The same content above itself is a copy; other content overwrites; the copy that stays is no waste."""
    base: list[Member] = [("same", "file", "12345"), ("other", "file", "abc")]
    top: list[Member] = [("same", "file", "12345", 0o600), ("other", "file", "xyz")]
    assert hidden(base, top) == [("/other", 3, "overwritten"), ("/same", 5, "copied")]


def test_an_opaque_mark_hides_what_lies_below_and_not_what_comes_with_it() -> None:
    """Only earlier layers are hidden, wherever in its layer the mark stands."""
    seen = tree([("d/old", "file", "1")], [("d/new", "file", "2"), ("d", "opaque", None)])
    assert sorted(path for path, entry in seen.entries.items() if entry["kind"] == "file") == ["/d/new"]


def test_a_file_with_two_names_is_wasted_when_both_are_hidden() -> None:
    """One of two hard links keeps the bytes alive."""
    base: list[Member] = [("one", "file", "12345"), ("two", "hardlink", "one")]
    assert hidden(base, [("one", "whiteout", None)]) == []
    assert hidden(base, [("one", "whiteout", None), ("two", "whiteout", None)]) == [("/one", 5, "deleted")]


def test_a_file_in_the_place_of_a_folder_hides_what_was_in_it() -> None:
    """A path is one thing: what lay below a folder that became a file is gone."""
    assert hidden([("d/x", "file", "123")], [("d", "file", "1")]) == [("/d/x", 3, "deleted")]


_NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a"])
_MEMBER = st.tuples(_NAMES, st.just("file"), st.text("xy", max_size=3)) | st.tuples(
    _NAMES, st.just("whiteout"), st.none()
)


@given(st.lists(st.lists(_MEMBER, max_size=4, unique_by=lambda member: member[0]), min_size=1, max_size=4))
def test_a_naive_twin_that_unpacks_agrees(layers: list[list[Member]]) -> None:
    """What is visible and what is wasted equal what is left and what is missing after unpacking layer upon layer."""
    seen: dict[str, str] = {}
    total = 0
    for members in layers:
        for path, kind, _ in members:
            if kind == "whiteout":
                seen = {name: text for name, text in seen.items() if name != path and not name.startswith(f"{path}/")}
        for path, kind, text in members:
            if kind == "file":
                parents = {path.rsplit("/", depth)[0] for depth in range(1, path.count("/") + 1)}
                below = {name for name in seen if name.startswith(f"{path}/")}
                seen = {name: old for name, old in seen.items() if name not in below | parents} | {path: text}
                total += len(text)
    built = tree(*layers)
    visible = {path: entry["size_bytes"] for path, entry in built.entries.items() if entry["kind"] == "file"}
    assert visible == {f"/{path}": len(text) for path, text in seen.items()}
    assert images.waste("web", built)["size_bytes"].sum() == total - sum(map(len, seen.values()))


@pytest.mark.parametrize(
    ("test", "path", "fault"),
    [
        (["CMD", "/usr/bin/probe"], None, None),
        (["CMD", "probe", "-q"], None, None),
        (["CMD", "probe"], "/nodejs/bin", "not_found"),
        (["CMD", "node"], "/nodejs/bin:/bin", None),
        (["CMD", "node"], None, "not_found"),
        (["CMD", "/bin/link"], None, None),
        (["CMD", "data"], None, "not_executable"),
        (["CMD-SHELL", "probe -q || exit 1"], None, None),
        (["CMD-SHELL", "curl -f http://localhost"], None, "not_found"),
    ],
)
def test_the_program_of_a_healthcheck(test: list[str], path: str | None, fault: str | None) -> None:
    """It is looked for as the engine and the shell do: by its path, or along the container's PATH, through links."""
    programs: list[Member] = [(name, "file", "x", 0o755) for name in ("usr/bin/probe", "nodejs/bin/node")]
    links: list[Member] = [("bin/link", "symlink", "../usr/bin/probe"), ("bin/sh", "symlink", "/usr/bin/probe")]
    seen = tree([*programs, *links, ("usr/bin/data", "file", "x", 0o644)])
    found = images.health_program(seen, test, path=path)
    assert found is not None
    assert found.fault == fault


def test_an_image_without_a_shell_cannot_run_a_shell_probe() -> None:
    """In an image from scratch a CMD-SHELL probe fails before its own program is looked for; an exec probe need not."""
    seen = tree([("nodejs/bin/node", "file", "x", 0o755)])
    told = images.health_program(seen, ["CMD-SHELL", "node -e 1"], path="/nodejs/bin")
    assert told is not None
    assert (told.fault, told.name) == ("no_shell", "/bin/sh")
    ran = images.health_program(seen, ["CMD", "node", "-e", "1"], path="/nodejs/bin")
    assert ran is not None
    assert ran.fault is None


@pytest.mark.parametrize("test", [[], ["NONE"], ["CMD"], ["CMD-SHELL", "test -f /tmp/ready"], ["CMD-SHELL", "$PROBE"]])
def test_a_probe_whose_program_is_not_told_is_not_judged(test: list[str]) -> None:
    """No healthcheck, a word of the shell's own, or a variable: nothing can be said, and nothing is."""
    seen = tree([("bin/sh", "file", "x", 0o755)])
    assert images.health_program(seen, test) is None


def test_links_that_lead_in_a_circle_lead_nowhere() -> None:
    """The kernel gives up after forty links, and so does the look-up."""
    assert tree([("a", "symlink", "b"), ("b", "symlink", "a")]).find("/a") is None


def test_what_need_not_be_there_is_told_with_its_layer() -> None:
    """Caches and keys are counted by their place; what a later layer deleted is told as hidden, and is still there."""
    seen = tree(
        [
            ("var/lib/apt/lists/one", "file", "123"),
            ("var/lib/apt/lists/two", "file", "12"),
            ("root/.ssh/id_rsa", "file", "key"),
        ],
        [("root/.ssh/id_rsa", "whiteout", None), ("bin/su", "file", "x", 0o4755), ("app/.env.example", "file", "x")],
    )
    found = images.contents("web", seen)
    told = found[["kind", "path", "files", "size_bytes", "layer", "visible"]].values.tolist()
    assert told == [
        ["package_cache", "/var/lib/apt/lists", 2, 5, 1, True],
        ["private_key", "/root/.ssh/id_rsa", 1, 3, 1, False],
        ["setuid", "/bin/su", 1, 1, 2, True],
    ]


def steps(*layers: tuple[str, int]) -> pd.DataFrame:
    """Return an image's history: diff id and size of each layer."""
    rows = [
        {"image": "web", "diff_id": name, "layer": n, "size_bytes": size} for n, (name, size) in enumerate(layers, 1)
    ]
    return tables.rows(rows, tables.LAYERS)


_LAYERS = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5).map(lambda names: [(n, ord(n)) for n in names])


@given(_LAYERS, _LAYERS)
def test_the_layers_add_up_to_the_difference(one: list[tuple[str, int]], two: list[tuple[str, int]]) -> None:
    """New less gone is the difference of the two sizes; shared layers are counted once in the bytes of both."""
    was, now = steps(*one), steps(*two)
    changes = images.compare(was, now, tables.empty(tables.IMAGE_FILES)).groupby("change")["size_bytes"].sum()
    assert changes.get("new", 0) - changes.get("gone", 0) == now["size_bytes"].sum() - was["size_bytes"].sum()
    both = pd.concat([was, now])
    assert images.unique_bytes(both) == sum(dict([*one, *two]).values())


def test_a_layer_names_its_largest_paths() -> None:
    """Who made an image grow is told by the step and by what it brought."""
    files = tables.rows(
        [{"diff_id": "b", "path": f"/{n}", "kind": "file", "size_bytes": n} for n in range(8)], tables.IMAGE_FILES
    )
    changes = images.compare(steps(("a", 1)), steps(("a", 1), ("b", 28)), files).set_index("change")
    assert changes.loc["new", "largest"] == '[["/7", 7], ["/6", 6], ["/5", 5], ["/4", 4], ["/3", 3]]'


def test_the_twin_reads_what_tarfile_writes() -> None:
    """The layers of these tests are real tars: their members are what was asked for."""
    with tarfile.open(fileobj=BytesIO(layer(("a/b", "whiteout", None), ("c", "opaque", None)))) as tar:
        assert tar.getnames() == ["a/.wh.b", "c/.wh..wh..opq"]
