"""The lines around a log that no container wrote: Compose's own words, build output, and the paste's own.

A pasted log is rarely only a log. Compose reports what it does (` Container x Started `), who it follows
(`Attaching to`) and who left (`x exited with code 1`); the builder prints its steps; the person who pasted adds
a prompt, a command, a Markdown fence, and PowerShell adds an error record of its own. `kind` names what a line is,
and `status` turns the lines that report an engine event into one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_NAME = r"[A-Za-z0-9][\w.-]*"
_TOOL = r"(?:docker|docker-compose|podman|podman-compose|nerdctl)"

_DONE = (
    r"Creating|Created|Starting|Started|Running|Recreate|Recreated|Waiting|Healthy|Unhealthy|Exited|Stopping|Stopped"
    r"|Killing|Killed|Removing|Removed|Restarting|Restarted|Skipped|Built|Building|Pulling|Pulled|Interrupted"
    r"|Error|Warning|Resource is still in use"
)
_PROGRESS = re.compile(
    rf"^ *(?:[^\w\s#>$|]+ +)?(?:Container|Network|Volume|Image|Service) +[\"']?(?P<name>[\w./:@-]+)[\"']? +"
    rf"(?P<verb>{_DONE})\b(?P<rest>.*)$"
)
_EXITED = re.compile(rf"^(?P<name>{_NAME}) exited with code (?P<code>-?\d{{1,10}})(?P<again> \(restarting\))? *$")
_BLAME = re.compile(
    rf"^(?:dependency failed to start: |(?:ERROR: )?(?:for .*?  )?)?[Cc]ontainer \"?(?P<name>{_NAME})\"? "
    r"(?:(?P<sick>is unhealthy)|exited \((?P<code>\d{1,10})\)|[Ee]xited with code (?P<old>\d{1,10}))\.?$"
)
_JOB = re.compile(rf"^service \"?(?P<name>{_NAME})\"? didn't completed? successfully: exit (?P<code>\d{{1,10}})$")
_V1 = re.compile(
    rf"^(?P<verb>Creating|Starting|Stopping|Recreating|Removing|Restarting|Killing|Pausing|Unpausing) +"
    rf"(?P<name>{_NAME}) *(?:\.\.\.(?P<end> *(?:done|error)?))? *$"
)
_COMPOSE = re.compile(
    rf"^(?:\^C)?Gracefully [Ss]topping\.\.\. "
    r"|^ ?Compose Stopping "
    r"|^Aborting on container exit\.\.\."
    r"|^(?:Creating|Removing) (?:network|volume) "
    r"|^(?:Network|Volume) \S+ (?:is external|declared as external)"
    rf"|^{_NAME} (?:is up-to-date|uses an image, skipping|has been recreated) *$"
    rf"|^.*\r{_NAME} is up-to-date *$"
    r"|^Building \S+ *$|^Pulling [\w.-]+ \(.*\)\.\.\.$"
    r"|^\[\+\] (?:up|Running|Stopping|Creating|Starting|Killing|Removing|Pulling|down|stop|start|restart)\b"
    rf"|^ {_NAME} +(?:Pulling|Pulled|Interrupted|Error|Warning|Skipped)\b"
    r"|^ *(?:[^\w\s#>$|]+ )?[0-9a-f]{12}:? +(?:Pulling fs layer|Waiting|Downloading|Download complete|Extracting"
    r"|Verifying Checksum|Pull complete|Already exists)"
    r"|^(?:Status|Digest): (?:Downloaded newer image|Image is up to date|sha256:)"
    r"|^(?:ERROR: )?(?:for \S+ +)?Cannot (?:start|create|restart|stop) (?:service|container)"
    r"|^(?:ERROR: )?(?:for \S+ +)?(?:Error response from daemon|Error grabbing logs|dependency failed to start): "
    r"|^(?:ERROR: )?Cannot connect to the Docker daemon"
    r"|^(?:ERROR: )?(?:Service|service) ['\"]\S+['\"] (?:failed to build|didn't complete)"
    r"|^ERROR: for \S+ |^Encountered errors while bringing up the project"
    r"|^ERROR: The (?:Compose file|image for the service)|^ERROR: (?:No such service|Couldn't connect to Docker)"
    r"|^(?:no such service|no configuration file provided|no matching manifest for|Error: No such container)\b"
    r"|^(?:unable to get image|manifest for \S+ not found|pull access denied for|env file .* not found)"
    r"|^container \S+ (?:is unhealthy|exited \(\d+\)|has no healthcheck configured)$"
    r"|^application not healthy after |^canceled$"
    r"|^w Enable Watch|^ ?v View in Docker Desktop"
    r"|.*(?:the attribute `version` is obsolete|variable is not set\. Defaulting to a blank string"
    r"|Found orphan containers \()"
)
_LOGRUS = re.compile(r'^time="[^"]+" level=\w+ msg="|^(?:WARN|ERRO|FATA|INFO|DEBU)\[\d{4}\] ')
_BUILD = re.compile(
    r"^#\d+(?: |$)|^\[\+\] Building\b|^ *=> |^Step \d+/\d+ : |^ ---> |^Successfully (?:built|tagged) "
    r"|^Removing intermediate container "
    r"|^Sending build context to Docker daemon|^------ *$| > \[.*\]? ?(?:RUN|COPY|FROM|WORKDIR|ADD|internal)\b.*:? *$"
    r"|^(?:target \S+: )?failed to solve: |^ERROR: failed to (?:solve|build)"
    r"|^Dockerfile(?:\.\w+)?:\d+ *$|^-{20} *$"
)
_BUILD_OPENS = re.compile(r"^Step \d+/\d+ : |^------ *$|^ ---> Running in|^Dockerfile(?:\.\w+)?:\d+ *$")
_BUILD_CLOSES = re.compile(r"^Successfully tagged |^failed to solve|^target \S+: failed")
_SHELL = re.compile(
    r"^(?:```|~~~)"
    r"|^\[?[\w.-]+@[\w.-]+[: ]\S*.*?\]?[$#%](?: .*)?$"
    r"|^PS [A-Za-z]:\\.*>|^[A-Za-z]:\\[^>]*>"
    r"|^[➜❯λ»]"
    rf"|^(?:\S.* )?[$%#>] +(?:sudo )?{_TOOL} "
    rf"|^(?:sudo )?{_TOOL} (?:compose |container )?(?:-{{1,2}}\S+ (?:\S+ )?)*"
    r"(?:logs|up|ps|run|exec|restart|build|start|stop|down|inspect|events|pull|rm)\b(?! :)"
    r"|^nohup: ignoring input|^Script (?:started|done) on |^tee: "
    r"|^scp: |^\S+ +\d{1,3}% +\S+ +\S+ +[\d:-]+ (?:ETA)?"
)
_COMMAND = re.compile(rf"(?:^|[$%#>] +)(?:sudo )?{_TOOL} (?P<command>.*)$")
_LOGS = re.compile(r"^(?:compose |container )?(?:\S+ )*?logs(?P<options>(?: .*)?)$")

_EVENT = {
    "Created": ("create", None),
    "Started": ("start", None),
    "Healthy": ("health_status", "healthy"),
    "Unhealthy": ("health_status", "unhealthy"),
    "Exited": ("die", None),
    "Stopped": ("stop", None),
    "Killed": ("kill", None),
    "Removed": ("destroy", None),
    "Restarted": ("restart", None),
    "Starting": ("start", None),
    "Stopping": ("stop", None),
    "Creating": ("start", None),
    "Recreating": ("start", None),
    "Removing": ("destroy", None),
    "Restarting": ("restart", None),
    "Killing": ("kill", None),
}


class Status(NamedTuple):
    """What a status line reports: one engine event of one container."""

    name: str
    action: str
    detail: str | None
    exit_code: int | None


def kind(text: str, *, prefixed: bool, building: bool = False) -> str | None:
    """Return compose, build or shell for a line without a prefix; None for one that a container may have written.

    Parameters
    ----------
    text
        The line, cleaned.
    prefixed
        Whether the source marks its containers' lines. Where it does not, a logrus line may be a container's.
    building
        Whether the builder is in the middle of output that bears no mark of its own.

    Examples
    --------
    >>> kind(" Container shop-web-1 Started ", prefixed=True)
    'compose'
    >>> kind("#7 [2/4] RUN npm ci", prefixed=True)
    'build'
    """
    if _EXITED.match(text) or _PROGRESS.match(text) or _V1.match(text) or _BLAME.match(text) or _COMPOSE.match(text):
        return "compose"
    if attached(text) or (prefixed and _LOGRUS.match(text)):
        return "compose"
    if _BUILD.match(text) or building:
        return "build"
    return "shell" if _SHELL.match(text) else None


def builds_on(text: str, building: bool) -> bool:
    """Return whether the builder's output goes on, in lines without a mark, after this line of it."""
    if _BUILD_CLOSES.match(text):
        return False
    return bool(_BUILD_OPENS.match(text)) or building


def status(text: str) -> Status | None:
    """Return the event that a line of Compose reports, if it reports one.

    Examples
    --------
    >>> status("web-1 exited with code 137 (restarting)")
    Status(name='web-1', action='die', detail='restarting', exit_code=137)
    """
    match = _EXITED.match(text)
    if match:
        return Status(match["name"], "die", "restarting" if match["again"] else None, int(match["code"]))
    match = _JOB.match(text)
    if match:
        return Status(match["name"], "die", None, int(match["code"]))
    match = _BLAME.match(text)
    if match:
        if match["sick"]:
            return Status(match["name"], "health_status", "unhealthy", None)
        return Status(match["name"], "die", None, int(match["code"] or match["old"]))
    match = _PROGRESS.match(text)
    if match and re.match(r" *(?:[^\w\s]+ +)?Container ", text) and match["verb"] in _EVENT:
        if match["verb"].endswith("ing"):
            return None
        return Status(match["name"], *_EVENT[match["verb"]], None)
    match = _V1.match(text)
    if match and (match["end"] or "").strip() == "done" and match["verb"] in _EVENT:
        return Status(match["name"], *_EVENT[match["verb"]], None)
    return None


def attached(text: str) -> list[str]:
    """Return the names that `Attaching to` lists; empty for any other line.

    Examples
    --------
    >>> attached("Attaching to db-1, web-1")
    ['db-1', 'web-1']
    """
    if not text.startswith("Attaching to "):
        return []
    names = text.removeprefix("Attaching to ").strip().split(", ")
    return names if all(re.fullmatch(_NAME, name) for name in names) else []


def project(text: str) -> str | None:
    """Return the project that a line of Compose about its default network names.

    Examples
    --------
    >>> project(" Network shop_default  Created")
    'shop'
    """
    match = re.match(r'^ *(?:[^\w\s]+ +)?(?:Creating n|N)etwork "?(?P<name>[\w.-]+?)_default"?\b', text)
    return match["name"] if match else None


def logs_of(text: str) -> str | None:
    """Return the container whose log a pasted command asks for; empty for another command, None for no command.

    Examples
    --------
    >>> logs_of("$ docker logs --tail 50 auth")
    'auth'
    """
    match = _COMMAND.search(text)
    if not match:
        return "" if _SHELL.match(text) and re.search(r"[$#%>] +\S", text) else None
    asked = _LOGS.match(match["command"].strip())
    if not asked:
        return ""
    words = re.sub(r"\s(?:[12&]?>|\||;|&&).*$", "", asked["options"])
    words = re.sub(r"(?<!\S)(?:--?(?:tail|since|until|n)[ =]\S+|-n\s*\d+|--?\w[\w-]*(?:=\S+)?)", "", words)
    names = words.split()
    return names[0] if len(names) == 1 and re.fullmatch(_NAME, names[0]) else ""
