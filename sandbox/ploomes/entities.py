"""The entities, their fields and what one leads to from another.

docs/reference/contracts/ploomes.md §4, §5, §6.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

_PLACE = ("StreetAddress", "StreetAddressNumber", "StreetAddressLine2", "Neighborhood", "ZipCode", "CityId", "StateId")
_TIMES = ("CreateDate", "LastUpdateDate")


@dataclass(frozen=True)
class Entity:
    """One entity: plain fields, lists and objects that come only when they are expanded, what a new one must have.

    `many` leads to the fields of the items of a list kept in the row; `one` to (entity, field with its id).
    """

    fields: tuple[str, ...]
    many: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    one: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    required: tuple[str, ...] = ()


TAGS = {"Tags": ("TagId",)}
ENTITIES = {
    "Contacts": Entity(
        (
            "Id",
            "TypeId",
            "Name",
            "LegalName",
            "Register",
            "CNPJ",
            "CPF",
            "Email",
            "Website",
            "Note",
            "Birthday",
            *_PLACE,
            "CompanyId",
            "OwnerId",
            "OriginId",
            "StatusId",
            *_TIMES,
        ),
        {
            **TAGS,
            "Phones": ("PhoneNumber", "TypeId", "CountryId"),
            "OtherProperties": ("FieldKey", "FieldId", "StringValue", "IntegerValue"),
        },
        {"City": ("Cities", "CityId"), "Company": ("Contacts", "CompanyId")},
        ("Name",),
    ),
    "Tasks": Entity(
        (
            "Id",
            "Title",
            "Description",
            "DateTime",
            "ContactId",
            "DealId",
            "TypeId",
            "OwnerId",
            "CreatorId",
            "Finished",
            "FinishDate",
            *_TIMES,
        ),
        TAGS,
        {"Contact": ("Contacts", "ContactId"), "Deal": ("Deals", "DealId")},
        ("Title",),
    ),
    "InteractionRecords": Entity(
        ("Id", "Content", "Date", "ContactId", "DealId", "TypeId", "CreatorId", *_TIMES),
        TAGS,
        {"Contact": ("Contacts", "ContactId"), "Deal": ("Deals", "DealId")},
        ("Content",),
    ),
    "Deals": Entity(("Id", "Title", "ContactId", *_TIMES), TAGS, {"Contact": ("Contacts", "ContactId")}),
    "Cities": Entity(("Id", "Name", "StateId"), {}, {"State": ("States", "StateId")}),
    "States": Entity(("Id", "Name", "Short")),
    "Tags": Entity(("Id", "Name", "EntityId", "Color"), required=("Name",)),
    "Webhooks": Entity(
        ("Id", "EntityId", "ActionId", "CallbackUrl", "ValidationKey", "Active"),
        required=("EntityId", "ActionId", "CallbackUrl", "ValidationKey"),
    ),
    "Account": Entity(("Id", "Name")),
}
