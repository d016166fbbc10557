"""environment.yml, pyproject.toml and requirements.lock name the same packages."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def requirement(text: str) -> tuple[str, str]:
    """Split ``name>=version``."""
    name, bound = re.fullmatch(r"([A-Za-z0-9_-]+)\s*(.*)", text).groups()
    return name.lower().replace("_", "-"), bound


def declared() -> dict[str, str]:
    """Return every package of pyproject.toml with its bound."""
    extras = PROJECT["project"]["optional-dependencies"]
    listed = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    listed += [text for extra in everything(extras) for text in extras[extra] if not text.startswith("incidentlab[")]
    return dict(map(requirement, listed))


def everything(extras: dict[str, list[str]], extra: str = "all") -> set[str]:
    """Return an extra and those that it takes in."""
    inner = [text[len("incidentlab[") : -1] for text in extras[extra] if text.startswith("incidentlab[")]
    return {extra}.union(*(everything(extras, name) for name in inner))


def test_conda_and_pip_name_the_same_packages() -> None:
    """Every package of pyproject.toml stands in environment.yml with the same bound, and no other."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = [item for item in listed if isinstance(item, str)]
    pip = next(item["pip"] for item in listed if isinstance(item, dict))
    packages = dict(map(requirement, [*conda, *pip]))
    python = packages.pop("python")
    packages.pop("pip"), packages.pop("-e", None)
    assert packages == {conda_name(name): bound for name, bound in declared().items()}
    assert python == PROJECT["project"]["requires-python"]


def conda_name(name: str) -> str:
    """Return what conda-forge calls a package of PyPI."""
    named = {"build": "python-build", "docker": "docker-py", "matplotlib": "matplotlib-base", "typst": "typst-py"}
    return named.get(name, name)


def test_the_lock_pins_what_is_declared() -> None:
    """Every declared package, those of the extras too, is pinned in requirements.lock with hashes."""
    lock = (ROOT / "requirements.lock").read_text()
    pinned = {name.lower().replace("_", "-") for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.M)}
    assert set(declared()) <= pinned
    assert len(re.findall(r"^[A-Za-z0-9._-]+==", lock, re.M)) <= lock.count("--hash=")


def test_the_lock_names_no_host() -> None:
    """The lock works with any mirror: it holds no address."""
    assert "://" not in (ROOT / "requirements.lock").read_text()
