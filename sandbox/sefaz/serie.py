"""The numbering of one CNPJ in one service, and the rules of its use, in rows of nobody but this server.

docs/reference/contracts/sefaz.md §3.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from sandbox.sefaz.motivos import CEDO, DEMAIS, FORA_DE_ORDEM, indevido, motivo

HORA = timedelta(hours=1)
GUARDA, SILENCIO = timedelta(days=90), timedelta(days=60)
POR_PAGINA, POR_HORA = 50, 20


@dataclass(frozen=True)
class Guardado:
    """A document with its NSU; `conteudo` is what stands in its docZip, before base64."""

    nsu: int
    schema: str
    conteudo: bytes
    em: datetime


@dataclass(frozen=True)
class Achado:
    """An answer in the making. A number of None is an element left out."""

    cstat: str
    xmotivo: str
    ult_nsu: int | None
    max_nsu: int | None
    documentos: tuple[Guardado, ...] = ()


@dataclass
class Serie:
    """`paginas` are how many documents the next pages hold at most; `forcados` the status of the next answers,
    `recusados` that of some numbers.

    `ult_nsu` is what the last page said; None before the first question.
    """

    ult_nsu: int | None = None
    max_nsu: int = 0
    usada_em: datetime | None = None
    documentos: dict[int, Guardado] = field(default_factory=dict)
    descansa_ate: datetime | None = None
    bloqueada_ate: datetime | None = None
    avulsas: deque[datetime] = field(default_factory=deque)
    espera: list[tuple[datetime, str, bytes]] = field(default_factory=list)
    paginas: deque[int] = field(default_factory=deque)
    forcados: deque[str] = field(default_factory=deque)
    recusados: dict[int, str] = field(default_factory=dict)

    def guardar(self, schema: str, conteudo: bytes, em: datetime) -> int | None:
        """Give a document the next NSU; None where the numbering has not begun, or has stopped."""
        if self.usada_em is None or em - self.usada_em > SILENCIO:
            return None
        self.max_nsu += 1
        self.documentos[self.max_nsu] = Guardado(self.max_nsu, schema, conteudo, em)
        return self.max_nsu

    def pular(self, quantos: int) -> None:
        """Leave numbers that no document has."""
        self.max_nsu += quantos

    def distribuir(self, nsu: int, now: datetime) -> Achado:
        """Answer a question by distNSU."""
        if refused := self._used(now):
            return refused
        if self.descansa_ate and now < self.descansa_ate:
            return self._undue(CEDO, now)
        if nsu > self.max_nsu:
            return self._said("589", self.max_nsu)
        if self.ult_nsu is not None and nsu != self.ult_nsu:
            return self._undue(FORA_DE_ORDEM, now)
        if self.forcados:
            forced = self.forcados.popleft()
            if forced == "137":
                self.ult_nsu, self.descansa_ate = nsu, now + HORA
            return self._forced(forced, nsu, now)
        return self._page(nsu, now)

    def avulsa(self, now: datetime) -> Achado | None:
        """Count a single question; return the refusal, where there is one."""
        if refused := self._used(now):
            return refused
        while self.avulsas and self.avulsas[0] <= now - HORA:
            self.avulsas.popleft()
        if len(self.avulsas) >= POR_HORA:
            return self._undue(DEMAIS, now)
        self.avulsas.append(now)
        return self._forced(self.forcados.popleft(), self.ult_nsu or 0, now) if self.forcados else None

    def por_nsu(self, nsu: int, now: datetime) -> Achado:
        """Answer a question by consNSU; it moves nothing."""
        if nsu in self.recusados:
            return self._said(self.recusados[nsu], self.ult_nsu or 0)
        if nsu > self.max_nsu:
            return self._said("589", self.ult_nsu or 0)
        found = self.documentos.get(nsu)
        if found is None or now - found.em > GUARDA:
            return self._said("137", self.ult_nsu or 0)
        return self._said("138", self.ult_nsu or 0, (found,))

    def _used(self, now: datetime) -> Achado | None:
        """Begin, or go on with, the numbering; a block is a refusal, and asking during one begins its hour again."""
        self.usada_em = now
        for due, schema, content in [one for one in self.espera if one[0] <= now]:
            self.espera.remove((due, schema, content))
            self.guardar(schema, content, now)
        return self._undue(CEDO, now) if self.bloqueada_ate and now < self.bloqueada_ate else None

    def _page(self, nsu: int, now: datetime) -> Achado:
        most = self.paginas.popleft() if self.paginas else POR_PAGINA
        following = (self.documentos.get(number) for number in range(nsu + 1, self.max_nsu + 1))
        kept = list(islice((one for one in following if one and now - one.em <= GUARDA), most + 1))
        page = tuple(kept[:most])
        self.ult_nsu = page[-1].nsu if len(kept) > most else self.max_nsu
        if self.ult_nsu == self.max_nsu:
            self.descansa_ate = now + HORA
        return self._said("138" if page else "137", self.ult_nsu, page)

    def _forced(self, cstat: str, nsu: int, now: datetime) -> Achado:
        return self._undue(CEDO, now) if cstat == "656" else self._said(cstat, nsu)

    def _undue(self, regra: str, now: datetime) -> Achado:
        self.bloqueada_ate = now + HORA
        return Achado("656", indevido(regra), self.ult_nsu or 0, 0)

    def _said(self, cstat: str, ult_nsu: int, documentos: tuple[Guardado, ...] = ()) -> Achado:
        return Achado(cstat, motivo(cstat), ult_nsu, self.max_nsu, documentos)
