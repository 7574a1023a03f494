from portal.management.loading import LoadCommand
from portal.reference.importing import load


class Command(LoadCommand):
    help = "Load economies, agreements, topics and sectors. What is gone from the files is left alone."
    loads = (load,)
