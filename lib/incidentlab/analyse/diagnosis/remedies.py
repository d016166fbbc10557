"""What to change for each category, the exact lines, and how to verify it.

One text, a section a category: ``{service}``, ``{dependency}`` and ``{subject}`` stand for what the finding names;
other braces are written twice, as `str.format` wants them.
"""

from __future__ import annotations

import re

from incidentlab.analyse.diagnosis.hypothesis import Hypothesis

_TEXT = r"""
[startup_race]
Let {service} wait until {dependency} can be used, and retry on its own:
  services:
    {service}:
      depends_on:
        {dependency}: {{condition: service_healthy}}
      restart: on-failure
Give {dependency} a healthcheck over TCP (Postgres: pg_isready -h 127.0.0.1 -U USER). depends_on does not hold for
restarts, so keep a retry loop in the program.
Verify: docker compose down -v && docker compose up -d --wait; no refused connection in `docker compose logs
{service}`.
[wrong_host]
Give {service} the service name of its dependency as host, and the port inside the container:
  services:
    {service}:
      environment:
        DB_HOST: SERVICE_NAME   # not localhost, not 127.0.0.1
Verify: docker compose exec {service} getent hosts SERVICE_NAME.
[dns_failure]
Make {service} and {dependency} share a network, and use the service name as it stands in the Compose file; for
outside names give the engine a DNS server (`dns:` of the service, or daemon.json).
Verify: docker compose exec {service} getent hosts {dependency}.
[auth_failure]
Give {service} the user and password that {dependency} was initialised with. The POSTGRES_* and MYSQL_* variables
act only on an empty volume: change the password in the server, or drop the volume if the data may go:
  docker compose down -v
Verify: log in by hand with the same values from {service}.
[missing_database]
Create the database, or correct its name in the settings of {service}; POSTGRES_DB and MYSQL_DATABASE act only on an
empty volume.
Verify: docker compose exec {dependency} psql -U USER -l (MySQL: SHOW DATABASES).
[healthcheck_misconfigured]
Ask what the clients ask, over TCP and with the right user:
  healthcheck:
    test: [CMD-SHELL, pg_isready -h 127.0.0.1 -U $$POSTGRES_USER -d $$POSTGRES_DB]
    start_period: 30s
Verify: docker inspect -f '{{{{json .State.Health}}}}' CONTAINER.
[healthcheck_exec_failure]
Name a program that is in the image, by its full path, or add it to the image:
  services:
    {service}:
      healthcheck:
        test: [CMD, /full/path/of/program, ...]
Verify: docker compose exec {service} /full/path/of/program; then docker compose ps.
[dependency_unhealthy]
Read why {dependency} is not healthy (docker inspect -f '{{{{json .State.Health}}}}' and its log); give it more time
with start_period and retries if it is only slow.
Verify: docker compose up -d --wait {dependency}.
[oom_killed]
Give {service} more memory, or let it use less (JVM: -XX:MaxRAMPercentage; Node: --max-old-space-size):
  services:
    {service}:
      mem_limit: 1g
Verify: docker stats {service} under load; docker inspect -f '{{{{.State.OOMKilled}}}}' CONTAINER.
[command_not_found]
Name a command that is in the image of {service} (command:, entrypoint:, PATH), or install it in the Dockerfile.
Verify: docker compose run --rm --entrypoint sh {service} -c 'command -v PROGRAM'.
[crash_loop_app_bug]
Correct the error in the program of {service}, rebuild its image, start it anew:
  docker compose up -d --build {service}
Verify: docker compose ps shows it running after a minute.
[port_conflict]
Stop what holds the port (ss -ltnp), or publish another one:
  services:
    {service}:
      ports: ["OTHER:PORT"]
Verify: docker compose up -d {service}.
[disk_full]
Free space (docker system df; docker system prune; docker volume ls), or move the volume; then start {service}
again.
Verify: df -h on the host and inside the container.
[permission_denied]
Give the user of {service} the right to it: chown the mounted folder to that uid, set `user:`, or mount it without
:ro; make scripts executable (chmod +x) before COPY.
Verify: docker compose run --rm {service} sh -c 'id; ls -ln PATH'.
[missing_config]
Set what is missing for {service} ({subject}), in environment:, env_file: or its settings file.
Verify: docker compose config {service} shows the value; the program starts.
[migration_failure]
Correct the migration or script, bring the schema to one known state (run the migrations to the end, or restore),
then start {service}. Init scripts run only on an empty volume. Let one container alone migrate.
Verify: the migration tool reports no pending or failed migration.
[incompatible_data]
Run the version that wrote the data, dump it, and load it into the new one (or use the server's upgrade tool); a new
empty volume only if the data may go.
Verify: {service} starts on the volume without that message.
[tls_failure]
Make both sides agree: https or TLS on, or off, at both ends; trust the certificate's authority; let its names match
the host that is used.
Verify: openssl s_client -connect HOST:PORT -servername HOST.
[resource_limits]
Raise the limit that is named ({subject}), or use less of it: ulimits:, shm_size:, sysctls, the pool's and the
server's maximum.
Verify: the message does not come back under load.
[network_timeout]
Find why {dependency} answers late: its load, its own dependencies, firewalls; then set a time-out that fits.
Verify: time a request from {service}.
[image_arch_mismatch]
Build or pull the image of {service} for this host's processor and C library:
  docker buildx build --platform linux/amd64,linux/arm64 ...
Verify: docker image inspect -f '{{{{.Os}}}}/{{{{.Architecture}}}}' IMAGE.
[line_endings]
Save the script with Unix line ends (dos2unix), keep it so in .gitattributes (*.sh text eol=lf), rebuild.
Verify: docker compose run --rm --entrypoint head {service} -n1 SCRIPT | od -c shows no \r.
[dependency_outage]
Find why {dependency} went down (docker inspect, its log); let {service} reconnect with a delay instead of ending.
Verify: docker compose restart {dependency}; {service} recovers on its own.
[benign]
Nothing to change.
[unknown]
Collect what is missing before changing anything:
  incidentlab capture PROJECT -o BUNDLE
  docker compose ps -a; docker inspect CONTAINER; docker compose logs -t
"""

_SECTION = r"(?ms)^\[(\w+)\]\n(.*?)(?=^\[\w+\]\n|\Z)"
_WRAP = r"(?m)^(\S.*[^.:\n])\n(?=\S)"
"""A line of prose that does not end a sentence goes on in the next one; indented lines are to be copied as they are."""

_REMEDIES = {category: re.sub(_WRAP, r"\1 ", text.strip()) for category, text in re.findall(_SECTION, _TEXT)}


def remedy(hypothesis: Hypothesis) -> str:
    """Return what to change, and how to verify it."""
    text: str = _REMEDIES[hypothesis.category]
    return text.format(
        service=hypothesis.service or "SERVICE",
        dependency=hypothesis.dependency or "DEPENDENCY",
        subject=hypothesis.subject or "see the evidence",
    )
