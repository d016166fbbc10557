"""What it costs to list and to analyse the files of images, beside `tar t` of the same archive: all in this run.

    python benchmarks/images.py [--images 4] [--files 8000] [--runs 3]

An archive as engine 20.10 saves it is made from a seed: images of a base that all share and a layer of their own, each
of so many files (the median 2 KB, the largest 1 MB); a tenth of the base stands in each layer again. CPU seconds of all
processes, the medians of some runs.

No engine is asked. `tar t` lists each layer out of the archive (names, sizes, owners) and no more; we hash every file
as well, in Python. What is aimed at is 1.5 times `docker save | tar t`, where both have to wait for the saving. Here
GNU tar packs the same files from a disk, the least that an engine has to do. Not reached: 6.7 without the saving, 4.0
with it (9.2 and 5.9 before) here. Most of what is left is tarfile, reading headers.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import resource
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from incidentlab import investigate, load
from incidentlab.bundle import write
from incidentlab.collect import image_files


def main() -> None:
    """Make an archive, let each read it in turn, and print medians and ratios."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--images", type=int, default=4)
    ask.add_argument("--files", type=int, default=8000)
    ask.add_argument("--runs", type=int, default=3)
    given = ask.parse_args()
    with tempfile.TemporaryDirectory(prefix="incidentlab-benchmark-") as place:
        folder = Path(place)
        archive, inspected = save(folder, images=given.images, files=given.files)
        steps: dict[str, Callable[[], Any]] = {
            "tar t": lambda: listed(archive),
            "save": lambda: packed(folder / "layers", folder / "saved.tar"),
            "save | tar t": lambda: packed(folder / "layers", None),
            "capture": lambda: capture(archive, inspected, folder / "bundle"),
            "analysis": lambda: analyse(folder / "bundle"),
        }
        took: dict[str, list[float]] = {name: [] for name in steps}
        for _ in range(given.runs):
            for name, step in steps.items():
                begin = used()
                step()
                took[name].append(used() - begin)
        print(f"{given.images} images, {given.files} files a layer, {archive.stat().st_size / 1e6:.0f} MB")
        middle = {name: median(found) for name, found in took.items()}
        middle["capture, analysis"] = middle["capture"] + middle["analysis"]
        for name, cost in middle.items():
            print(f"{name:20}{cost:7.2f} s CPU {cost / middle['tar t']:6.2f} x tar t")
        ours = middle["save"] + middle["capture, analysis"]
        print(f"with the saving     {ours:7.2f} s CPU {ours / middle['save | tar t']:6.2f} x save | tar t")


def used() -> float:
    """Return the CPU seconds of this process and its children, by users and by the system."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(cost.ru_utime + cost.ru_stime for cost in both)


def listed(archive: Path) -> None:
    """Let GNU tar list every layer of an archive."""
    with tarfile.open(archive) as tar:
        layers = [name for name in tar.getnames() if name.endswith("/layer.tar")]
    for name in layers:
        with subprocess.Popen(
            ["tar", "--extract", "--to-stdout", "--file", archive, name], stdout=subprocess.PIPE
        ) as one:
            subprocess.run(["tar", "--list", "--verbose"], stdin=one.stdout, stdout=subprocess.DEVNULL, check=True)


def packed(layers: Path, saved: Path | None) -> None:
    """Let GNU tar pack the files of all layers, into a file or into a pipe at whose end another one lists them."""
    pack = ["tar", "--create", "--file", str(saved or "-"), "--directory", str(layers), "."]
    if saved:
        subprocess.run(pack, check=True)
        return
    with subprocess.Popen(pack, stdout=subprocess.PIPE) as one:
        subprocess.run(["tar", "--list", "--verbose"], stdin=one.stdout, stdout=subprocess.DEVNULL, check=True)


def hashed(archive: Path) -> str:
    """Return the SHA-256 of an archive."""
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def capture(archive: Path, inspected: list[dict[str, Any]], place: Path) -> None:
    """Write what a capture keeps of the images."""
    with write(place, project="benchmark", overwrite=True) as out:
        out.jsonl("images.jsonl", inspected, kind="images")
        out.jsonl("image_files.jsonl.gz", image_files.layers(archive), kind="image_files")


def analyse(place: Path) -> None:
    """Load what was captured, and ask for all that is known of what an image is made of."""
    found = investigate(load(place))
    assert len(found.image_waste)
    assert found.image_contents is not None


def save(folder: Path, *, images: int, files: int) -> tuple[Path, list[dict[str, Any]]]:
    """Write the archive of some images; return it, and what the engine would say of each of them."""
    dice = random.Random(1)  # noqa: S311  # a reproducible input, no secret
    base = [(f"usr/lib/node_modules/package-{n // 40}/dist/file-{n}.js", content(dice)) for n in range(files)]
    layers = [base]
    for image in range(images):
        again = [(path, text) for path, text in base if dice.random() < 0.1]
        own = [(f"app/service-{image}/part-{n // 40}/file-{n}.js", content(dice)) for n in range(files - len(again))]
        layers.append([*again, *own])
    archive = folder / "images.tar"
    with tarfile.open(archive, "w") as tar:
        ids = [add_layer(tar, folder / "layer.tar", layer) for layer in layers]
        told = [add_image(tar, f"service-{number}:1", [ids[0], own]) for number, own in enumerate(ids[1:])]
        add(tar, "manifest.json", json.dumps([one for one, _ in told]).encode())
    return archive, [one for _, one in told]


def content(dice: random.Random) -> bytes:
    """Return the content of a file: half of them have less than 2 KB."""
    return dice.randbytes(min(int(dice.lognormvariate(7.6, 1.4)), 1 << 20))


def add_layer(tar: tarfile.TarFile, place: Path, layer: list[tuple[str, bytes]]) -> str:
    """Add a layer to an archive; return the digest by which it is known."""
    with tarfile.open(place, "w") as inner:
        for path, text in layer:
            add(inner, path, text)
    digest = hashed(place)
    with tarfile.open(place) as inner:
        inner.extractall(place.parent / "layers" / digest, filter="data")
    tar.add(place, f"{digest}/layer.tar")
    return digest


def add_image(tar: tarfile.TarFile, name: str, layers: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Add the configuration of an image; return its entry of the manifest, and what the engine would say of it."""
    diff_ids = [f"sha256:{layer}" for layer in layers]
    config = json.dumps({"rootfs": {"type": "layers", "diff_ids": diff_ids}, "name": name}).encode()
    image_id = hashlib.sha256(config).hexdigest()
    add(tar, f"{image_id}.json", config)
    manifest = {"Config": f"{image_id}.json", "RepoTags": [name], "Layers": [f"{layer}/layer.tar" for layer in layers]}
    inspect = {"Id": f"sha256:{image_id}", "RepoTags": [name], "RootFS": {"Layers": diff_ids}, "Size": 1}
    steps = [{"CreatedBy": f"COPY {layer:.8} / # buildkit", "Size": 1, "Created": 0} for layer in reversed(layers)]
    return manifest, {"inspect": inspect, "history": steps}


def add(tar: tarfile.TarFile, path: str, text: bytes) -> None:
    """Add a file to an archive."""
    member = tarfile.TarInfo(path)
    member.size = len(text)
    tar.addfile(member, io.BytesIO(text))


if __name__ == "__main__":
    main()
