"""Documents and events as they stand while a batch is stored: as the database has them, with what is new."""

from dataclasses import dataclass, field, replace

from core.documentos.conteudo import Cabeca, Evento, Papel, Resumo
from core.documentos.situacao import PRODUCAO, TESTE, Estado, fits, proves, registered
from flows.documentos.entries import Resultado
from flows.documentos.owners import Dono


@dataclass(slots=True)
class Texto:
    """The exact bytes of a document, and the file they came in."""

    bytes: bytes
    arquivo_nome: str | None = None


@dataclass(slots=True)
class Ficha:
    """A document as one owner has it.

    `id` is its row's, none of a new one; `cabeca` its content where that is to be written; `texto` likewise. `nasceu`
    is its content and how it stood when its full text came in this batch; `mudancas` the fields of each later change,
    and `troca` the place there of the one by which another text took the place of the kept one; `refeita` tells that
    one did. `papeis` are what its owner is in it, where the owner is another than before; `comprovado` tells whether
    the kept text holds its protocol, `difere` whether what was authorised is known to be another; `avisados` are the
    warnings that its row has; `copia` tells whether another row of the same key is known.
    """

    dono: Dono
    chave: str
    especie: str
    estado: Estado = field(default_factory=Estado)
    id: int | None = None
    ambiente: int | None = None
    completo: bool = False
    comprovado: bool = False
    cabeca: Cabeca | None = None
    texto: Texto | None = None
    avisos: list[str] = field(default_factory=list)
    avisados: list[str] = field(default_factory=list)
    difere: bool = False
    nasceu: tuple[Cabeca, Estado] | None = None
    mudancas: list[tuple[str, ...]] = field(default_factory=list)
    troca: int | None = None
    refeita: bool = False
    papeis: tuple[Papel, ...] | None = None
    copia: bool = False
    novo: bool = False
    mudou: bool = False

    @property
    def conhecida(self) -> tuple[bool, bool, int]:
        """How well its user knew the document before, then how much there is to tell of it."""
        return self.completo and self.nasceu is None, self.nasceu is not None, len(self.mudancas)

    def move(self, dono: Dono, cabeca: Cabeca) -> None:
        """Belong to a company of the same user, which had none for it before."""
        self.dono, self.papeis, self.mudou = dono, dono.papeis(cabeca), True

    def receive(self, cabeca: Cabeca, texto: Texto) -> Resultado:
        """Take in what a document, a summary or a protocol says."""
        full = not isinstance(cabeca, Resumo)
        if self.cabeca is None and self.id is None:
            self.novo = True
            return self._begin(cabeca, texto, Estado.of(cabeca), full=full)
        if self.is_foreign_to(cabeca):
            return self._give_way(cabeca, texto, full=full)
        after = self.estado.with_protocol(cabeca)
        if full and not self.completo:
            return self._begin(cabeca, texto, after, full=True)
        if full and proves(cabeca) and not self.comprovado:
            return self._replace(cabeca, texto, after)
        return Resultado.ATUALIZADO if self._become(after) else Resultado.REPETIDO

    def awaits(self, cabeca: Cabeca) -> bool:
        """Tell whether a protocol and a text meet only now, and nothing has proved that it is about this text."""
        if (self.cabeca is None and self.id is None) or self.is_foreign_to(cabeca):
            return False
        if isinstance(cabeca, Resumo):
            return self.completo and not self.comprovado and cabeca.digest is not None
        return not self.completo and not proves(cabeca)

    def differ(self, aviso: str) -> None:
        """Be warned that what was authorised is another text."""
        if aviso not in self.avisados:
            self.difere = self.mudou = True

    def is_foreign_to(self, cabeca: Cabeca) -> bool:
        """Tell whether a document is of the other of SEFAZ's environments, which give out the same keys."""
        known = self.ambiente is not None and cabeca.ambiente is not None
        return known and (self.ambiente == TESTE) != (cabeca.ambiente == TESTE)

    def _give_way(self, cabeca: Cabeca, texto: Texto, *, full: bool) -> Resultado:
        """Let what is of production take the place of a test: nothing that was known of the test is known of it."""
        if cabeca.ambiente == TESTE:
            return Resultado.REPETIDO
        self.mudancas, self.troca, self.difere = [], None, False
        return self._begin(cabeca, texto, Estado.of(cabeca), full=full)

    def _begin(self, cabeca: Cabeca, texto: Texto, estado: Estado, *, full: bool) -> Resultado:
        self.refeita |= self.completo
        self._hold(cabeca, texto)
        self.completo = full
        self.estado, self.mudou, self.comprovado = estado, True, full and proves(cabeca)
        if full:
            self.nasceu = cabeca, estado
        return Resultado.NOVO

    def _replace(self, cabeca: Cabeca, texto: Texto, after: Estado) -> Resultado:
        """Take a text that its protocol proves in place of one that nothing proved: it may say something else."""
        # its state may be known already, from a summary
        if not self._become(after):
            self.mudancas.append(())
        self.troca, self.refeita = len(self.mudancas) - 1, True
        self.mudou, self.comprovado, self.difere = True, True, False
        self._hold(cabeca, texto)
        return Resultado.ATUALIZADO

    def _hold(self, cabeca: Cabeca, texto: Texto) -> None:
        self.especie, self.ambiente, self.cabeca, self.texto = cabeca.especie, cabeca.ambiente, cabeca, texto

    def apply(self, evento: Evento) -> bool:
        """Let a registered event change the document; tell whether it did."""
        return self._become(self.estado.with_event(evento))

    def cancel(self) -> bool:
        """Cancel the document; tell whether that is new."""
        return self._become(self.estado.cancelled())

    def _become(self, after: Estado) -> bool:
        changed = tuple(self.estado.changes(after))
        if changed:
            self.estado, self.mudou = after, True
            self.mudancas.append(changed)
        return bool(changed)


@dataclass(slots=True)
class Fato:
    """An event about a document as one owner has it; the document may not be there."""

    dono: Dono
    evento: Evento
    registrado: bool
    id: int | None = None
    aplicado: bool = False
    documento_id: int | None = None
    ficha: Ficha | None = None
    texto: Texto | None = None
    xml_id: int | None = None
    arquivo_nome: str | None = None
    mudou: bool = False

    @property
    def key(self) -> tuple[Dono, str, str, int]:
        """What tells it from others."""
        return self.dono, self.evento.chave, self.evento.tipo_evento, self.evento.sequencia

    @classmethod
    def new(cls, dono: Dono, evento: Evento, texto: Texto) -> "Fato":
        """Return an event that comes in for the first time."""
        return cls(dono, evento, registered(evento), texto=texto, mudou=True)

    def receive(self, evento: Evento, texto: Texto) -> bool:
        """Take in another text of the event; tell whether it says more: that it is registered, or all of it."""
        proven = registered(evento)
        if self._gives_way(evento):
            self.evento, self.texto, self.registrado, self.aplicado = evento, texto, proven, False
        elif proven > self.registrado and self.evento.completo > evento.completo:
            # a summary proves a text that came without its answer, and says less than it
            self.evento = replace(
                self.evento,
                protocolo=evento.protocolo,
                status=evento.status,
                motivo=evento.motivo,
                recebido_em=evento.recebido_em,
                completo=False,
            )
        elif proven > self.registrado or (evento.completo > self.evento.completo and proven >= self.registrado):
            self.evento, self.texto = evento, texto
        else:
            return False
        self.registrado |= proven
        self.mudou = True
        return True

    def _gives_way(self, evento: Evento) -> bool:
        """Tell whether this is a test and the other, of the same number, is not or has to do with the document."""
        of_production = evento.ambiente == PRODUCAO or (evento.ambiente is None and not self.aplicado)
        return self.evento.ambiente == TESTE and of_production

    @property
    def is_foreign(self) -> bool:
        """Tell whether its document is of the other environment."""
        return self.ficha is not None and not fits(self.evento, self.ficha.ambiente)

    def meet(self, ficha: Ficha) -> bool:
        """Belong to the document, and change it where that is due; tell whether it changed."""
        if self.ficha is not ficha:
            self.ficha = ficha
            self.mudou |= self.documento_id is None
        if not self.registrado or self.aplicado or self.is_foreign:
            return False
        changed = ficha.apply(self.evento)
        # the summary of a correction has not its text
        if changed or self.evento.completo:
            self.aplicado = self.mudou = True
        return changed

    def forget(self) -> None:
        """Be applied to nothing yet: another document has taken the place of that which it was applied to."""
        self.mudou |= self.aplicado
        self.aplicado = False

    def for_owner(self, dono: Dono) -> "Fato":
        """Return the same event for another owner."""
        return replace(self, dono=dono, id=None, aplicado=False, documento_id=None, ficha=None, mudou=True)
