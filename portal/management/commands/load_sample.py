import dialogues.issue_samples
import partners.cluster_samples
import partners.importing
from portal.management.loading import LoadCommand


class Command(LoadCommand):
    help = (
        "Load the invented companies, partner requests, clusters and issues, marked as samples. "
        "Run load_catalogue first."
    )
    loads = (
        partners.importing.load_sample,
        partners.cluster_samples.load_sample,
        dialogues.issue_samples.load_sample,
    )
