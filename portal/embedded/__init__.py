"""PostgreSQL and Redis without installing a server: the programs come from two wheels, we own the processes.

    with Servers(Path("var")) as servers:
        connect(servers.database_url)

Started by the `demo` command and by the test session, never by settings.py. Needs no Django settings.
"""

from portal.embedded.places import EmbeddedError
from portal.embedded.servers import Servers

__all__ = ["EmbeddedError", "Servers"]
