"""Sentences for people, for the codes with which files and archives are refused (`folder`, `files`, `abertura`)."""

MOTIVOS: dict[str, str] = {
    "vazio": "o arquivo está vazio",
    "so_nulos": "o arquivo só tem bytes nulos: a gravação em disco se perdeu",
    "nao_e_xml": "o arquivo não é XML",
    "codificacao": "não se sabe em que codificação está o texto",
    "doctype": "o XML traz um DOCTYPE (DTD), que não se aceita",
    "xml_invalido": "o XML está mal formado",
    "grande_demais": "o arquivo é grande demais",
    "ilegivel": "o arquivo não pôde ser lido",
    "pasta_ilegivel": "a pasta não pôde ser lida",
    "ligacao": "é uma ligação (link), que não se segue",
    "nao_e_arquivo": "não é um arquivo comum",
    "caminho_longo_demais": "o caminho do arquivo é longo demais",
    "nome_repetido": "o ZIP tem outro arquivo de mesmo nome, que é o que vale",
    "sobra_do_macos": "é uma sobra que o macOS põe em ZIPs",
    "zip_invalido": "o ZIP está danificado",
    "zip_protegido": "o arquivo dentro do ZIP tem senha",
    "zip_metodo": "o arquivo está compactado de um modo que não se lê aqui; compacte de novo como ZIP comum",
    "zip_grande_demais": "o ZIP tem arquivos demais",
    "zip_sem_xml": "o ZIP não traz nenhum XML",
    "zip_dentro_de_zip": "é um ZIP dentro de outro ZIP; extraia-o antes",
    "erro_de_leitura": "a leitura falhou; o log da Esteira diz onde",
}


def frase(motivo: str, mensagem: str | None = None) -> str:
    """Return what is to be told: the sentence that came with a code, or the code's own."""
    return mensagem or MOTIVOS.get(motivo, motivo)
