"""Several processes that import the same documents at once store each once, and tell each once."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from support.fiscal import documents, evento, events_about, nota, stored, told, user

from core.documentos.conteudo import Conteudo
from core.documentos.situacao import Situacao

pytestmark = pytest.mark.usefixtures("banco")
AMOUNT = 60


def together(*works: Callable[[], object]) -> None:
    """Do all of this at the same moment; raise what one of them raised."""
    barrier, faults = threading.Barrier(len(works)), list[BaseException]()

    def work(one: Callable[[], object]) -> None:
        try:
            barrier.wait()
            one()
        except BaseException as fault:  # noqa: BLE001 - raised below
            faults.append(fault)

    threads = [threading.Thread(target=work, args=[one]) for one in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def batches(given: Sequence[Conteudo], size: int, usuario: int) -> Callable[[], None]:
    def work() -> None:
        for at in range(0, len(given), size):
            stored(*given[at : at + size], usuario_id=usuario)

    return work


def test_the_same_documents_and_events_at_once_in_any_order() -> None:
    usuario = user("ana")
    notes = [nota(number) for number in range(1, AMOUNT + 1)]
    cancels = [evento(number) for number in range(1, AMOUNT + 1)]
    forwards, backwards = [*notes, *cancels], [*reversed(cancels), *reversed(notes)]
    mixed = [one for pair in zip(cancels, reversed(notes), strict=True) for one in pair]
    together(*(batches(given, size, usuario) for given, size in ((forwards, 25), (backwards, 20), (mixed, 15))))
    assert len(documents()) == len(events_about()) == AMOUNT
    assert {one.situacao for one in documents()} == {Situacao.CANCELADA}
    assert all(one.documento_id is not None and one.aplicado for one in events_about())
    assert Counter(told()) == {"nfe_importada": AMOUNT, "documento_atualizado": AMOUNT}
