"""Ploomes CRM: contacts, tasks and interaction records, read to an end that is proven, and contacts made there."""

from connectors.ploomes.client import Ploomes
from connectors.ploomes.paging import Page
from connectors.ploomes.rows import INTERACTIONS, TASKS, Contact, Hook, Item

__all__ = ["INTERACTIONS", "TASKS", "Contact", "Hook", "Item", "Page", "Ploomes"]
