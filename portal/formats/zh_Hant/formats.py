"""Numbers as 218,382, as Taiwan's offices write them; Django has no separator here."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
