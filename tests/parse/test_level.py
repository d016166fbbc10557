import pytest

from incidentlab.parse import level


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-23 09:33:33.543 UTC [43] LOG:  starting", "info"),
        ("2026-11-23 09:33:33.543 UTC [43] FATAL:  the database system is starting up", "fatal"),
        ("2026-11-23 09:33:33.543 UTC [43] WARNING:  x", "warning"),
        ("1:M 23 Nov 2026 09:24:45.123 # Warning: no config file", "warning"),
        ("1:M 23 Nov 2026 09:24:45.123 * Ready to accept connections", "info"),
        ("2026/11/23 09:24:45 [emerg] 1#1: host not found in upstream", "fatal"),
        ("2026/11/23 09:24:45 [error] 1#1: x", "error"),
        ('{"level":50,"time":1795425885000,"msg":"refused"}', "error"),
        ('{"level":"warn","msg":"x"}', "warning"),
        ('{"t":{},"s":"W",  "c":"NETWORK","msg":"x"}', "warning"),
        ('{"@timestamp":"2026-11-23T09:24:45.123Z", "log.level": "ERROR", "message":"x"}', "error"),
        ('time="2026-11-23T09:24:44Z" level=warning msg="the attribute is obsolete"', "warning"),
        ("npm ERR! code ELIFECYCLE", "error"),
        ("npm warn deprecated", "warning"),
        ("E1123 09:24:45.123456       1 main.go:10] failed", "error"),
        ("2026-11-23T09:24:45.123Z  WARN 1 --- [main] c.e.App : x", "warning"),
        ("fail: Microsoft.Hosting[0]", "error"),
        ("[2026-11-23 09:24:45 +0000] [1] [INFO] Listening", "info"),
        ("ERROR:    Application startup failed. Exiting.", "error"),
        ("2026-11-23 09:24:45 [info     ] started", "info"),
        ("2026-11-23T09:24:45.182Z\tinfo\tservice/collector.go:146\tReady", "info"),
        ("WARN[0000] volume exists", "warning"),
    ],
)
def test_stated_levels(line: str, expected: str) -> None:
    """The wordings of many programs come to five levels."""
    assert level.of(line) == expected


@pytest.mark.parametrize(
    "line", ["", "Error: connect ECONNREFUSED 10.0.0.2:5432", "information desk", "at main (x.js:1)"]
)
def test_a_line_that_states_no_level_has_none(line: str) -> None:
    """What a line tells of is no level: that is for the analyses."""
    assert level.of(line) is None
