"""What the containers of a recording were made from: the Compose file and the images; and the secrets in them."""

from __future__ import annotations

from docker import DockerClient
from docker.errors import NotFound

from incidentlab.bundle import Recording, disk
from incidentlab.collect import compose, engine
from incidentlab.collect.observe import Snapshot
from incidentlab.collect.snapshot import public_names
from incidentlab.redact import Redactor
from incidentlab.tables import EngineTrouble

FILE = "compose.json"


class Configuration:
    """Learns of new containers: teaches the redactor their secrets, and writes configuration and images once."""

    def __init__(self, client: DockerClient, recording: Recording, redactor: Redactor) -> None:
        self._client, self._recording, self._redactor = client, recording, redactor
        self._known: set[tuple[str, str]] = set()
        written = recording.newest("images.jsonl", len(recording.files))
        self._images = {one.get("inspect", {}).get("Id") for path in written for one in disk.documents(path)}

    def learn(self, new: list[Snapshot]) -> None:
        """Learn the secrets of new containers and of their Compose file, then write file and images."""
        config = self._config([look["inspect"]["Config"]["Labels"] for look in new])
        images = self._new_images({look["inspect"]["Image"] for look in new})
        with self._recording.lock:
            before = self._redactor.secrets
            for document in (new, config, images):
                self._redactor.learn(document)
            self._redactor.keep(public_names(self._recording.project, new))
            if self._redactor.secrets != before:
                self._recording.learned()
        if config is not None and self._recording.document(FILE, config, kind="config"):
            self._note_change()
        for image in images:
            self._recording.record("images.jsonl", image, kind="images")

    def _config(self, labels: list[dict[str, str]]) -> object | None:
        """Return the configuration if a container was made from one that is not known yet."""
        strange = [own for own in labels if compose.made_from(own) not in self._known]
        if not strange:
            return None
        self._known |= set(map(compose.made_from, strange))
        try:
            self._recording.facts["compose"] = compose.version()
            today = compose.hashes(strange[-1])
            self._known |= set(today.items())
            changed = sorted({own[engine.SERVICE] for own in strange if compose.made_from(own) not in today.items()})
            if changed:
                self._recording.tell("config", gap=f"not what the containers were made from: {', '.join(changed)}")
            return compose.config(strange[-1])
        except (EngineTrouble, ValueError, KeyError) as error:
            self._recording.tell("config", error=f"{type(error).__name__}: {error}")
            return None

    def _new_images(self, ids: set[str]) -> list[object]:
        found: list[object] = []
        for image_id in sorted(ids - self._images):
            self._images.add(image_id)
            try:
                found.append(engine.image(self._client, image_id))
            except NotFound:
                self._recording.tell("images", gap=f"removed meanwhile: {image_id}")
        return found

    def _note_change(self) -> None:
        if any(line["source"] == "config" and "read" in line for line in self._recording.journal.lines):
            self._recording.tell("config", truncated="it was changed while recording: only the last is kept")
        self._recording.tell("config", read=FILE)
