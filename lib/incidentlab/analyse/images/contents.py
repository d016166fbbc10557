"""What an image carries that a running service does not need, or should not carry, with its bytes and its layer.

Each kind is a short list of paths and names that packages and tools themselves define. Only what is there is told:
a shell is no fault by itself, but an image without one takes away what an intruder would use first.

Sources: apt(8) `Dir::State::lists` and `Dir::Cache`, apk `/var/cache/apk`, dnf `/var/cache/dnf`, pip `cache dir`
(XDG, /root/.cache/pip), npm `cache` (~/.npm), yarn, Go `GOMODCACHE`, git(1), gcc and make of Debian; OpenSSH's names
of private keys; setuid(2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from incidentlab import tables
from incidentlab.analyse.images.merge import Entry, Tree

_TABLE = r"""
package_cache   ^(/var/lib/apt/lists|/var/cache/(?:apt/archives|apk|dnf|yum))/.+
package_cache   ^((?:/root|/home/[^/]+)/(?:\.cache/(?:pip|yarn|go-build|composer)|\.npm/_cacache)|/go/pkg/mod/cache)/.+
git             ^(.*/\.git)/.+
env_file        ^(.*/\.env(?:\.(?!example|sample|template|dist)[\w.-]+)?)$
private_key     ^(.*/(?:id_rsa|id_dsa|id_ecdsa|id_ed25519)|.*/\.ssh/[^/]+_key|/etc/ssl/private/[^/]+\.key)$
shell           ^((?:/usr)?/bin/(?:sh|bash|dash|ash|zsh|ksh|busybox))$
package_manager ^((?:/usr)?/s?bin/(?:apt|apt-get|dpkg|apk|dnf|yum|rpm|microdnf|zypper))$
package_manager ^((?:/usr(?:/local)?)?/bin/(?:npm|npx|yarn|pnpm|pip3?(?:\.\d+)?|gem|composer))$
compiler        ^(/usr/bin/(?:gcc|g\+\+|cc|c\+\+|clang|make|cmake|ld|as|rustc|cargo|javac)(?:-\d+)?)$
compiler        ^(/usr(?:/local/go)?/bin/go)$
dev_dependency  ^(.*/node_modules/(?:typescript|eslint|jest|mocha|nodemon|ts-node|webpack|vite|prettier|@types))/.+
"""
"""Kind, and where it lies; the group is the place under which its files are counted together."""

_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in map(str.split, _TABLE.strip().splitlines()))
_NOT_SECRET = ("/etc/ssl/private/ssl-cert-snakeoil.key",)
"""A key that Debian's package ssl-cert makes for nobody in particular."""


def contents(image: str, tree: Tree) -> pd.DataFrame:
    """Return what is there, one row per kind and place.

    Parameters
    ----------
    image
        Its name, for the rows.
    tree
        As `merged` gives it.

    Returns
    -------
    pandas.DataFrame
        IMAGE_CONTENTS. What a later layer deleted is told too, `visible` false: it is still in the image.

    Examples
    --------
    >>> tree = Tree()
    >>> tree.lay(1, [{"path": "/app/.env", "kind": "file", "size_bytes": 20, "mode": 0o644}])
    >>> contents("web", tree)[["kind", "path", "visible"]].values.tolist()
    [['env_file', '/app/.env', True]]
    """
    seen: dict[tuple[str, str, int, bool], list[int]] = {}
    for entry, visible in _every(tree):
        for kind, place in _named(entry):
            seen.setdefault((kind, place, entry["layer"], visible), []).append(int(entry["size_bytes"] or 0))
    rows = [
        {"image": image, "kind": kind, "path": place, "layer": layer, "visible": visible, "files": len(sizes),
         "size_bytes": sum(sizes)}
        for (kind, place, layer, visible), sizes in seen.items()
    ]  # fmt: skip
    return tables.rows(rows, tables.IMAGE_CONTENTS)


def _every(tree: Tree) -> Iterator[tuple[Entry, bool]]:
    for entry in tree.entries.values():
        if entry["kind"] == "file":
            yield entry, True
    for old, _, by in tree.hidden:
        if old["kind"] == "file" and by is None:
            yield old, False


def _named(entry: Entry) -> Iterator[tuple[str, str]]:
    path = entry["path"]
    for kind, pattern in _PATTERNS:
        match = pattern.match(path)
        if match and path not in _NOT_SECRET:
            yield kind, match[1]
    if entry["mode"] & 0o6000 and entry["mode"] & 0o111:
        yield "setuid", path
