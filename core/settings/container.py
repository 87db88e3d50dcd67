"""The section `[container]`: what only serves where each process has a container of its own."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from core.settings.base import Section, default_is


class ContainerSettings(Section):
    """Files by which containers of one machine tell of themselves."""

    about: ClassVar[str] = (
        "O que só serve em contêineres: arquivos pelos quais se vê, quase sem custo, se um processo vive e trabalha."
    )

    heartbeat_file: Path | None = Field(
        None,
        description="Arquivo que um worker renova enquanto recebe mensagens do broker, e o beat enquanto banco"
        " e broker lhe respondem: a verificação de saúde olha a idade dele.",
        examples=["/run/esteira/batimento"],
        json_schema_extra=default_is("nenhum arquivo"),
    )
    presence_dir: Path | None = Field(
        None,
        description="Pasta comum aos contêineres de uma máquina, onde cada um tranca um arquivo seu: o que um contêiner"
        " removido tinha em mãos é devolvido logo, sem esperar o prazo. Um disco da própria máquina, nunca da rede.",
        examples=["/var/lib/esteira/presenca"],
        json_schema_extra=default_is("espera-se o prazo"),
    )
