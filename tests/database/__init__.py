"""``ENGINE`` of the tests' database: PostgreSQL that is emptied quickly after tests that commit."""
