"""What Ploomes' answers mean where they are no answers.

docs/reference/contracts/ploomes.md §2, §3.
"""

from connectors.base.faults import Blocked, Unintelligible
from connectors.base.table import DEFAULT, Row

TABLE = DEFAULT.changed({401: Row(Blocked, "a User-Key foi recusada (HTTP {status})")})
NO_ROWS = Row(Unintelligible, "a resposta não traz uma lista de registros")
NOT_MADE = Row(Unintelligible, "a resposta não diz o que foi criado", may_be_stored=True)
UNFILTERED = Row(Unintelligible, "a lista traz registros que não foram pedidos: o filtro foi ignorado")
UNTAGGED = Row(
    Unintelligible, "a lista traz registros sem as etiquetas pedidas: o filtro foi ignorado (ploomes.tag_filter)"
)
UNORDERED = Row(Unintelligible, "a lista não vem na ordem pedida")
MISSING = Row(Unintelligible, "a lista acabou antes do total que a conta informa")
