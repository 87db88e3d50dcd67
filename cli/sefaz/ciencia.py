"""Whether Ciência is given by itself in a company's name."""

from typing import Annotated

import typer

from cli.options import Json, Usuario
from cli.output import document, instant, plain, say
from cli.sefaz.noun import app
from core.errors import UsageError

FOLLOWS = (
    "De cada nota que chegar como resumo a Esteira dirá à SEFAZ, em nome da empresa e dentro de 10 dias da "
    "autorização, que ela sabe da operação. Isso libera o XML e obriga a empresa a concluir depois (Confirmação, "
    "Desconhecimento ou Operação não Realizada) em até {dias} dias da autorização; passados eles, conta como "
    "confirmada tacitamente."
)


@app.command()
def ciencia(
    empresa: Annotated[str, typer.Option("--empresa", help="CNPJ da empresa, com ou sem pontuação.")],
    ligar: Annotated[bool, typer.Option("--ligar", help="Dá a Ciência sozinha, de cada nota resumida.")] = False,
    desligar: Annotated[bool, typer.Option("--desligar", help="Só dá a Ciência a pedido.")] = False,
    usuario: Usuario = None,
    as_json: Json = False,
) -> None:
    """Liga ou desliga a Ciência da Operação automática de uma empresa; sem opção, diz como está."""
    from core.settings.sefaz import SefazSettings
    from flows.sefaz.manifestacoes import ciencia as setting

    if ligar and desligar:
        raise UsageError("Diga só --ligar, ou só --desligar.")
    if ligar:
        say(FOLLOWS.format(dias=SefazSettings.current().dias_conclusao))
        one = setting.ligar(empresa, usuario)
    elif desligar:
        one = setting.desligar(empresa, usuario)
    else:
        one = setting.ver(empresa, usuario)
    if as_json:
        document(plain(one))
    since = f"ligada desde {instant(one.ligada_em)}" if one.ligada else "desligada"
    say(f"Ciência automática de {one.empresa}: {since}.")
    if one.ligada and not one.certificado:
        say("Nenhum certificado em uso serve a empresa: nada sai até que haja um (`esteira certificados adicionar`).")
