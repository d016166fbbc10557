"""A real JupyterLab and a real Chromium, and what a page may do: ask this machine, and complain about nothing."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLong

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = ROOT / "build" / "screenshots"
NO_NAME_RESOLVES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is on the page, as a reader scrolls to it
}
PATIENCE_S = 600
CLICK_S = 15
LOADS = 5
CONNECTED = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.sessionContext, kernel = context?.session?.kernel;
    return context?.isReady && kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
COUNTS = """() => window.jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model)
    .filter((model) => model.type === 'code' && model.sharedModel.getSource().trim() !== '')
    .map((model) => model.executionCount ?? 0)"""
COMPLAINT = '.jp-Notebook [data-mime-type="application/vnd.jupyter.stderr"]'
"""What JupyterLab shows of an exception, and of a warning."""


@dataclass
class Watched:
    """A page, with what it asked for and what went wrong on it."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    disturbed: bool = False

    def __post_init__(self) -> None:
        self.page.set_default_timeout(CLICK_S * 1000)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._said)

    def _said(self, message: ConsoleMessage) -> None:
        if "net::ERR_NETWORK_CHANGED" in message.text:
            self.disturbed = True  # Docker made or removed a network beside this test: Chromium drops what it loads
        elif message.type == "error":
            self.complaints.append(f"{message.text} ({message.location['url']})")

    def foreign(self, *allowed: str) -> list[str]:
        """Return the requests that went neither into the page itself nor to an allowed address."""
        return [url for url in self.asked if not url.startswith(("data:", "blob:", *allowed))]

    def photograph(self, name: str) -> None:
        """Leave a picture of the whole page in build/screenshots."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@dataclass(frozen=True)
class Lab:
    """A JupyterLab of its own, in a folder of its own."""

    address: str
    token: str
    folder: Path

    def end_kernels(self) -> None:
        """Shut down every kernel, as a reader who closes the notebook does."""
        for session in self._call("api/sessions"):
            self._call(f"api/sessions/{session['id']}", "DELETE")

    def _call(self, path: str, method: str = "GET") -> Any:
        head = {"Authorization": f"token {self.token}"}
        asked = urllib.request.Request(f"{self.address}{path}", method=method, headers=head)
        with urllib.request.urlopen(asked, timeout=PATIENCE_S) as answer:
            return json.loads(answer.read() or "null")


@dataclass
class Desk:
    """One tab of the browser, with JupyterLab in it."""

    lab: Lab
    watched: Watched

    @property
    def page(self) -> Page:
        """The tab."""
        return self.watched.page

    def open(self, notebook: str) -> None:
        """Open a notebook, and wait for its kernel."""
        self.page.set_viewport_size({"width": 1400, "height": 1000})
        for _ in range(LOADS):
            self.watched.disturbed = False
            self.watched.complaints.clear()
            self.page.goto(f"{self.lab.address}lab/tree/{notebook}?reset&token={self.lab.token}")
            try:
                self.page.wait_for_function(CONNECTED, timeout=PATIENCE_S * 1000)
            except TooLong:
                if not self.watched.disturbed:
                    raise
            if not self.watched.disturbed:
                return

    def run_all(self) -> None:
        """Click on Run, then on Run All Cells, and wait until each cell has ended anew; none may fail or warn."""
        before = self.page.evaluate(COUNTS)
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        failed = f"document.querySelector('{COMPLAINT}') !== null"
        ended = f"(before) => {failed} || ({COUNTS})().every((count, at) => count > 0 && count !== before[at])"
        self.page.wait_for_function(ended, arg=before, timeout=PATIENCE_S * 1000)
        assert self.page.locator(COMPLAINT).all_text_contents() == []

    def reload(self) -> None:
        """Load the page again, and wait until the notebook is connected to its kernel; what was not saved is gone."""
        self.page.reload()
        self.page.wait_for_function(CONNECTED, timeout=PATIENCE_S * 1000)

    def restart(self) -> None:
        """Click on Kernel, then on Restart Kernel, and wait for the new one; no cell runs."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.locator('.lm-Menu [data-command="kernelmenu:restart"]').click()
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.get_by_role("dialog").wait_for(state="detached")
        self.page.wait_for_function(CONNECTED, timeout=PATIENCE_S * 1000)

    def photograph(self, name: str, part: Locator | None = None) -> None:
        """Leave a picture of the whole notebook, or of a part of it."""
        if part is not None:
            self.page.set_viewport_size({"width": 1400, "height": 1600})
            part.screenshot(path=SCREENSHOTS / f"{name}.png")
            return
        inner = "document.querySelector('.jp-WindowedPanel-inner').scrollHeight"
        self.page.set_viewport_size({"width": 1400, "height": min(12_000, int(self.page.evaluate(inner)) + 160)})
        self.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0")
        self.watched.photograph(name)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Run a JupyterLab over copies of the notebooks, without their outputs: what is seen comes from this run."""
    folder, private = tmp_path_factory.mktemp("lab"), tmp_path_factory.mktemp("jupyter")
    _copy_notebooks(folder)
    for name, setting in SETTINGS.items():
        path = private / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(setting))
    token = "only-for-this-test"
    with (private / "server.log").open("w") as log:
        server = subprocess.Popen(_command(folder, token), env=_environment(private), stdout=log, stderr=log)
        try:
            yield Lab(_address(private / "runtime", server, private / "server.log"), token, folder)
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def _copy_notebooks(folder: Path) -> None:
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        copy = folder / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        book = nbformat.read(path, as_version=4)
        for cell in book.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(book, copy)
    (folder / "data").symlink_to(ROOT / "data")


def _command(folder: Path, token: str) -> list[str]:
    options = {
        "ServerApp.root_dir": str(folder),
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": "0",
        "IdentityProvider.token": token,
        "LabApp.expose_app_in_browser": "True",  # to ask whether the kernel is connected
        "LabApp.news_url": "None",
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", *given]


def _environment(private: Path) -> dict[str, str]:
    names = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    own = {f"JUPYTER_{name}_DIR": str(private / place) for name, place in names.items()}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(private / "settings")}
    own |= {"JUPYTERLAB_WORKSPACES_DIR": str(private / "workspaces")}
    return os.environ | own | {"IPYTHONDIR": str(private / "ipython")}


def _address(runtime: Path, server: "subprocess.Popen[bytes]", log: Path) -> str:
    """Return the address that the server wrote down when it was ready."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and server.poll() is None:
        for path in runtime.glob("jpserver-*.json"):
            return str(json.loads(path.read_text())["url"])
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which finds no host but this one."""
    program = shutil.which("chromium")
    if program is None:
        raise RuntimeError("no chromium in PATH; lab/get-chromium installs it")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", NO_NAME_RESOLVES])
        yield running
        running.close()


@pytest.fixture(scope="session")
def room(browser: Browser) -> Iterator[BrowserContext]:
    """One browser session for all notebooks, so that JupyterLab itself is loaded once."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield context
    context.close()


@pytest.fixture
def desk(lab: Lab, room: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """JupyterLab in a tab; afterwards: nothing was asked of another host, and no error stands in the console."""
    page = room.new_page()
    at = Desk(lab, Watched(page))
    failed = request.session.testsfailed
    yield at
    if request.session.testsfailed > failed:
        at.watched.photograph(f"failed-{request.node.name}")
    page.close()
    lab.end_kernels()
    assert at.watched.foreign(lab.address, lab.address.replace("http", "ws", 1)) == []
    assert at.watched.complaints == []


@pytest.fixture
def offline(browser: Browser) -> Iterator[Callable[[Path], Watched]]:
    """Open a file with the network off; afterwards: it asked for nothing but itself and files beside it."""
    context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
    opened: list[tuple[Watched, str]] = []

    def take(path: Path) -> Watched:
        watched = Watched(context.new_page())
        opened.append((watched, path.resolve().parent.as_uri()))
        watched.page.goto(path.resolve().as_uri())
        return watched

    yield take
    context.close()
    assert [url for watched, folder in opened for url in watched.foreign(folder)] == []
    assert [complaint for watched, _ in opened for complaint in watched.complaints] == []


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Run a command, once, and return the folder that it wrote into."""
    folders: dict[tuple[str, ...], Path] = {}

    def make(*words: str) -> Path:
        if words not in folders:
            folders[words] = tmp_path_factory.mktemp(words[0])
            command = [sys.executable, "-c", "from incidentlab.cli import main; main()", *words]
            subprocess.run([*command, "-o", str(folders[words])], cwd=ROOT, check=True, capture_output=True)
        return folders[words]

    return make
