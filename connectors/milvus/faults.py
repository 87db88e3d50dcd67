"""What Milvus' answers mean where they are no answers.

docs/reference/contracts/milvus.md §4.
"""

from connectors.base.faults import Blocked, Unintelligible
from connectors.base.table import DEFAULT, Row


class TokenRefused(Blocked):
    """O Milvus recusou o token."""


TABLE = DEFAULT.changed({401: Row(TokenRefused, "o token foi recusado (HTTP {status})")})
NO_LIST = Row(Unintelligible, "a resposta não traz uma lista")
NO_NUMBER = Row(Unintelligible, "a resposta não diz o número do que foi criado", may_be_stored=True)
NOT_DONE = Row(Unintelligible, "a resposta não diz que foi feito", may_be_stored=True)
NO_WORD = Row(Unintelligible, "a resposta não diz se um chamado pode ser aberto")
UNFILTERED = Row(Unintelligible, "a busca por documento trouxe outros clientes: o filtro foi ignorado")
