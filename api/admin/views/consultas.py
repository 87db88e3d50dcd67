"""Consultations of SEFAZ. docs/reference/contracts/integracoes.md §10.2."""

from typing import Any

from sqlalchemy import Select

from api.admin.parts import Coluna, Escolha, Periodo
from api.admin.table import Tabela
from storage.models.certificados import CertificadoDigital
from storage.models.sefaz import ConsultaSEFAZ, EstadoConsulta


class Consultas(Tabela, model=ConsultaSEFAZ):
    """Consultations."""

    name, name_plural, caminho = "Consulta", "Consultas SEFAZ", "consultasefaz"
    colunas = (
        Coluna("certificado", "Certificado", CertificadoDigital.nome),
        Coluna("tipo_documento", "Tipo", ConsultaSEFAZ.tipo_documento),
        Coluna("status", "Situação", ConsultaSEFAZ.status),
        Coluna("data_inicio", "De", ConsultaSEFAZ.data_inicio),
        Coluna("data_fim", "Até", ConsultaSEFAZ.data_fim),
        Coluna("total_encontrados", "Encontrados", ConsultaSEFAZ.total_encontrados),
    )
    detalhes = (
        Coluna("data_consulta", "Pedida em", ConsultaSEFAZ.data_consulta),
        Coluna("data_conclusao", "Concluída em", ConsultaSEFAZ.data_conclusao),
        Coluna("total_importados", "Importados", ConsultaSEFAZ.total_importados),
        Coluna("total_erros", "Erros", ConsultaSEFAZ.total_erros),
        Coluna("mensagem_erro", "Erro", ConsultaSEFAZ.mensagem_erro),
        Coluna("log_detalhado", "Registro", ConsultaSEFAZ.log_detalhado),
    )
    filtros = (
        Escolha("status", "Situação", ConsultaSEFAZ.status, tuple(EstadoConsulta)),
        Escolha("tipo_documento", "Tipo", ConsultaSEFAZ.tipo_documento),
        Periodo("data", "Pedida", ConsultaSEFAZ.data_consulta),
    )
    buscados = (CertificadoDigital.nome, CertificadoDigital.cnpj)

    def base(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return a query of consultations with their certificates."""
        return query.join(CertificadoDigital, CertificadoDigital.id == ConsultaSEFAZ.certificado_id)


TABELA = Consultas
