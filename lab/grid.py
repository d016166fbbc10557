"""The settings that `verify.py` plays: what makes them, which they are, and how each is said."""

from typing import Any

from incidentlab.analyse.whatif import Setting


def loop(tries: int, initial_s: float, **more: Any) -> Setting:
    """Let the application try again inside one run, and by default nothing else start it."""
    return Setting(tries=tries, initial_s=initial_s, **more)


def healthy(interval_s: float, **more: Any) -> Setting:
    """Let Compose wait until Postgres is healthy, asked this often."""
    usual = {"timeout_s": 5.0, "start_period_s": 30.0, "retries": 5}
    return Setting(condition="service_healthy", interval_s=interval_s, **(usual | more))


GRID = (
    # tries inside one run
    (8.1, loop(15, 2)),
    (7.1, loop(15, 1)),
    (9.6, loop(15, 0.5)),
    (10.1, loop(15, 0.25)),
    (6.1, loop(15, 3)),
    (10.6, loop(15, 8)),
    (4.6, loop(2, 8)),
    (6.6, loop(3, 0.5)),
    (7.6, loop(5, 0.5)),
    (6.0, loop(15, 1, factor=2, cap_s=4)),
    (11.3, loop(15, 1, factor=1)),
    (7.0, loop(15, 0.25, factor=3)),
    (7.0, loop(4, 0.5, factor=2)),
    # starts by the engine
    (4.6, Setting()),
    (13.1, Setting(restart="always")),
    (13.3, Setting(restart="unless-stopped")),
    (13.1, Setting(restart="on-failure", restart_max=7)),
    (9.1, Setting(restart="on-failure", restart_max=5)),
    (4.6, Setting(restart="on-failure", restart_max=2)),
    # both
    (9.6, loop(3, 0.5, restart="always")),
    (6.6, loop(2, 3, restart="unless-stopped")),
    (9.6, loop(4, 0.5, restart="on-failure", restart_max=2)),
    (4.6, loop(2, 2, restart="on-failure", restart_max=1)),
    (7.6, loop(2, 1, restart="on-failure", restart_max=1)),
    (8.0, loop(3, 1, factor=3, restart="on-failure", restart_max=1)),
    # an honest healthcheck
    (4.6, healthy(3)),
    (6.6, healthy(4)),
    (4.6, healthy(0.5)),
    (10.6, healthy(0.5, start_period_s=0, retries=20)),
    (6.6, healthy(0.5, start_period_s=3, retries=3)),
    (6.6, healthy(1, start_period_s=0, retries=3)),
    (3.6, healthy(2, start_period_s=0, retries=2)),
    (6.6, healthy(2, start_period_s=0, retries=2)),
    # one that is fooled
    (5.6, healthy(1, honest=False)),
    (5.6, healthy(1, honest=False, restart="on-failure", restart_max=2)),
    (3.3, healthy(1, honest=False, restart="on-failure")),
    (6.1, healthy(3, honest=False, tries=15, initial_s=4)),
    # not firm, and here to show it
    (6.6, Setting(restart="always")),
    (10.1, healthy(1, honest=False, restart="on-failure")),
    (3.6, loop(3, 1)),
)
"""When Postgres shall be ready, in seconds after its start, and what is tried meanwhile."""


def words(setting: Setting) -> str:
    """Say a setting in words."""
    tries = "1 try"
    if setting.tries > 1:
        tries = f"{setting.tries} tries from {setting.initial_s:g} s x{setting.factor:g} to {setting.cap_s:g} s"
    budget = f":{setting.restart_max}" if setting.restart_max else ""
    said = f"{tries}, restart {setting.restart}{budget}"
    if setting.condition == "service_started":
        return said
    asked = "TCP" if setting.honest else "socket"
    period = f"start period {setting.start_period_s:g} s"
    return f"{said}, after healthy ({asked}, every {setting.interval_s:g} s, {period}, {setting.retries} retries)"
