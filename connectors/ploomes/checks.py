"""What may be wrong with an account without any request failing."""

from collections.abc import Collection

from connectors.ploomes.client import Ploomes
from connectors.ploomes.rows import Hook


def missing_tags(ploomes: Ploomes, tag_ids: Collection[int]) -> list[int]:
    """Return the tags that the account does not have."""
    known = ploomes.tags() if tag_ids else {}
    return sorted(set(tag_ids) - set(known))


def sleeping_hooks(ploomes: Ploomes) -> list[Hook]:
    """Return the webhooks that the vendor has switched off."""
    return [hook for hook in ploomes.hooks() if not hook.active]
