import dialogues.importing
import portal.accounts.importing
import portal.focal.importing
import resources.importing
from portal.management.loading import LoadCommand


class Command(LoadCommand):
    help = "Load organizations, resources, dialogues and indicators. What is gone from the files is left alone."
    loads = (
        portal.accounts.importing.load,
        portal.focal.importing.load,
        resources.importing.load,
        dialogues.importing.load,
    )
