"""The noun itself."""

from cli.portuguese import Noun

app = Noun("Distribuição de documentos pela SEFAZ.")
