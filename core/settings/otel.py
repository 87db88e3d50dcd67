"""The section `[otel]`: where traces go, if anywhere."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr

from core.settings.base import Section, Unit, checked_base_url, default_is


class OtelSettings(Section):
    """Traces over OTLP/HTTP, with the extra `otel`."""

    about: ClassVar[str] = (
        "Rastros do OpenTelemetry, do pedido ou da agenda até a chamada entregue. Só com o extra `otel` instalado."
    )

    endereco: Annotated[str, AfterValidator(checked_base_url)] | None = Field(
        None,
        description="Coletor OTLP/HTTP, sem caminho: os rastros vão para `/v1/traces` dele.",
        examples=["http://127.0.0.1:4318"],
        json_schema_extra=default_is("nenhum rastro é feito"),
    )
    autorizacao: SecretStr | None = Field(
        None,
        description="Cabeçalho `Authorization` para o coletor.",
        examples=["<autorizacao>"],
        json_schema_extra=default_is("nenhum"),
    )
    proporcao: Annotated[float, Unit("de 0 a 1")] = Field(
        1.0, ge=0, le=1, description="Parte dos rastros que é enviada; um rastro vai inteiro ou não vai."
    )
