"""Ploomes CRM in miniature: contacts, tasks and interaction records behind OData, with the manners of the real one."""

from sandbox.ploomes.server import PloomesServer, Quirks, empty_page

__all__ = ["PloomesServer", "Quirks", "empty_page"]
