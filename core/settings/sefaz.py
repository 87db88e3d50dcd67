"""The section `[sefaz]`: which environment is asked, by which addresses, whom to trust there."""

import re
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from core.fiscal import UFS
from core.settings.base import Seconds, Section, Unit, default_is

_PROVIDED = "o endereço nacional do ambiente"


def _service_url(address: str) -> str:
    """Accept the address of a service: HTTPS alone, because a certificate is shown there."""
    reason = "deve ser um endereço https, como https://servidor/caminho.asmx"
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ValueError(reason) from None
    if parts.scheme != "https" or not host or "@" in parts.netloc or port == 0 or not re.fullmatch(r"[!-~]+", address):
        raise ValueError(reason)
    return address


def _uf(sigla: str) -> str:
    if sigla.upper() not in UFS:
        raise ValueError("deve ser a sigla de um estado, como SP")
    return sigla.upper()


Url = Annotated[str, AfterValidator(_service_url)]


class SefazSettings(Section):
    """The national environment of SEFAZ."""

    about: ClassVar[str] = (
        "Distribuição de documentos e eventos do destinatário no ambiente nacional da SEFAZ. A hora de espera entre "
        "consultas é regra do serviço e não se configura."
    )

    ambiente: Annotated[int, Field(ge=1, le=2)] = Field(1, description="1: produção; 2: homologação.")
    uf: Annotated[str, AfterValidator(_uf)] | None = Field(
        None,
        description="Estado do autor das consultas, como `SP`.",
        examples=["SP"],
        json_schema_extra=default_is("o de cada empresa"),
    )
    ca: Path | None = Field(
        None,
        description="Certificados de autoridades em PEM (arquivo ou pasta), aceitos além dos públicos: as raízes da "
        "ICP-Brasil e as intermediárias que o servidor não manda.",
        examples=["/etc/esteira/icp-brasil.pem"],
        json_schema_extra=default_is("só as autoridades públicas"),
    )
    url_nfe: Url | None = Field(
        None,
        description="Endereço do NFeDistribuicaoDFe.",
        examples=["https://www1.nfe.fazenda.gov.br/NFeDistribuicaoDFe/NFeDistribuicaoDFe.asmx"],
        json_schema_extra=default_is(_PROVIDED),
    )
    url_cte: Url | None = Field(
        None,
        description="Endereço do CTeDistribuicaoDFe.",
        examples=["https://www1.cte.fazenda.gov.br/CTeDistribuicaoDFe/CTeDistribuicaoDFe.asmx"],
        json_schema_extra=default_is(_PROVIDED),
    )
    url_nfse: Url | None = Field(
        None,
        description="Base da distribuição da NFS-e nacional (ADN).",
        examples=["https://adn.nfse.gov.br/contribuintes"],
        json_schema_extra=default_is(_PROVIDED),
    )
    url_evento: Url | None = Field(
        None,
        description="Endereço do NFeRecepcaoEvento4, dos eventos do destinatário.",
        examples=["https://www.nfe.fazenda.gov.br/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx"],
        json_schema_extra=default_is(_PROVIDED),
    )
    acao_evento: Annotated[str, Field(pattern=r"^[A-Za-z0-9]+$")] = Field(
        "nfeRecepcaoEventoNF",
        description="Ação SOAP dos eventos; alguns programas usam `nfeRecepcaoEvento`.",
    )
    connect_timeout: Seconds = Field(10, description="Espera pela conexão.")
    total_timeout: Seconds = Field(60, description="Prazo de uma chamada inteira.")
    simultaneas: Annotated[int, Field(ge=1, le=200), Unit("certificados")] = Field(
        48, description="Certificados consultados ao mesmo tempo por uma rodada; os pedidos de um saem um por vez."
    )
    max_paginas: Annotated[int, Field(ge=1, le=10_000), Unit("páginas")] = Field(
        200, description="Páginas de até 50 documentos por consulta; o que passar disso fica para a próxima."
    )
    dias_conclusao: Annotated[int, Field(ge=1, le=3650), Unit("dias")] = Field(
        90,
        description="Dias desde a autorização em que o destinatário conclui sobre uma NF-e (Ajuste SINIEF 14/2026); "
        "depois conta como confirmada tacitamente.",
    )
