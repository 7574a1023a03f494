"""Reading what people write about partners, by kind and in the four languages; see partners/conditions.py."""
