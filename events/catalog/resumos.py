"""One mail in the place of many. It is recorded for one mailbox; what it tells of are the deliveries folded into it."""

from events.catalog.payload import Payload

EMAIL = frozenset({"email"})


class DocumentosImportados(Payload):
    """More documents were imported than anybody wants a mail for each."""

    evento, rotulo, do_usuario, sempre, so_para = "documentos_importados", "Documentos importados", True, True, EMAIL


class ErrosImportacao(Payload):
    """More files failed than anybody wants a mail for each."""

    evento, rotulo, do_usuario, sempre, so_para = "erros_importacao", "Erros na importação", True, True, EMAIL
