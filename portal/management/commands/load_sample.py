import dialogues.issue_samples
import partners.importing
from portal.management.loading import LoadCommand


class Command(LoadCommand):
    help = "Load the invented companies, partner requests and issues, marked as samples. Run load_catalogue first."
    loads = (partners.importing.load_sample, dialogues.issue_samples.load_sample)
