"""The full document of a note was asked for days ago, and does not come.

docs/reference/contracts/sefaz.md §4.1: it may take minutes, in some states up to two days.
"""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, or_, select

from alerts.judgement import Judgement
from alerts.moment import Moment
from alerts.sefaz.empresas import consultadas
from core.documentos.manifestacao import LIBERAM, SEM_EFEITO
from core.settings.sefaz import SefazSettings
from core.text import plural
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.manifestacoes import EstadoManifestacao, ManifestacaoSEFAZ

CODIGO = "xml_atrasado"
PATIENCE, KEPT = timedelta(days=3), timedelta(days=90)


def judge(moment: Moment) -> Iterator[Judgement]:
    """Yield one judgement for each company that is consulted."""
    said = ManifestacaoSEFAZ
    asked = select(said.id).where(
        said.chave == Documento.chave,
        said.empresa_id == Documento.empresa_id,
        said.tipo.in_(LIBERAM),
        said.estado == EstadoManifestacao.REGISTRADO.value,
        said.ambiente == SefazSettings.current().ambiente,
        said.registrada_em <= moment.now - PATIENCE,
    )
    query = select(Documento.empresa_id, func.count()).join(Empresa, Empresa.id == Documento.empresa_id)
    query = query.where(
        ~Documento.completo,
        Documento.recebido_em > moment.now - KEPT,
        Documento.especie == "nfe",
        Documento.situacao.not_in(SEM_EFEITO),
        or_(Documento.emit_cnpj.is_(None), Documento.emit_cnpj != Empresa.cnpj),
        asked.exists(),
    )
    late = {row[0]: row[1] for row in moment.db.execute(query.group_by(Documento.empresa_id))}
    for one in consultadas(moment):
        notes = late.get(one.id, 0)
        yield one.judged(
            CODIGO,
            notes,
            f"De {plural(notes, 'nota', 'notas')} da empresa {one.nome} o XML foi pedido há mais de "
            f"{PATIENCE.days} dias e não chegou. Confira se as consultas dão certo (`esteira sefaz estado`) e se outro "
            "programa não consulta este CNPJ; `esteira sefaz aguardados` mostra quais são, e "
            "`esteira sefaz buscar CHAVE` pergunta por uma.",
            f"O XML de nenhuma nota da empresa {one.nome} está atrasado.",
        )
