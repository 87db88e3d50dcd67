"""The national SEFAZ in miniature: distribution of NF-e and CT-e by NSU, and events of the recipient, by its rules.

docs/reference/contracts/sefaz.md.
"""

from sandbox.sefaz.autoridade import Autoridade, Cliente
from sandbox.sefaz.quedas import soap_fault
from sandbox.sefaz.server import SefazServer
from sandbox.sefaz.textos import Nota, bomba, comprimido

__all__ = ["Autoridade", "Cliente", "Nota", "SefazServer", "bomba", "comprimido", "soap_fault"]
