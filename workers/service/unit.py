"""The text of a unit of systemd (systemd.unit(5), systemd.service(5), systemd.exec(5), systemd.kill(5))."""

from pathlib import Path

from workers.service.plan import Plan

# By it a unit is known as ours; one of another hand is never written over.
MARK = "# Feito por `esteira servico instalar`: não mude aqui, instale de novo."

# Wants too: ordering alone starts nothing, and without a network a first start only fails.
# SIGTERM goes to the one process that stops the others in order; what is left when time is up goes all at once.
# 2 and 4 are mistakes of the settings: nothing but an operator makes them good.
COMMON = """\
{mark}
[Unit]
Description=Esteira ({nome}): integrações fiscais
Wants=network-online.target
After=network-online.target {after}
StartLimitIntervalSec=0

[Service]
Type=exec
WorkingDirectory={folder}
EnvironmentFile=-{environment}
Environment=PYTHONUNBUFFERED=1
ExecStart={command}
{who}Restart=always
RestartSec=5
RestartPreventExitStatus=2 4
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec={stop}
TimeoutStartSec=60
UMask=0077
LimitNOFILE=65536
OOMPolicy=continue
{hardening}
[Install]
WantedBy={wanted}
"""

# Folders that are watched are anywhere and are written to, so only the system's own are closed. Boxes on USB need
# devices; the libraries of makers and of certificates write code into memory.
SYSTEM = """\
NoNewPrivileges=yes
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
ProtectSystem=full
PrivateTmp=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""
# What needs namespaces or capabilities makes a unit of a user fail where the kernel gives him none.
USER = """\
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
"""


def system_unit(plan: Plan, account: str, *, low_port: bool = False) -> str:
    """Return the unit of the whole machine, run as an account; a port below 1024 takes a capability."""
    hardening = SYSTEM.format(capabilities="CAP_NET_BIND_SERVICE" if low_port else "")
    who = f"User={_literal(account)}\n"
    return _unit(plan, who, hardening, "multi-user.target", "postgresql.service redis-server.service")


def user_unit(plan: Plan) -> str:
    """Return the unit of the account that asks."""
    return _unit(plan, "", USER, "default.target", "")


def _unit(plan: Plan, who: str, hardening: str, wanted: str, after: str) -> str:
    command = " ".join(_word(str(word)) for word in (plan.python, "-m", "cli.main", "subir"))
    return COMMON.format(
        mark=MARK,
        nome=plan.nome,
        after=after,
        folder=_literal(str(plan.folder)),
        environment=_literal(str(plan.folder / ".env")),
        command=command,
        who=who,
        stop=plan.stops_within,
        hardening=hardening,
        wanted=wanted,
    ).replace("network-online.target \n", "network-online.target\n")


def _literal(text: str) -> str:
    """Return a value in which systemd finds no specifier."""
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """Return a word of a command line; a plan has no quotes in it, and a program's name no variables."""
    escaped = _literal(text)
    return f'"{escaped}"' if any(character in escaped for character in " ;#") else escaped


def is_ours(path: Path) -> bool:
    """Tell whether a unit was made here."""
    return MARK in path.read_text(encoding="utf-8", errors="replace")
