"""Whose a document is: the company that was named, else the registered companies that take part in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.documentos.chave import emitente_da_chave
from core.documentos.conteudo import Cabeca, Conhecimento, Evento, Inutilizacao, NotaFiscal, Papel, Resumo
from core.documentos.situacao import registered
from core.errors import Conflict, NotFound, UsageError
from core.fiscal import cnpj_valido, formatar_documento, normalizar_documento
from core.text import storable
from storage.models.empresas import Empresa, dono
from storage.models.usuarios import Usuario
from storage.session import reading

BASE, PAPEIS = 8, tuple(Papel)


@dataclass(frozen=True, slots=True)
class Dono:
    """The owner of rows: a company of a user, a user, or nobody; `cnpj` is the company's."""

    usuario_id: int | None = None
    empresa_id: int | None = None
    cnpj: str | None = None

    @property
    def texto(self) -> str:
        """The owner as one value, as rows have it."""
        return dono(self.usuario_id, self.empresa_id)

    def knows(self, texto: str) -> bool:
        """Tell whether what an owner, as rows have it, has is this one's too: of the same user, or of nobody."""
        return texto == NINGUEM.texto or texto.partition(":")[0] == self.texto.partition(":")[0]

    def papeis(self, cabeca: Cabeca) -> tuple[Papel, ...]:
        """Return what the company is in a document, the foremost first, then what others of its base CNPJ are."""
        own = {papel for papel, documento in cabeca.papeis if documento == self.cnpj}
        # a summary names the issuer alone: another establishment of it may be who receives
        base = set() if isinstance(cabeca, Resumo) else {papel for papel, one in cabeca.papeis if self._is_mate(one)}
        return tuple(sorted(own | base, key=lambda papel: (papel not in own, PAPEIS.index(papel))))

    def is_stranger_to(self, cabeca: Cabeca) -> bool:
        """Tell whether a document is known to say nothing of the company, not even that it may be read by it."""
        if self.cnpj is None or not cabeca.papeis or isinstance(cabeca, Resumo) or self.papeis(cabeca):
            return False
        readers = cabeca.autorizados if isinstance(cabeca, NotaFiscal | Conhecimento) else ()
        return not any(map(self._is_mate, readers))

    def _is_mate(self, documento: str) -> bool:
        return self.cnpj is not None and len(documento) == 14 and documento[:BASE] == self.cnpj[:BASE]


NINGUEM = Dono()


def owner(usuario: str | None = None, empresa: str | None = None) -> Dono:
    """Return the owner that a person names by user name and CNPJ; without either, nobody in particular.

    A company that the operator has too is the operator's where no user is named.

    Raises:
        NotFound: there is no such user or company.
        UsageError: the CNPJ is none, or several users have the company and the operator does not.
    """
    with reading() as db:
        usuario_id = _user(db, usuario) if usuario else None
        return Dono(usuario_id) if not empresa else _company(db, usuario_id, empresa)


def recipient(usuario: str | None = None, empresa: str | None = None) -> Dono:
    """Return the owner for whom documents are to come in; raise `Conflict` where the user or the company is off."""
    found = owner(usuario, empresa)
    confirm(found)
    return found


def confirm(dono: Dono) -> None:
    """Raise `Conflict` where the user or the company of an owner is off."""
    with reading() as db:
        user = db.get(Usuario, dono.usuario_id) if dono.usuario_id else None
        company = db.get(Empresa, dono.empresa_id) if dono.empresa_id else None
    if user is not None and not user.ativo:
        raise Conflict(f"O usuário {user.username!r} está desativado; ative-o antes.", campo="usuario")
    if company is not None and not company.ativa:
        named = formatar_documento(company.cnpj)
        raise Conflict(f"A empresa {named} está desativada; ative-a antes.", campo="empresa")


def _user(db: Session, usuario: str) -> int:
    found = db.scalar(select(Usuario.id).where(Usuario.username == usuario)) if storable(usuario) else None
    if found is None:
        raise NotFound(f"Usuário desconhecido: {usuario!r}.", campo="usuario")
    return found


def _company(db: Session, usuario_id: int | None, empresa: str) -> Dono:
    cnpj = normalizar_documento(empresa)
    if not cnpj_valido(cnpj):
        raise UsageError(f"{empresa[:40]!r} não é um CNPJ.", campo="empresa")
    mine = select(Empresa).where(Empresa.cnpj == cnpj).order_by(Empresa.usuario_id.nulls_first())
    found = db.scalars(mine if usuario_id is None else mine.where(Empresa.usuario_id == usuario_id)).all()
    if not found:
        raise NotFound(f"A empresa {empresa} não está cadastrada.", campo="empresa", veja="empresas")
    if len(found) > 1 and found[0].usuario_id is not None:
        raise UsageError(f"Mais de um usuário tem a empresa {empresa}; diga também o usuário.", campo="usuario")
    return Dono(found[0].usuario_id, found[0].id, found[0].cnpj)


class Owners:
    """The registered companies, as they are now; nothing comes in for those that are off, or whose user is."""

    def __init__(self, db: Session) -> None:
        self._users_off = set(db.scalars(select(Usuario.id).where(~Usuario.ativo)))
        self._companies_off: set[int] = set()
        self._all: dict[int, Dono] = {}
        self._by_base: defaultdict[str, list[Dono]] = defaultdict(list)
        query = select(Empresa.usuario_id, Empresa.id, Empresa.cnpj, Empresa.ativa).order_by(Empresa.id)
        for usuario_id, number, cnpj, ativa in db.execute(query):
            self._all[number] = Dono(usuario_id, number, cnpj)
            if not ativa:
                self._companies_off.add(number)
            elif usuario_id not in self._users_off:
                self._by_base[cnpj[:BASE]].append(self._all[number])

    def named(self, usuario_id: int | None, empresa_id: int | None) -> Dono:
        """Return an owner by its numbers."""
        return Dono(usuario_id) if empresa_id is None else self._all.get(empresa_id, Dono(usuario_id, empresa_id))

    def off(self, given: Dono) -> str | None:
        """Say why nothing comes in for an owner that was named; nothing where it does."""
        if given.usuario_id in self._users_off:
            return "o usuário está desativado: nada entra em nome dele"
        return "a empresa está desativada: nada entra em nome dela" if given.empresa_id in self._companies_off else None

    def of_document(self, given: Dono, cabeca: Cabeca) -> list[Dono]:
        """Return whose a document is."""
        return [given] if given.empresa_id else self._taking_part(given, (one for _, one in cabeca.papeis))

    def of_event(self, given: Dono, evento: Evento, holders: Mapping[Dono, bool]) -> list[Dono]:
        """Return whose an event is; `holders` are those who have its document, and whether they have all of it."""
        if given.empresa_id:
            return [given, *(self.mates(given, holders) if registered(evento) else ())]
        mine = [one for one in holders if given.usuario_id in (None, one.usuario_id)]
        found = self._taking_part(given, filter(None, (emitente_da_chave(evento.chave), evento.autor)))
        # those who have its document, and those who will: who receives it is not told before it comes
        waiting = [NINGUEM] if given == NINGUEM and not any(holders.values()) else []
        return list(dict.fromkeys([*mine, *(one for one in found if one.empresa_id or not mine), *waiting]))

    def mates(self, given: Dono, holders: Iterable[Dono]) -> list[Dono]:
        """Return who else has a document of a company's user: to whichever a state comes, it is the document's."""
        return [one for one in holders if one.usuario_id == given.usuario_id and one != given]

    def of_range(self, given: Dono, inutilizacao: Inutilizacao) -> list[Dono]:
        """Return whose a range of numbers is."""
        return [given] if given.empresa_id else self._taking_part(given, [inutilizacao.emit_cnpj])

    def _taking_part(self, given: Dono, documentos: Iterable[str]) -> list[Dono]:
        """Return the companies of the user, or of every user, that have one of these CNPJs; else whoever asked."""
        wanted = {one for one in documentos if len(one) == 14}
        found: dict[tuple[int | None, str], list[Dono]] = defaultdict(list)
        for base in sorted({one[:BASE] for one in wanted}):
            for one in self._by_base.get(base, ()):
                if given.usuario_id in (None, one.usuario_id):
                    found[one.usuario_id, base].append(one)
        return [one for group in found.values() for one in _nearest(group, wanted)] or [given]


def _nearest(companies: Sequence[Dono], wanted: set[str]) -> Sequence[Dono]:
    """Return the companies that are named themselves, else the first of the same base."""
    return [one for one in companies if one.cnpj in wanted] or companies[:1]
