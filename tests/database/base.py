from typing import Any

from django.db.backends.postgresql import base, operations

#: Made by the migrations and made again after each flush: what is there is what would be there.
SPARED = ("django_content_type", "auth_permission")


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(self, style: Any, tables: list[str], *, reset_sequences: bool = False, **options: Any) -> list[str]:
        """Delete the few rows that a test has committed. Truncating 150 tables with their indexes takes as long as
        ten tests, and so does making every permission again."""
        if reset_sequences:
            return super().sql_flush(style, tables, reset_sequences=reset_sequences, **options)
        names = [self.quote_name(table) for table in tables if table not in SPARED]
        asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)
        with self.connection.cursor() as cursor:
            cursor.execute(asked)
            filled = [row[0] for row in cursor.fetchall()]
        # As with TRUNCATE no trigger has a say: neither foreign keys, nor what keeps published minutes as they are.
        return ["SET LOCAL session_replication_role = replica;", *(f"DELETE FROM {name};" for name in filled)]


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
