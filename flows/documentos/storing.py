"""Store documents: each once for its owner, only ever worse in its state, and tell what is new, in one transaction."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.documentos import digest
from core.documentos.chave import modelo
from core.documentos.conteudo import Cabeca, Cupom, Evento, Inutilizacao, Resumo
from core.documentos.situacao import TESTE
from core.documentos.tipos_evento import nome_do_evento
from events.outbox import disparar_varios
from flows.documentos import recall, telling, versions
from flows.documentos.columns import DIFERE
from flows.documentos.entries import Entrada, Guardado, Resultado, kept_out, keys_of, refused, tipo_de
from flows.documentos.known import Fato, Ficha, Texto
from flows.documentos.owners import NINGUEM, Dono, Owners
from flows.documentos.ranges import store_range
from flows.documentos.writing import Writing
from storage.turns import MOST, take_turns

# Entries of one call; each may be about two documents.
MOST_ENTRIES = MOST // 2
OFF = "desativado"
_FOREIGN = {
    True: "é do ambiente de homologação, e o documento não; guardado, o documento não muda",
    False: "é do ambiente de produção, e o documento é de homologação; guardado, o documento não muda",
}


def store(db: Session, entradas: Sequence[Entrada], clock: Clock = SYSTEM) -> list[Guardado]:
    """Store documents in the caller's transaction; return what became of each, in the same order.

    At most `MOST_ENTRIES` at a time. What is no document is an outcome too; nothing is told of it here.
    """
    return Batch(db, entradas, clock).store()


class Batch:
    """Documents of one transaction, taken in one after the other, then written together."""

    def __init__(self, db: Session, entradas: Sequence[Entrada], clock: Clock) -> None:
        self.db, self.entradas = db, entradas
        db.flush()
        self.writing = Writing(db, clock.now())
        self.owners = Owners(db)
        self.fichas: defaultdict[str, dict[Dono, Ficha]] = defaultdict(dict)
        self.fatos: defaultdict[str, dict[tuple[Dono, str, str, int], Fato]] = defaultdict(dict)
        self.cancelled: defaultdict[str, set[str]] = defaultdict(set)
        self._about: list[tuple[Guardado, Ficha]] = []

    def store(self) -> list[Guardado]:
        """Take everything in, write it, tell it."""
        self._recall()
        done = [self._take(one) for one in self.entradas]
        self.writing.copies(self._copies())
        changed = [one for by_owner in self.fichas.values() for one in by_owner.values() if one.mudou]
        facts = [one for by_key in self.fatos.values() for one in by_key.values() if one.mudou]
        versions.compare(self.db, changed)
        texts = [*(one.texto for one in changed), *(one.texto for one in facts)]
        self.writing.texts(one for one in texts if one is not None)
        self.writing.documents(changed)
        self.writing.facts(facts)
        disparar_varios(telling.about(self._speaking()), self.db)
        for guardado, ficha in self._about:
            guardado.documento_id = guardado.documento_id or ficha.id
        return done

    def _copies(self) -> list[Ficha]:
        """Mark documents whose key another row has too; return those that were not marked before."""
        shared = (by_owner.values() for by_owner in self.fichas.values() if len(by_owner) > 1)
        fresh = [one for same in shared for one in same if not one.copia]
        for one in fresh:
            one.copia = True
        return fresh

    def _speaking(self) -> Iterator[Ficha]:
        """Yield of each document and user the row that tells: what several companies of one user have is told once."""
        for by_owner in self.fichas.values():
            of_user: defaultdict[int | None, list[Ficha]] = defaultdict(list)
            for one in by_owner.values():
                of_user[one.dono.usuario_id].append(one)
            yield from (max(same, key=lambda one: one.conhecida) for same in of_user.values())

    def _recall(self) -> None:
        known = [one.parte.conteudo for one in self.entradas if one.parte.conteudo is not None]
        take_turns(self.db, (key for conteudo in known for key in keys_of(conteudo)))
        chaves = sorted({key for one in known if not isinstance(one, Inutilizacao) for key in keys_of(one)})
        if not chaves:
            return
        for ficha in recall.fichas(self.db, chaves, self.owners):
            self.fichas[ficha.chave][ficha.dono] = ficha
        for fato in recall.fatos(self.db, chaves, self.owners):
            self.fatos[fato.evento.chave][fato.key] = fato
        coupons = [one.chave for one in known if isinstance(one, Cupom)]
        if coupons:
            self.cancelled = recall.cancelled_coupons(self.db, coupons)

    def _take(self, entrada: Entrada) -> Guardado:
        conteudo, given = entrada.parte.conteudo, self.owners.named(entrada.usuario_id, entrada.empresa_id)
        texto = Texto(entrada.parte.texto, entrada.arquivo_nome)
        if conteudo is None:
            return refused(entrada.parte)
        if (off := self.owners.off(given)) is not None:
            return kept_out(entrada.parte, OFF, off)
        done = Guardado(tipo_de(conteudo), None)
        match conteudo:
            case Evento():
                done.chave = conteudo.chave
                self._event(done, given, conteudo, texto)
            case Inutilizacao():
                found = [
                    store_range(self.writing, dono, conteudo, texto) for dono in self.owners.of_range(given, conteudo)
                ]
                _conclude(done, found, "faixa inutilizada guardada")
            case _:
                done.chave = conteudo.chave
                self._document(done, given, conteudo, texto)
        done.ditos += conteudo.avisos
        return done

    def _document(self, done: Guardado, given: Dono, cabeca: Cabeca, texto: Texto) -> None:
        donos = self.owners.of_document(given, cabeca)
        if not given.empresa_id:
            donos = self._and_holders(given, donos, cabeca)
        further = self.owners.mates(given, self.fichas[cabeca.chave]) if isinstance(cabeca, Resumo) else []
        found = [self._receive(done, dono, cabeca, texto) for dono in dict.fromkeys([*donos, *further])]
        if isinstance(cabeca, Cupom) and cabeca.cancelada:
            self._cancel(given, donos, cabeca.cancelada)
        _conclude(done, found, "resumo guardado" if isinstance(cabeca, Resumo) else "importado")
        if len(donos) > 1:
            done.ditos.append(f"é de {len(donos)} empresas: {', '.join(one.cnpj or 'sem empresa' for one in donos)}")

    def _and_holders(self, given: Dono, donos: list[Dono], cabeca: Cabeca) -> list[Dono]:
        """Add those who have the document already, where nobody else is known: it is not somebody else's besides."""
        known = [one for one in self.fichas[cabeca.chave].values() if not self._keeps_out(one, cabeca)]
        mine = [one.dono for one in known if given.usuario_id in (None, one.dono.usuario_id)]
        # a summary names one of the parties only
        if mine and (isinstance(cabeca, Resumo) or donos == [given]):
            return list(dict.fromkeys([*mine, *(one for one in donos if one.empresa_id)]))
        return donos

    def _keeps_out(self, ficha: Ficha, cabeca: Cabeca) -> bool:
        """Tell whether an owner is off for whom a text would come in; a state is true of what is here already."""
        return not (ficha.completo or isinstance(cabeca, Resumo)) and self.owners.off(ficha.dono) is not None

    def _receive(self, done: Guardado, dono: Dono, cabeca: Cabeca, texto: Texto) -> Resultado:
        ficha = self.fichas[cabeca.chave].get(dono) or self._moved(dono, cabeca)
        if ficha is None:
            ficha = self.fichas[cabeca.chave][dono] = Ficha(dono, cabeca.chave, cabeca.especie)
        if dono.is_stranger_to(cabeca):
            said = f"a empresa {dono.cnpj} não aparece neste documento"
            ficha.avisos.append(said)
            done.ditos.append(said)
            done.alheio = True
        self._about.append((done, ficha))
        self._compare(done, ficha, cabeca, texto)
        before, foreign = ficha.ambiente, ficha.is_foreign_to(cabeca)
        result = ficha.receive(cabeca, texto)
        if foreign and result is Resultado.REPETIDO:
            done.ditos.append("é de homologação, e o que já está no acervo é de produção: não muda nada")
        if ficha.novo or ficha.ambiente != before:
            self._catch_up(ficha, afresh=foreign)
        return result

    def _compare(self, done: Guardado, ficha: Ficha, cabeca: Cabeca, texto: Texto) -> None:
        """Tell where a protocol is about another text than the one of its key that is here."""
        if not ficha.awaits(cabeca):
            return
        document, proof = texto.bytes, recall.kept(self.db, ficha)
        if isinstance(cabeca, Resumo):
            document, proof = proof, document
        if digest.diferem(document, proof, ficha.chave):
            ficha.differ(DIFERE)
            done.ditos.append(DIFERE)

    def _moved(self, dono: Dono, cabeca: Cabeca) -> Ficha | None:
        """Return the document that the company's user has without a company, as the company's from now on."""
        fichas, facts, before = self.fichas[cabeca.chave], self.fatos[cabeca.chave], Dono(dono.usuario_id)
        if dono.empresa_id is None or dono.usuario_id is None or before not in fichas or isinstance(cabeca, Resumo):
            return None
        ficha = fichas[dono] = fichas.pop(before)
        ficha.move(dono, cabeca)
        for key, fato in list(facts.items()):
            if fato.dono == before and (dono, *key[1:]) not in facts:
                del facts[key]
                fato.dono, fato.mudou = dono, True
                facts[fato.key] = fato
        self._catch_up(ficha)
        return ficha

    def _catch_up(self, ficha: Ficha, *, afresh: bool = False) -> None:
        """Let a document meet the events about it, also those that its user has elsewhere, and those of nobody.

        With `afresh` it is another document than the one that they were applied to.
        """
        facts = self.fatos[ficha.chave]
        for fato in sorted(facts.values(), key=lambda one: not one.registrado):
            if fato.dono != ficha.dono and (fato.dono == NINGUEM or fato.dono.usuario_id == ficha.dono.usuario_id):
                mine = fato.for_owner(ficha.dono)
                facts.setdefault(mine.key, mine)
        for fato in list(facts.values()):
            if fato.dono == ficha.dono:
                if afresh:
                    fato.forget()
                fato.meet(ficha)
        if any(ficha.dono.knows(one) for one in self.cancelled[ficha.chave]):
            ficha.cancel()

    def _cancel(self, given: Dono, donos: Sequence[Dono], chave: str) -> None:
        """Cancel a coupon: its cancellation names the issuer alone, and is for everyone who has it."""
        self.cancelled[chave].update(one.texto for one in donos)
        for ficha in self.fichas[chave].values():
            if given == NINGUEM or given.usuario_id == ficha.dono.usuario_id:
                ficha.cancel()

    def _event(self, done: Guardado, given: Dono, evento: Evento, texto: Texto) -> None:
        fichas = self.fichas[evento.chave]
        donos = self.owners.of_event(given, evento, {one: ficha.completo for one, ficha in fichas.items()})
        pairs = [self._receive_event(dono, evento, texto) for dono in donos]
        for fato, _ in pairs:
            if (ficha := fichas.get(fato.dono)) is not None:
                fato.meet(ficha)
                self._about.append((done, ficha))
        proven = any(fato.registrado for fato, _ in pairs)
        waiting = not any(fato.ficha for fato, _ in pairs)
        _conclude(done, [result for _, result in pairs], _said_of(evento, proven=proven, waiting=waiting))
        if proven and any(fato.is_foreign for fato, _ in pairs):
            done.ditos.append(_FOREIGN[evento.ambiente == TESTE])

    def _receive_event(self, dono: Dono, evento: Evento, texto: Texto) -> tuple[Fato, Resultado]:
        new = Fato.new(dono, evento, texto)
        fato = self.fatos[evento.chave].setdefault(new.key, new)
        if fato is new:
            return new, Resultado.NOVO
        return fato, Resultado.ATUALIZADO if fato.receive(evento, texto) else Resultado.REPETIDO


def _said_of(evento: Evento, *, proven: bool, waiting: bool) -> str:
    name = nome_do_evento(evento.tipo_evento, evento.descricao, modelo(evento.chave))
    if not proven:
        answer = f"recusado (cStat {evento.status})" if evento.status else "sem a resposta da SEFAZ"
        return f"{name}: {answer}; guardado, o documento não muda"
    return f"{name}: guardado até que o documento chegue" if waiting else f"{name}: registrado"


def _conclude(done: Guardado, found: Sequence[Resultado], said: str) -> None:
    """Note the furthest of the results of several owners."""
    done.resultado = next((one for one in Resultado if one in found), Resultado.REPETIDO)
    words = {Resultado.NOVO: said, Resultado.ATUALIZADO: "atualizado", Resultado.REPETIDO: "já estava no acervo"}
    done.ditos.insert(0, words[done.resultado])
