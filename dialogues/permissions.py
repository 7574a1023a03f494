"""Who may do what in a dialogue. Officials act only where their economy is a Party; firms take part."""

from typing import Any

from dialogues.models import Commitment, Dialogue, Issue, Registration, Session
from portal.accounts.permissions import chamber_ids, company_ids, delegation, organization_ids
from portal.reference.models import Economy


def acts_in(user: Any, dialogue: Dialogue) -> bool:
    """Whether she is an official of one of the Parties."""
    return not dialogue.party_codes.isdisjoint(delegation(user))


def can_create_session(user: Any, dialogue: Dialogue) -> bool:
    return acts_in(user, dialogue)


def can_name_cases(user: Any, dialogue: Dialogue) -> bool:
    """Say which success cases came from it."""
    return acts_in(user, dialogue)


def can_run(user: Any, session: Session) -> bool:
    """Revise, schedule, reschedule, cancel, start and close it, and keep its agenda: any Party's officials.

    The Parties are of equal weight: the host has no right the others lack.
    """
    return acts_in(user, session.dialogue)


def can_register(user: Any, session: Session) -> bool:
    """Anyone signed in for a session open to the public; for the others only officials of the Parties."""
    return user.is_authenticated and (session.is_public or acts_in(user, session.dialogue))


def can_cancel_registration(user: Any, registration: Registration) -> bool:
    """Her own; or, for officials of the Parties, anybody's."""
    return user.is_authenticated and (registration.user_id == user.pk or acts_in(user, registration.session.dialogue))


def can_set_registration(user: Any, session: Session) -> bool:
    """Say when people register, how many places there are and what they are asked."""
    return acts_in(user, session.dialogue)


def can_invite(user: Any, session: Session) -> bool:
    """Ask people and organizations, in the name of the Parties."""
    return acts_in(user, session.dialogue)


def can_write_to_participants(user: Any, session: Session) -> bool:
    """Send a message to who takes part in it, in the name of the Parties: who may invite them."""
    return can_invite(user, session)


def can_write_to_members(user: Any, dialogue: Dialogue) -> bool:
    """Send a message to who belongs to it: any Party's officials."""
    return acts_in(user, dialogue)


def can_write_to_concerned(user: Any, issue: Issue) -> bool:
    """Send a message to who raised, endorsed or follows it: who answers it."""
    return can_triage(user, issue)


def can_note_attendance(user: Any, session: Session) -> bool:
    """Check people in at the door and note who was there."""
    return acts_in(user, session.dialogue)


def can_see_people(user: Any, session: Session) -> bool:
    """Names of the registered; everybody else sees only how many there are."""
    return acts_in(user, session.dialogue)


def can_join(user: Any, session: Session, registration: Registration | None) -> bool:
    """Whether the link to join is shown to her: officials of the Parties and confirmed registrations."""
    if acts_in(user, session.dialogue):
        return True
    return registration is not None and registration.status == Registration.Status.CONFIRMED


def can_keep_documents(user: Any, session: Session) -> bool:
    """Add, replace and take off its papers, and look into earlier versions."""
    return acts_in(user, session.dialogue)


def can_write_minutes(user: Any, session: Session) -> bool:
    return acts_in(user, session.dialogue)


def can_sign(user: Any, economy_code: str) -> bool:
    """Agree with minutes for a Party: its own officials."""
    return economy_code in delegation(user)


def can_keep(user: Any, commitment: Commitment) -> bool:
    """Report on a commitment: people of the organization that owns it, and officials of the Parties."""
    return commitment.owner_id in organization_ids(user) or acts_in(user, commitment.session.dialogue)


def can_name_lead(user: Any, commitment: Commitment) -> bool:
    """Say who sees to it: people of the organization that owns it, who know each other."""
    return commitment.owner_id in organization_ids(user)


def can_run_initiatives(user: Any, dialogue: Dialogue) -> bool:
    """Write down what a session set out to do, and how it stands."""
    return acts_in(user, dialogue)


def can_add_figures(user: Any, dialogue: Dialogue) -> bool:
    """Add figures under the dialogue's agreement, and take back what was added here."""
    return acts_in(user, dialogue)


def can_see_history(user: Any, session: Session) -> bool:
    return acts_in(user, session.dialogue)


def can_raise_issues(user: Any) -> bool:
    """Begin an issue: people of firms and of verified chambers. For which firms, ``filing.voices`` knows."""
    return bool(company_ids(user) or chamber_ids(user))


def is_of_issue(user: Any, issue: Issue) -> bool:
    """Whether she is on the side that raised it: of the firm, or of the chamber that speaks for it. Who filed it and
    has left since is not."""
    return issue.organization_id in organization_ids(user) or issue.chamber_id in chamber_ids(user)


def can_edit_issue(user: Any, issue: Issue) -> bool:
    """Write on: only while it is a draft, and only on its own side."""
    return issue.status == Issue.Status.DRAFT and is_of_issue(user, issue)


def can_withdraw_issue(user: Any, issue: Issue) -> bool:
    """Take it back while nobody has put it on an agenda or answered it."""
    return issue.may(Issue.Status.WITHDRAWN) and is_of_issue(user, issue)


def can_endorse(user: Any, issue: Issue) -> bool:
    """Say that it affects her firm too: people of firms and chambers, while a public issue is not settled."""
    return issue.takes_endorsements and bool(company_ids(user) or chamber_ids(user))


def can_follow_issue(user: Any, issue: Issue) -> bool:
    """Hear of each step: anyone signed in, of what everybody may read."""
    return user.is_authenticated and issue.is_public


def can_settle(user: Any, dialogue: Dialogue) -> bool:
    """Change its charter, its clocks and the order in which the Parties host: any Party's officials."""
    return acts_in(user, dialogue)


def can_set_hours(user: Any, dialogue: Dialogue, economy: Economy) -> bool:
    """Say when a Party's officials work: only they themselves."""
    return economy.code in delegation(user) and economy.code in dialogue.party_codes


def can_confirm(user: Any, session: Session, economy: Economy) -> bool:
    """Say that a Party's delegation will be there: only its own officials."""
    return economy.code in delegation(user) and economy.code in session.dialogue.party_codes


def can_triage(user: Any, issue: Issue) -> bool:
    """Take up, answer, refer, decline, merge, resolve, put on an agenda: officials of any Party, once it is filed."""
    return issue.status not in {Issue.Status.DRAFT, Issue.Status.WITHDRAWN} and acts_in(user, issue.dialogue)


def can_approve_text(user: Any, issue: Issue) -> bool:
    """Approve a public text: an official of a Party who did not write it."""
    return can_triage(user, issue) and issue.public_by_id != user.pk


def can_reopen_issue(user: Any, issue: Issue) -> bool:
    """Say that an answer does not help: who raised it, who endorsed it, and officials of the Parties."""
    if not user.is_authenticated:
        return False
    if is_of_issue(user, issue) or can_triage(user, issue):
        return True
    return issue.endorsements.filter(organization__in=organization_ids(user)).exists()
