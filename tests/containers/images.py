"""What stands in for the images of the compose file: the same programs from Debian's packages, under the same names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = "python:3.11-slim-bookworm"
REDIS, POSTGRES, CADDY, MONGO = "redis:7.4-bookworm", "postgres:15-bookworm", "caddy:2.8", "mongo:7.0"
INSTALL = "apt-get update -qq && apt-get install -yqq --no-install-recommends"

# Like the entry of the real one: a database on the first start, the password from its file, then the server.
POSTGRES_ENTRY = r"""#!/bin/bash
set -e
export PATH=/usr/lib/postgresql/15/bin:$PATH
data=/var/lib/postgresql/data
run() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }
chown postgres:postgres "$data" && chmod 700 "$data"
if [ ! -s "$data/PG_VERSION" ]; then
  install -o postgres -m 600 "$POSTGRES_PASSWORD_FILE" /tmp/senha
  run initdb --pgdata "$data" --username "$POSTGRES_USER" --auth-host scram-sha-256 --auth-local trust \
    --pwfile /tmp/senha --encoding UTF8 --locale C.UTF-8
  printf 'host all all all scram-sha-256\n' >>"$data/pg_hba.conf"
  run pg_ctl --pgdata "$data" --options "-c listen_addresses=''" --wait start
  run createdb --username "$POSTGRES_USER" "$POSTGRES_DB" || true
  run pg_ctl --pgdata "$data" --mode fast --wait stop
fi
exec setpriv --reuid postgres --regid postgres --clear-groups postgres -D "$data" -c listen_addresses='*'
"""


def _lines(text: str) -> str:
    """Return the words of a shell that write a text, whatever stands in it."""
    quoted = " ".join("'" + line.replace("'", "'\\''") + "'" for line in text.splitlines())
    return f"printf '%s\\n' {quoted}"


def _version(package: str) -> str:
    found = re.search(rf"(?m)^({package}==\S+)", (ROOT / "requirements-dev.lock").read_text())
    assert found, package
    return found[1]


STAND_INS = {
    REDIS: f"""FROM {BASE}
RUN groupadd -r -g 999 redis && useradd -r -g 999 -u 999 redis && {INSTALL} redis-server && \\
    install -d -o 999 -g 999 /data
""",
    POSTGRES: f"""FROM {BASE}
RUN {INSTALL} postgresql-15 && rm -rf /var/lib/postgresql/15 && install -d -o postgres /var/lib/postgresql/data
RUN {_lines(POSTGRES_ENTRY)} >/entry && chmod 755 /entry
ENV PATH=/usr/lib/postgresql/15/bin:$PATH
STOPSIGNAL SIGINT
ENTRYPOINT ["/entry"]
""",
    CADDY: f"""FROM {BASE}
RUN {INSTALL} caddy wget
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
""",
    MONGO: f"""FROM {BASE}
RUN python -m venv /opt/mongo && /opt/mongo/bin/pip install --quiet {_version("nx-27017")} && mkdir -p /data/db
CMD ["sh", "-c", "rm -f /tmp/pid; exec /opt/mongo/bin/python /opt/mongo/bin/nx-27017 --data-dir /data/db \\
  --host 0.0.0.0 --port 27017 --log-file /tmp/log --pid-file /tmp/pid"]
""",
}
