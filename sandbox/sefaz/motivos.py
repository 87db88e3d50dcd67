"""What a status says, as the service writes it (without accents).

docs/reference/contracts/sefaz.md §3.8, §4.6.
"""

MOTIVOS = {
    "108": "Servico Paralisado Momentaneamente (curto prazo)",
    "109": "Servico Paralisado sem Previsao",
    "128": "Lote de Evento Processado",
    "135": "Evento registrado e vinculado a NF-e",
    "136": "Evento registrado, mas nao vinculado a NF-e",
    "137": "Nenhum documento localizado",
    "138": "Documento(s) localizado(s)",
    "215": "Rejeicao: Falha no schema XML",
    "217": "Rejeicao: NF-e nao consta na base de dados da SEFAZ",
    "236": "Rejeicao: Chave de Acesso com digito verificador invalido",
    "239": "Rejeicao: Versao do arquivo XML nao suportada",
    "250": "Rejeicao: UF diverge da UF autorizadora",
    "252": "Rejeicao: Ambiente informado diverge do Ambiente de recebimento",
    "297": "Rejeicao: Assinatura difere do calculado",
    "298": "Rejeicao: Assinatura difere do padrao do Projeto",
    "404": "Rejeicao: Uso de prefixo de namespace nao permitido",
    "489": "Rejeicao: CNPJ informado invalido (DV ou zeros)",
    "490": "Rejeicao: CPF informado invalido (DV ou zeros)",
    "491": "Rejeicao: O tpEvento informado invalido",
    "492": "Rejeicao: O verEvento informado invalido",
    "493": "Rejeicao: Evento nao atende o Schema XML especifico",
    "494": "Rejeicao: Chave de Acesso inexistente",
    "572": "Rejeicao: Erro Atributo ID do evento nao corresponde a concatenacao dos campos",
    "573": "Rejeicao: Duplicidade de Evento",
    "575": "Rejeicao: O autor do evento diverge do destinatario da NF-e",
    "577": "Rejeicao: A data do evento nao pode ser menor que a data de emissao da NF-e",
    "578": "Rejeicao: A data do evento nao pode ser maior que a data do processamento",
    "588": "Rejeicao: Nao permitida a presenca de caracteres de edicao no inicio/fim da mensagem ou entre as tags",
    "589": "Rejeicao: Numero do NSU informado superior ao maior NSU da base de dados do Ambiente Nacional",
    "593": "Rejeicao: CNPJ-Base consultado difere do CNPJ-Base do Certificado Digital",
    "594": "Rejeicao: O numero de sequencia do evento informado e maior que o permitido",
    "596": "Rejeicao: Evento apresentado fora do prazo",
    "632": "Rejeicao: Solicitacao fora de prazo, a NF-e nao esta mais disponivel para download",
    "640": "Rejeicao: CNPJ/CPF do interessado nao possui permissao para consultar esta NF-e",
    "641": "Rejeicao: NF-e indisponivel para o emitente",
    "650": "Rejeicao: Evento de Ciencia da Operacao para NF-e Cancelada ou Denegada",
    "651": "Rejeicao: Evento de Desconhecimento da Operacao para NF-e Cancelada ou Denegada",
    "653": "Rejeicao: NF-e Cancelada, arquivo indisponivel para download",
    "654": "Rejeicao: NF-e Denegada, arquivo indisponivel para download",
    "655": "Rejeicao: Evento de Ciencia da Operacao informado apos a manifestacao final do destinatario",
    "656": "Rejeicao: Consumo Indevido",
}
CEDO = "Deve ser aguardado 1 hora para efetuar nova solicitacao caso nao existam mais documentos a serem pesquisados"
FORA_DE_ORDEM = "Deve ser utilizado o ultNSU nas solicitacoes subsequentes"
DEMAIS = "Ultrapassou o limite de 20 consultas por hora"


def indevido(regra: str) -> str:
    """Return the words of a 656 that names the rule."""
    return f"{MOTIVOS['656']} ({regra}. Tente apos 1 hora)"


def motivo(cstat: str) -> str:
    """Return the words of a status."""
    return MOTIVOS.get(cstat, "Rejeicao: Erro nao catalogado")
