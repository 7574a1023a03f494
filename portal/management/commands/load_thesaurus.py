from portal.management.loading import LoadCommand
from portal.search.loading import load


class Command(LoadCommand):
    help = "Load the trade thesaurus that search uses. What administrators edited and what is gone is left alone."
    loads = (load,)
