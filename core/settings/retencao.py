"""The section `[retencao]`: how long things are kept (docs/reference/retention.md)."""

from typing import ClassVar

from pydantic import Field

from core.settings.base import Days, Section


class RetentionSettings(Section):
    """How many days attempts, events, lots of files, imports, the changes of boxes and requests to the API are kept."""

    about: ClassVar[str] = "Por quanto tempo se guarda o que passou."

    tentativas_dias: Days = Field(30, description="Guarda das tentativas e das suas respostas.")
    eventos_dias: Days = Field(
        90, description="Guarda dos eventos que já não são devidos a ninguém, com as suas entregas."
    )
    lotes_dias: Days = Field(180, description="Guarda dos lotes do Questor concluídos, com a linha de cada arquivo.")
    importacoes_dias: Days = Field(
        90,
        description="Guarda do registro dos arquivos importados; os erros e os próprios documentos ficam sempre.",
    )
    historico_dias: Days = Field(365, description="Guarda das mudanças das caixas SAT e MFE.")
    pedidos_dias: Days = Field(30, description="Guarda dos pedidos feitos à API.")
