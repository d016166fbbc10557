"""The images that the containers ran: what they are, their layers, the files of each layer, and what is found there."""

from __future__ import annotations

from incidentlab.tables.table import FLAG, TEXT, TIME, WHOLE, Column, Table, where

IMAGES = Table(
    "images",
    "one image that a container of the project used",
    (
        Column("image", TEXT, "reference"),
        Column("image_id", TEXT, "sha256"),
        Column("created", TIME, "when it was built"),
        Column("size_bytes", WHOLE, "size on disk, as the engine counts it (see `store`)"),
        Column("store", TEXT, "GraphDriver.Name: sizes of two stores (overlay2, overlayfs) mean different things"),
        Column("user", TEXT, "Config.User"),
        Column("architecture", TEXT, "as Go spells it: amd64, arm64"),
        Column("os", TEXT, "linux, windows"),
        Column("entrypoint", TEXT, "Config.Entrypoint as a JSON list; NaN without one"),
        Column("command", TEXT, "Config.Cmd as a JSON list; NaN without one"),
        Column("path", TEXT, "PATH of Config.Env; NaN = not set, and the engine's default holds"),
        Column("shell", TEXT, "Config.Shell as a JSON list; NaN = /bin/sh -c"),
        Column("health_test", TEXT, "Config.Healthcheck.Test as a JSON list; NaN without one"),
        Column("ports", TEXT, "JSON list of the exposed ports, as 3000/tcp"),
        Column("volumes", TEXT, "JSON list of the paths declared as volumes"),
        *where(),
    ),
    ("image",),
)

LAYERS = Table(
    "layers",
    "one step of an image's history, the oldest first; a step without files has no layer of its own",
    (
        Column("image", TEXT, "reference of the image"),
        Column("image_id", TEXT, "sha256 of the image"),
        Column("step", WHOLE, "place in the history, from 1"),
        Column("layer", WHOLE, "place among the layers that hold files, from 1; NA = the step only sets something"),
        Column("diff_id", TEXT, "sha256 of the layer's files; the same in every image that shares it"),
        Column("created", TIME, "when the step was run"),
        Column("instruction", TEXT, "the instruction as a Dockerfile writes it: RUN, COPY, ENV, ...; NaN = not told"),
        Column("created_by", TEXT, "what the builder wrote down, without its own wrapping"),
        Column("size_bytes", WHOLE, "bytes that the engine counts for it"),
        *where(),
    ),
    ("image", "step"),
)

IMAGE_FILES = Table(
    "image_files",
    "one entry of one layer: a file, a link, or a mark that hides what lies below",
    (
        Column("diff_id", TEXT, "the layer"),
        Column("path", TEXT, "absolute path in the image"),
        Column(
            "kind",
            TEXT,
            "a whiteout hides one path, an opaque mark a folder",
            ("file", "directory", "symlink", "hardlink", "whiteout", "opaque", "special"),
        ),
        Column("size_bytes", WHOLE, "bytes of a file; length of a symlink's target; 0 for the others"),
        Column("mode", WHOLE, "permission bits, set-user-id and set-group-id included"),
        Column("uid", WHOLE, "owner"),
        Column("gid", WHOLE, "group"),
        Column("target", TEXT, "where a symlink or a hard link points"),
        Column("digest", TEXT, "first 16 hexadecimal digits of the sha256 of a file's content"),
        *where(),
    ),
)

IMAGE_WASTE = Table(
    "image_waste",
    "one file that an image carries although nobody can see it: a later layer overwrote or deleted it",
    (
        Column("image", TEXT, "reference of the image"),
        Column("layer", WHOLE, "the layer that holds the hidden bytes"),
        Column("path", TEXT, "absolute path in the image"),
        Column("size_bytes", WHOLE, "bytes that are hidden"),
        Column(
            "reason",
            TEXT,
            "copied = byte-equal with what hides it, only owner or mode differ",
            ("overwritten", "deleted", "copied"),
        ),
        Column("hidden_by", WHOLE, "the layer that hides it"),
    ),
    ("image", "layer", "path"),
)

IMAGE_CONTENTS = Table(
    "image_contents",
    "one thing in an image that a running service does not need, or should not carry",
    (
        Column("image", TEXT, "reference of the image"),
        Column(
            "kind",
            TEXT,
            "what it is",
            (
                "shell",
                "package_manager",
                "compiler",
                "package_cache",
                "git",
                "env_file",
                "private_key",
                "setuid",
                "dev_dependency",
            ),
        ),
        Column("path", TEXT, "the file, or the folder that holds them all"),
        Column("files", WHOLE, "how many"),
        Column("size_bytes", WHOLE, "their bytes"),
        Column("layer", WHOLE, "the layer that brought it"),
        Column("visible", FLAG, "a container sees it; if not, a later layer deleted it and it can still be taken out"),
    ),
    ("image", "kind", "path"),
)

IMAGE_CHANGES = Table(
    "image_changes",
    "what one layer of either image contributed to the difference between two images",
    (
        Column(
            "change",
            TEXT,
            "shared = in both, gone = only in the image before, new = only in the image after",
            ("shared", "gone", "new"),
        ),
        Column("layer", WHOLE, "place in the image that has it, from 1"),
        Column("diff_id", TEXT, "sha256 of the layer's files"),
        Column("created_by", TEXT, "the step that made it"),
        Column("size_bytes", WHOLE, "its bytes; for gone they are subtracted"),
        Column("largest", TEXT, "JSON list of its largest paths, as [path, bytes]; NaN where the files are not known"),
    ),
)
