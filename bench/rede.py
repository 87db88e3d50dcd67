"""Machines in miniature: network namespaces joined by a bridge, with names of their own, that can be cut off."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

NEEDED = ("ip", "iptables", "unshare", "setpriv")
OUTSIDE = 254


def against() -> str | None:
    """Return why networks cannot be made here; None where they can."""
    if os.geteuid() != 0:
        return "redes separadas são criadas pelo root: rode este programa como root."
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        return f"faltam os programas {', '.join(missing)} (pacotes iproute2, iptables e util-linux)."
    try:
        run("ip", "netns", "add", f"prova{os.getpid()}")
        run("ip", "netns", "del", f"prova{os.getpid()}")
    except subprocess.CalledProcessError as fault:
        return f"este sistema não deixa criar redes separadas: {fault.stderr.decode().strip()}."
    return None


def run(*words: str) -> None:
    """Run a command of the system."""
    subprocess.run(words, check=True, capture_output=True)


class Machine:
    """A namespace with one interface, `eth0`, and a host name."""

    def __init__(self, network: "Network", name: str, number: int) -> None:
        self.name, self.address = name, network.address(number)
        self._network = network
        self._space, self._link = f"{network.mark}-{name}", f"{network.mark}v{number}"

    def make(self) -> None:
        """Make it and plug it in."""
        run("ip", "netns", "add", self._space)
        run("ip", "link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self._space)
        run("ip", "link", "set", self._link, "master", self._network.bridge, "up")
        self._inside("ip", "link", "set", "lo", "up")
        self._inside("ip", "addr", "add", f"{self.address}/24", "dev", "eth0")
        self._inside("ip", "link", "set", "eth0", "up")

    def remove(self) -> None:
        """Remove it."""
        with suppress(subprocess.CalledProcessError):
            run("ip", "netns", "del", self._space)

    def words(self, command: Sequence[str], user: str | None = None) -> list[str]:
        """Return a command that runs the given one here, under this machine's name; it becomes that process."""
        named = ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name)
        less = ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups") if user else ()
        return ["ip", "netns", "exec", self._space, *named, *less, *command]

    def _inside(self, *words: str) -> None:
        run("ip", "netns", "exec", self._space, *words)

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Its cable is out: it notices, and knows no way any more."""
        self._inside("ip", "link", "set", "eth0", "down")
        try:
            yield
        finally:
            self._inside("ip", "link", "set", "eth0", "up")

    @contextmanager
    def silenced(self) -> Iterator[None]:
        """Whatever it says or is told vanishes without a word: no reset, no fault of its interface."""
        run("ip", "link", "set", self._link, "nomaster")
        try:
            yield
        finally:
            run("ip", "link", "set", self._link, "master", self._network.bridge)

    @contextmanager
    def deaf_to(self, other: "Machine") -> Iterator[None]:
        """Nothing that another machine says arrives here; all others are heard."""
        rule = ("INPUT", "-s", other.address, "-j", "DROP")
        self._inside("iptables", "-I", *rule)
        try:
            yield
        finally:
            self._inside("iptables", "-D", *rule)


class Network:
    """A bridge on which this process has an address too: it is the outside."""

    def __init__(self) -> None:
        number = os.getpid() % 250 + 1
        self.mark = f"est{number}"
        self.bridge, self._first = f"{self.mark}br", f"10.77.{number}"

    @property
    def net(self) -> str:
        """All its addresses."""
        return f"{self._first}.0/24"

    @property
    def outside(self) -> str:
        """This process's own address."""
        return self.address(OUTSIDE)

    def address(self, number: int) -> str:
        """Return one of its addresses."""
        return f"{self._first}.{number}"

    @contextmanager
    def machines(self, *names: str) -> Iterator[list[Machine]]:
        """Make the bridge and these machines, until the end of the block."""
        with ExitStack() as stack:
            run("ip", "link", "add", self.bridge, "type", "bridge")
            stack.callback(run, "ip", "link", "del", self.bridge)
            run("ip", "addr", "add", f"{self.outside}/24", "dev", self.bridge)
            run("ip", "link", "set", self.bridge, "up")
            # where an engine of containers runs, the kernel asks its rules about every bridge
            passing = ("FORWARD", "-i", self.bridge, "-o", self.bridge, "-j", "ACCEPT")
            run("iptables", "-I", *passing)
            stack.callback(run, "iptables", "-D", *passing)
            made = [Machine(self, name, number) for number, name in enumerate(names, 1)]
            for one in made:
                stack.callback(one.remove)
                one.make()
            yield made
