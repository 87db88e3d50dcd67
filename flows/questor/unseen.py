"""The places into which a walk could not look: whatever stood there may still do so."""

import os

from core.documentos.folder import Found
from core.documentos.paths import found


class Unseen:
    """Folders, ZIPs and files of which a walk learned nothing."""

    def __init__(self) -> None:
        self._places: set[bytes] = set()

    def add(self, place: Found) -> None:
        """Note a place."""
        path, _ = found(place.caminho, codificado=place.codificado)
        self._places.add(path.removesuffix(b"/"))

    def has(self, caminho: str, *, codificado: bool) -> bool:
        """Tell whether a path is one of them or inside one."""
        path, _ = found(caminho, codificado=codificado)
        while path and path not in self._places:
            path = os.path.dirname(path)
        return path in self._places
