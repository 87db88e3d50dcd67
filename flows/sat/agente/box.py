"""One box beside the agent: asked, never with a code that it refused, and what it said kept until it is sent."""

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from connectors.sat.client import entender, ler_linha, sent
from core.errors import PlatformError
from core.settings.sat import BoxSettings
from core.text import bare_word, os_fault, plural
from flows.sat.agente import files
from flows.sat.agente.instants import Instants
from flows.sat.agente.kept import Kept
from flows.sat.agente.sessions import Sessions
from flows.sat.known_boxes import identity
from flows.sat.outcome import INALCANCAVEL, OK, PARADA, result_of
from storage import crypto

PARKED = "parada.txt"
UNREADABLE = "a anotação de que foi parada não se lê; se está tudo certo, reative-a na máquina do agente."
Say = Callable[[str], None]


class _Found(NamedTuple):
    """What a question came to in a word, and what is sent of it."""

    resultado: str
    fields: dict[str, Any]


class Box:
    """A box of this machine, with a folder for what has to outlive the agent."""

    def __init__(self, settings: BoxSettings, folder: Path, most: int, say: Say, instants: Instants) -> None:
        self.settings, self.say, self.instants = settings, say, instants
        self._folder = folder / _name(settings.name)
        self.kept = Kept(self._folder, most)
        self._sessions = Sessions(self._folder / "sessao")
        # why it is asked no more; none: not looked for yet
        self._refused: str | None = None
        self._told: str | None = None
        self._lost = 0

    def reactivate(self) -> None:
        """Ask it again with the code that it refused."""
        self._refused = ""
        (self._folder / PARKED).unlink(missing_ok=True)

    async def read(self) -> str:
        """Ask it now and keep what came of it; return the result in a word."""
        found = self._unasked() or await self._ask()
        self.kept.add({"leitura": uuid.uuid4().hex, **self.instants.now(), **found.fields})
        self._tell()
        return found.resultado

    def _unasked(self) -> _Found | None:
        """Return what is sent of a box that must not be asked now; none of one that may be."""
        try:
            reason = self._parked()
        except (OSError, PlatformError) as error:
            said = f"não consegui ler se está parada: {_why(error)}."
            self.say(f"Caixa {self.settings.name}: {said}")
            return _nothing(INALCANCAVEL, said)
        return None if reason is None else _nothing(PARADA, reason)

    async def _ask(self) -> _Found:
        box, sessao = self.settings, self._sessions.next()
        try:
            linha = await ler_linha(box, sessao)
        except PlatformError as fault:
            return self._failed(fault)
        fields = {"linha": linha.encode("utf-8", "replace").decode(), "sessao": sent(box, sessao)}
        try:
            entender(box, linha, sent(box, sessao))
        except PlatformError as fault:
            # the centre reads it in the line itself
            return _Found(self._failed(fault).resultado, fields)
        return _Found(OK, fields)

    def _failed(self, fault: PlatformError) -> _Found:
        found = _nothing(result_of(fault), str(fault).removeprefix(f"Caixa {self.settings.name}: "))
        self.say(str(fault))
        if found.resultado == PARADA:
            self._park(str(found.fields["erro"]))
        return found

    def _park(self, reason: str) -> None:
        """Remember over any restart that asking again would lock it."""
        self._refused = reason
        try:
            files.write(self._folder / PARKED, json.dumps([digest(self.settings), reason]))
        except (OSError, PlatformError) as error:
            self.say(f"Caixa {self.settings.name}: não consegui anotar que está parada: {_why(error)}.")

    def _parked(self) -> str | None:
        """Return why a box is asked no more, until its settings are others; none of one that may be asked.

        Raises `OSError`, and `PlatformError` for the key: that cannot be read now.
        """
        note = self._folder / PARKED
        if self._refused is None and note.exists():
            known, reason = _note(files.read(note))
            self._refused = reason if known in (digest(self.settings), None) else ""
        return self._refused or None

    def _tell(self) -> None:
        """Say what changed of the disk."""
        if self.kept.fault != self._told:
            self.say(self.kept.fault or f"As leituras da caixa {self.settings.name} voltam a ser guardadas no disco.")
            self._told = self.kept.fault
        if self.kept.lost != self._lost:
            gone = plural(self.kept.lost, "leitura velha saiu", "leituras velhas saíram")
            self.say(f"Caixa {self.settings.name}: {gone} para dar lugar a novas.")
            self._lost = self.kept.lost


def _why(error: OSError | PlatformError) -> str:
    return os_fault(error) if isinstance(error, OSError) else str(error).rstrip(".")


def digest(settings: BoxSettings) -> str:
    """Return a keyed digest of a box's settings. A machine of boxes has no database, and so a key of its own."""
    if not crypto.stored_keys():
        crypto.create_key_file()
    return crypto.KeyRing(crypto.stored_keys()).fingerprint(identity(settings))


def _name(nome: str) -> str:
    word = "-".join(bare_word(nome).lower().split()).replace("/", "-")[:40]
    return f"{word}-{hashlib.sha256(nome.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _nothing(resultado: str, reason: str) -> _Found:
    return _Found(resultado, {"resultado": resultado, "erro": reason})


def _note(text: str | None) -> tuple[str | None, str]:
    """Return the digest and the reason that were noted; a note that cannot be read may be of these settings."""
    try:
        known, reason = json.loads(text or "")
        return str(known), str(reason)
    except (ValueError, TypeError):
        return None, UNREADABLE
