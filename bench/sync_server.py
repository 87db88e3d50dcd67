"""Ploomes and Milvus in a process of their own, with so many contacts and events; it says what was asked of them.

`python -m bench.sync_server --contatos N --eventos N`
"""

import argparse
import itertools
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from core.fiscal import digitos_cnpj
from sandbox.milvus import MilvusServer
from sandbox.ploomes import PloomesServer

KEY, TAG = "chave-de-exemplo-1", 40001  # pragma: allowlist secret
BEGIN = datetime(2026, 7, 1, tzinfo=UTC)


def main() -> None:
    """Serve until stdin ends; each line on it is a question."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--contatos", type=int, required=True)
    arguments.add_argument("--eventos", type=int, required=True)
    given = arguments.parse_args()
    with PloomesServer(KEY) as ploomes, MilvusServer(KEY) as milvus:
        fill(ploomes, given.contatos, given.eventos)
        print(ploomes.url.rpartition(":")[2], flush=True)
        for _ in sys.stdin:
            asked = {"ploomes": sum(ploomes.requests.values()), "milvus": sum(milvus.requests.values())}
            made = {"clientes": len(milvus.clientes), "chamados": len(milvus.chamados)}
            print(json.dumps({"url": milvus.url, **made, "pedidos": asked}), flush=True)


def fill(ploomes: PloomesServer, contacts: int, events: int) -> None:
    """Add contacts, and tasks and interactions of them, half each."""
    ploomes.add("Tags", Id=TAG, Name="INSTALAÇÃO")
    made = [BEGIN + timedelta(minutes=number) for number in range(max(contacts, events))]
    ids = []
    for number in range(contacts):
        base = f"{10_000_001 + number}0001"
        fields: dict[str, Any] = {"Name": f"Cliente {number}", "TypeId": 1, "CNPJ": base + digitos_cnpj(base)}
        row = ploomes.add("Contacts", CreateDate=ploomes.date_text(made[number]), **fields)
        ids.append(row["Id"])
    for number, contact in zip(range(events), itertools.cycle(ids)):
        entity = ("Tasks", "InteractionRecords")[number % 2]
        text: dict[str, Any] = {"Title": f"Visita {number}"} if entity == "Tasks" else {"Content": f"Ligação {number}"}
        when = ploomes.date_text(made[number])
        ploomes.add(entity, ContactId=contact, CreateDate=when, Tags=[{"TagId": TAG}], **text)


if __name__ == "__main__":
    main()
