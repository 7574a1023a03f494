import partners.importing
from portal.management.loading import LoadCommand


class Command(LoadCommand):
    help = "Load the invented companies and partner requests, marked as samples. Run load_catalogue first."
    loads = (partners.importing.load_sample,)
