"""No secret leaves by any exit: what a log gives away is in nothing that a command prints or writes."""

import gzip
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdf
import pytest

ROOT = Path(__file__).parent.parent
PLANTED = runpy.run_path(str(Path(__file__).with_name("planted.py")))
EVERY = [one for one in PLANTED["planted"](11, 120) if one.kind != "private key"]
NOTEBOOKS = ROOT / "notebooks"
CALLS = {
    "diagnose": ["diagnose", "{log}"],
    "diagnose as JSON": ["diagnose", "{log}", "--json"],
    "postmortem": ["postmortem", "{log}", "-o", "{out}"],
    "batch": ["batch", str(NOTEBOOKS / "01-what-happened.ipynb"), "{log}", "-o", "{out}", "-j", "1"],
    "refusal": ["postmortem", "{log}", "-o", "/proc/none"],
}
"""Exit -> the arguments of the command that leaves by it."""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a log of three services that fail, with every planted secret in it, errors beside them."""
    lines = [line for one in EVERY for line in one.line.split("\n")]
    told = [f"web-{place % 3}  | ERROR {line}" for place, line in enumerate(lines)]
    told += ["web-0  | Error: connect ECONNREFUSED 10.0.0.5:5432", "web-0 exited with code 1"]
    path = tmp_path_factory.mktemp("log") / "pasted.log"
    path.write_text("\n".join(told) + "\n")
    return path


def _texts(path: Path) -> Iterator[bytes]:
    """Yield what a file holds, unpacked."""
    data = path.read_bytes()
    yield data
    if path.suffix == ".pdf":
        yield "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages).encode()
    elif path.suffix == ".gz":
        yield gzip.decompress(data)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    elif path.suffix == ".parquet":
        import pandas as pd

        yield pd.read_parquet(path).to_csv().encode()


def _left(told: list, texts: Iterator[bytes]) -> list[tuple[str, str]]:
    whole = b"\0".join(texts)
    return [(one.kind, secret) for one in told for secret in one.secrets if secret.encode() in whole]


@pytest.mark.parametrize("exit_", CALLS)
def test_no_planted_secret_leaves(exit_: str, log: Path, tmp_path: Path) -> None:
    """What the command prints and every file that it writes hold none of the planted secrets."""
    program = Path(sys.executable).with_name("incidentlab")
    call = [part.format(log=log, out=tmp_path) for part in CALLS[exit_]]
    done = subprocess.run([program, *call], capture_output=True, check=False)
    assert done.returncode == (2 if exit_ == "refusal" else 0), done.stderr.decode()
    assert done.stdout + done.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files or "-o" not in call or exit_ == "refusal"
    written = (text for path in files for text in _texts(path))
    assert _left(EVERY, iter([done.stdout, done.stderr, *written])) == []


def test_the_search_would_find_one(log: Path) -> None:
    """The search that finds nothing in the answers finds all of them in the log."""
    assert len(_left(EVERY, iter([log.read_bytes()]))) >= len(EVERY)
