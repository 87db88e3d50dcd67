"""Tell people by mail (docs/reference/contracts/integracoes.md §6): each method notes what is owed, and sends nothing.

`from events.notifications import NotificationService`. What Esteira imports and consults itself is told by its events;
this is for code that has something to tell on its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from sqlalchemy.orm import Session

from core.clock import SYSTEM, Clock
from core.settings.core import CoreSettings
from events import said
from events.catalog import ConsultaConcluida, CteImportado, ErroImportacao, NfeImportada
from events.catalog.avisos import CertificadoVencendo, ResumoDiario
from events.catalog.payload import Payload
from events.email import mailbox
from events.filters import MOST_SEVERE, SEVERITIES
from events.outbox import Disparo, disparar_varios
from storage.models.certificados import CertificadoDigital
from storage.models.documentos import CTe, NFe
from storage.models.usuarios import Usuario
from storage.session import transaction

# As the alert of the same: from then on quiet hours do not hold it back.
URGENT_DAYS = 3
User = Usuario | int | None


class NotificationService:
    """Notices to a user, or with None to the operator's mailboxes.

    Each method takes what the notice is about as a row, a mapping or any object with such fields, and returns how many
    mails are owed: none where there is no address, or where that notice is not wanted. With `db` they are owed in that
    transaction, else in one of their own.
    """

    def __init__(self, db: Session | None = None, clock: Clock = SYSTEM) -> None:
        self._db, self._clock = db, clock

    def notificar_nfe_importada(self, usuario: User, nfe: object) -> int:
        """Tell that an NF-e was imported."""
        with self._session() as db:
            told = said.About(nfe, said.own(db, nfe, NFe))
            payload = NfeImportada(
                chave_acesso=told.text("chave_acesso", "chave"),
                numero_nf=told.text("numero_nf", "numero"),
                serie=told.text("serie"),
                data_emissao=told.issued(),
                emit_cnpj=told.text("emit_cnpj"),
                emit_nome=told.text("emit_nome"),
                dest_cnpj_cpf=told.text("dest_cnpj_cpf", "dest_cnpj"),
                dest_nome=told.text("dest_nome"),
                valor_total=told.money("valor_total"),
                valor_produtos=told.money("valor_produtos"),
                status_nfe=told.text("status_nfe", "status"),
            )
            return self._owe(db, usuario, payload)

    def notificar_cte_importado(self, usuario: User, cte: object) -> int:
        """Tell that a CT-e was imported."""
        with self._session() as db:
            told = said.About(cte, said.own(db, cte, CTe))
            payload = CteImportado(
                chave_acesso=told.text("chave_acesso", "chave"),
                numero_ct=told.text("numero_ct", "numero"),
                serie=told.text("serie"),
                data_emissao=told.issued(),
                emit_cnpj=told.text("emit_cnpj"),
                emit_nome=told.text("emit_nome"),
                dest_cnpj=told.text("dest_cnpj", "dest_cnpj_cpf"),
                dest_nome=told.text("dest_nome"),
                valor_total=told.money("valor_total"),
                **{name: told.text(name) for name in ("municipio_inicio", "uf_inicio", "municipio_fim", "uf_fim")},
                status_cte=told.text("status_cte", "status"),
            )
            return self._owe(db, usuario, payload)

    def notificar_erro_importacao(self, usuario: User, erro_info: object) -> int:
        """Tell that a file could not be imported."""
        told = said.About(erro_info)
        name, message = told.text("arquivo_nome", "arquivo"), told.text("mensagem", "erro")
        when = told.instant("data_importacao", "timestamp") or self._clock.now().isoformat()
        payload = ErroImportacao(
            tipo_documento=told.text("tipo_documento", "tipo"),
            arquivo_nome=name,
            chave_acesso=told.text("chave_acesso") or None,
            mensagem=message,
            data_importacao=when,
            arquivo=name,
            erro=message,
            timestamp=when,
        )
        with self._session() as db:
            return self._owe(db, usuario, payload)

    def notificar_consulta_concluida(self, usuario: User, consulta: object) -> int:
        """Tell that a consultation of SEFAZ ended."""
        with self._session() as db:
            number = said.About(consulta).value("certificado_id")
            certificate = db.get(CertificadoDigital, number) if isinstance(number, int) else None
            told = said.About(consulta, certificate)
            name = told.text("certificado_nome", "nome", "certificado")
            payload = ConsultaConcluida(
                certificado_nome=name,
                certificado=name,
                cnpj=told.text("cnpj"),
                tipo_documento=told.text("tipo_documento"),
                data_inicio=told.day("data_inicio"),
                data_fim=told.day("data_fim"),
                total_encontrados=told.count("total_encontrados"),
                total_importados=told.count("total_importados"),
                total_erros=told.count("total_erros"),
                data_conclusao=told.instant("data_conclusao") or self._clock.now().isoformat(),
            )
            return self._owe(db, usuario, payload)

    def enviar_resumo_diario(self, usuario: User, estatisticas: object) -> int:
        """Tell the figures of a day: a `ResumoDiario`, or a mapping with its fields; a count that is missing is 0."""
        told = said.About(estatisticas)
        payload = estatisticas if isinstance(estatisticas, ResumoDiario) else told.report(self._yesterday())
        with self._session() as db:
            return self._owe(db, usuario, payload)

    def notificar_certificado_vencendo(self, usuario: User, certificado: object, dias: int) -> int:
        """Tell that a certificate ends in so many days; with fewer than none that it has ended."""
        told = said.About(certificado)
        payload = CertificadoVencendo(
            certificado=told.text("nome", "certificado"),
            cnpj=told.text("cnpj"),
            validade=told.day("validade_fim", "validade"),
            dias=max(dias, 0),
            vencido=dias < 0,
            severidade=MOST_SEVERE if dias <= URGENT_DAYS else SEVERITIES[0],
        )
        with self._session() as db:
            return self._owe(db, usuario, payload)

    def _owe(self, db: Session, usuario: User, payload: Payload) -> int:
        """Owe the notice to each mailbox that wants it, and to no other destination."""
        usuario_id = usuario.id if isinstance(usuario, Usuario) else usuario
        told = mailbox.wanting(db, usuario_id, payload.evento, payload.dados())
        disparar_varios([Disparo.of(payload, usuario_id, somente=one) for one in told], db)
        return len(told)

    @contextmanager
    def _session(self) -> Iterator[Session]:
        if self._db is not None:
            yield self._db
            return
        with transaction() as own:
            yield own

    def _yesterday(self) -> date:
        return self._clock.now().astimezone(CoreSettings.current().zone).date() - timedelta(days=1)
