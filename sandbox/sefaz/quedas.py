"""What goes wrong with this service alone; other faults are those of `sandbox.faults`."""

from sandbox import faults
from sandbox.faults import Fault
from sandbox.sefaz.envelope import SOAP11, SOAP12, fault_text


def soap_fault(texto: str = "Erro interno do servico", *, soap11: bool = False, status: int = 500) -> Fault:
    """Answer with a SOAP fault, of either version."""
    return faults.status(
        status,
        fault_text("Receiver", texto, SOAP11 if soap11 else SOAP12),
        {"Content-Type": "text/xml; charset=utf-8" if soap11 else "application/soap+xml; charset=utf-8"},
    )
