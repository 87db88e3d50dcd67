"""A machine with systemd for who installs a service: a folder of units, and a systemctl that notes what it is asked."""

import os
from pathlib import Path

import pytest

from workers.service import systemd

# It answers as systemd does; a file beside it makes a word fail.
SYSTEMCTL = """#!/bin/sh
folder="$(dirname "$0")"
echo "$@" >> "$folder/asked"
for word; do
  if [ -f "$folder/fails-$word" ]; then cat "$folder/fails-$word" >&2; exit 1; fi
done
case "$*" in
  *show-environment*) echo LANG=C;;
  *show\\ *)
    echo "ActiveState=$(cat "$folder/state" 2>/dev/null || echo active)"
    echo MainPID=123;;
  *status*) echo "esteira.service - Esteira";;
esac
"""


class System:
    """Where units are written, and what systemctl was asked."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.units, self.of_user = folder / "bin", folder / "units", folder / "user"
        for path in (self.bin, self.units):
            path.mkdir()
        self.program(SYSTEMCTL)

    def program(self, text: str) -> None:
        """Let systemctl be this program."""
        (self.bin / "systemctl").write_text(text)
        (self.bin / "systemctl").chmod(0o755)

    def fails(self, word: str, said: str) -> None:
        """Let it refuse a word."""
        (self.bin / f"fails-{word}").write_text(said)

    def asked(self) -> list[str]:
        """Return what was asked since the last time."""
        path = self.bin / "asked"
        said = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return [line for line in said if "show-environment" not in line]


def with_systemd(folder: Path, monkeypatch: pytest.MonkeyPatch) -> System:
    """Let this process find such a machine."""
    made = System(folder)
    monkeypatch.setenv("PATH", f"{made.bin}:{os.environ['PATH']}")
    monkeypatch.setattr(systemd, "SYSTEM_UNITS", made.units)
    monkeypatch.setattr(systemd, "USER_UNITS", made.of_user)
    return made
