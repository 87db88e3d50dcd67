"""What is done from the page: an action of a card, for who pressed its button."""

from api.painel.panel import panels, panels_of
from core.errors import NotFound
from core.logs import get_logger
from flows.usuarios.tokens import Quem

UNKNOWN = "Esta ação não existe, ou não é sua."
LONGEST = 200
log = get_logger(__name__)


def waits(cartao: str, acao: str) -> bool:
    """Tell whether an action is a trial, which waits for somebody else's server."""
    panel = panels().get(cartao)
    return panel is not None and acao in panel.testes


def act(quem: Quem, cartao: str, acao: str, alvo: str) -> str:
    """Do it and return the sentence for who asked; raise `NotFound` for what is not theirs, or what the flow raises."""
    panel = panels_of(quem.caller).get(cartao)
    done = panel.acoes.get(acao) if panel else None
    if done is None or not alvo or len(alvo) > LONGEST:
        raise NotFound(UNKNOWN)
    said = done(quem, alvo)
    log.info("done from the page", user=quem.username, card=cartao, action=acao, target=alvo)
    return said
