"""A company is to be consulted by itself and cannot be: its state is unknown, or its CNPJ is another user's already."""

from collections.abc import Iterator

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from alerts.judgement import WARNING, Judgement
from alerts.moment import Moment
from core.fiscal import formatar_documento
from core.settings.sefaz import SefazSettings
from storage.models.certificados import CertificadoDigital
from storage.models.empresas import Empresa
from storage.models.sefaz import Contribuinte
from storage.models.usuarios import Usuario

CODIGO = "impedida"
NO_STATE = "falta o estado dela. Diga-o no cadastro da empresa (`esteira empresas criar`), ou em sefaz.uf"
OTHERS = (
    "a SEFAZ tem uma só numeração por CNPJ, e a deste já é consultada para outro usuário. Desative a empresa de um dos "
    "dois"
)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each company that a certificate is to consult by itself."""
    settings = SefazSettings.current()
    holder = aliased(Empresa)
    # the certificate of the same owner and the same base
    automatic = (
        exists()
        .where(CertificadoDigital.base == func.substr(Empresa.cnpj, 1, 8))
        .where(CertificadoDigital.ativo, CertificadoDigital.consulta_automatica)
        .where(holder.id == CertificadoDigital.empresa_id)
        .where(holder.usuario_id.is_not_distinct_from(Empresa.usuario_id))
    )
    query = (
        select(Empresa.id, Empresa.cnpj, Empresa.uf, Usuario.username, Contribuinte.empresa_id)
        .join(Usuario, Usuario.id == Empresa.usuario_id, isouter=True)
        .join(
            Contribuinte,
            (Contribuinte.cnpj == Empresa.cnpj) & (Contribuinte.ambiente == settings.ambiente),
            isouter=True,
        )
        .where(Empresa.ativa, Usuario.ativo.is_not(False), automatic)
    )
    for number, cnpj, uf, user, asked_for in moment.db.execute(query.order_by(Empresa.id)):
        why = NO_STATE if not (uf or settings.uf) else OTHERS if asked_for not in (None, number) else None
        yield _judged(cnpj, user, why)


def _judged(cnpj: str, user: str | None, why: str | None) -> Judgement:
    shown = formatar_documento(cnpj)
    return Judgement(
        objeto=f"{user}/{cnpj}" if user else cnpj,
        codigo=CODIGO,
        severidade=WARNING,
        ativo=why is not None,
        mensagem=f"A empresa {shown} não pode ser consultada na SEFAZ: {why}.",
        resolvido=f"A empresa {shown} pode ser consultada na SEFAZ.",
        rotulos={"empresa": cnpj} | ({"usuario": user} if user else {}),
    )
