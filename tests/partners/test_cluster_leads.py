"""The lead of a cluster is handed to a member that agrees, without an administrator."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from partners import cluster_leads, clusters, desk
from partners.models import Cluster
from portal.activity.models import Activity
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.gatherings import ClusterFactory, ClusterMemberFactory
from tests.partners.test_clusters import refusal
from tests.partners.test_interests import race, refused, told
from tests.partners.test_pages import asked


@pytest.fixture
def cluster(chamber_mx, reviewer):
    return ClusterFactory(lead=chamber_mx, name="Mango of the Isthmus")


@pytest.fixture
def member(cluster, firm_mx, owner_mx):
    return ClusterMemberFactory(cluster=cluster, company=firm_mx)


@pytest.fixture
def offered(member, reviewer):
    return cluster_leads.offer(member, by=reviewer)


@pytest.mark.django_db
class TestHandingOver:
    def test_nothing_changes_before_the_member_agrees(self, offered, chamber_mx, owner_mx):
        assert Cluster.objects.get().lead == chamber_mx
        assert told("cluster_lead_offered") == ["marisol@istmo.example"]
        (waiting,) = desk.waiting_for(owner_mx)
        assert waiting.title == "Mangos del Istmo is asked to lead “Mango of the Isthmus”"
        assert (waiting.url, waiting.since) == (offered.get_absolute_url(), offered.lead_offered_at)

    def test_the_member_takes_the_lead_and_all_are_told(
        self, offered, firm_mx, owner_mx, owner_us, firm_us, mailoutbox, django_capture_on_commit_callbacks
    ):
        ClusterMemberFactory(cluster=offered, company=firm_us)
        with django_capture_on_commit_callbacks(execute=True):
            taken = cluster_leads.take(offered, by=owner_mx)
        assert (taken.lead, taken.lead_offered_to) == (firm_mx, None)
        assert told("cluster_lead_taken") == ["nora@cascade.example", "ramiro@camara.example"]
        (mail,) = [mail for mail in mailoutbox if "nora@" in mail.to[0]]
        assert mail.subject == "Mangos del Istmo leads the cluster “Mango of the Isthmus” now"
        assert "Cámara del Sur has handed the lead" in mail.body
        assert [row.verb for row in Activity.objects.order_by("pk")] == ["lead_offered", "lead_taken"]
        assert desk.waiting_for(owner_mx) == []

    def test_a_firm_that_handed_it_on_stays_a_member_and_may_leave(self, cluster, member, firm_us, owner_us, owner_mx):
        Cluster.objects.update(lead=member.company)
        next_one = ClusterMemberFactory(cluster=cluster, company=firm_us)
        member.refresh_from_db()
        assert refusal(clusters.end, member, by=owner_mx) == "lead"
        cluster_leads.take(cluster_leads.offer(next_one, by=owner_mx), by=owner_us)
        assert clusters.end(member, by=owner_mx).status == "ended"
        assert refusal(clusters.end, next_one, by=owner_us) == "lead"

    def test_a_polite_no_leaves_the_lead_where_it_is(self, offered, chamber_mx, owner_mx, member, reviewer):
        refusing = cluster_leads.refuse(offered, by=owner_mx)
        assert (refusing.lead, refusing.lead_offered_to) == (chamber_mx, None)
        assert told("cluster_lead_refused") == ["ramiro@camara.example"]
        assert cluster_leads.offer(member, by=reviewer).lead_offered_to == member.company

    def test_an_answer_that_comes_late_is_none_for_the_member_that_is_asked_now(
        self, offered, cluster, firm_us, owner_us, reviewer, owner_mx
    ):
        late = Cluster.objects.select_related("lead_offered_to").get()
        next_one = ClusterMemberFactory(cluster=cluster, company=firm_us)
        cluster_leads.take_back(offered, by=reviewer)
        cluster_leads.offer(next_one, by=reviewer)
        for verb in (cluster_leads.take, cluster_leads.refuse):
            assert refusal(verb, late, by=owner_mx) == "illegal_move"
        assert Cluster.objects.get().lead_offered_to == firm_us

    def test_the_question_can_be_taken_back(self, offered, reviewer, owner_mx):
        cluster_leads.take_back(offered, by=reviewer)
        for verb in (cluster_leads.take, cluster_leads.refuse, cluster_leads.take_back):
            assert refusal(verb, Cluster.objects.get(), by=owner_mx) == "illegal_move"

    def test_who_leaves_is_not_asked_any_more(self, offered, member, owner_mx):
        clusters.end(member, by=owner_mx)
        assert Cluster.objects.get().lead_offered_to is None
        assert refusal(cluster_leads.take, offered, by=owner_mx) == "illegal_move"


@pytest.mark.django_db
class TestRefusals:
    @pytest.mark.parametrize("state", ["asked", "invited"])
    def test_only_members_are_asked(self, cluster, reviewer, state):
        company = ClusterMemberFactory(cluster=cluster, **{state: True})
        join(UserFactory(), company.company)
        assert refusal(cluster_leads.offer, company, by=reviewer) == "not_a_member"

    def test_one_member_at_a_time(self, offered, firm_us, owner_us, reviewer):
        another = ClusterMemberFactory(cluster=offered, company=firm_us)
        assert refusal(cluster_leads.offer, another, by=reviewer) == "waits"

    def test_a_firm_without_a_manager_cannot_answer(self, cluster, reviewer, ward):
        assert (
            refusal(cluster_leads.offer, ClusterMemberFactory(cluster=cluster, company=ward), by=reviewer) == "nobody"
        )

    def test_who_leads_it_is_not_asked(self, cluster, member, owner_mx):
        Cluster.objects.update(lead=member.company)
        member.refresh_from_db()
        assert refusal(cluster_leads.offer, member, by=owner_mx) == "lead"

    def test_nobody_leads_more_than_ten(self, offered, firm_mx, owner_mx):
        ClusterFactory.create_batch(clusters.MOST_LED, lead=firm_mx)
        assert refusal(cluster_leads.take, offered, by=owner_mx) == "most_led"


@pytest.mark.django_db
class TestPages:
    def test_from_the_question_to_the_lead(self, client, cluster, member, reviewer, owner_mx):
        url = cluster.get_absolute_url()
        client.force_login(reviewer)
        assert "Hand the lead over" in client.get(url).content.decode()
        client.post(reverse("partners:cluster-lead-offer", args=[member.pk]))
        page = client.get(url).content.decode()
        assert "Mangos del Istmo is asked to lead this cluster" in page
        assert "Hand the lead over" not in page

        client.force_login(owner_mx)
        assert "Cámara del Sur asks Mangos del Istmo to lead this cluster" in client.get(url).content.decode()
        page = client.post(reverse("partners:cluster-lead-take", args=[cluster.slug]), follow=True).content.decode()
        assert "Your company leads the cluster now." in page
        assert "Invite companies" in page

    def test_other_members_and_visitors_read_nothing_of_the_question(self, client, offered, firm_us, owner_us):
        ClusterMemberFactory(cluster=offered, company=firm_us)
        for _reader in range(2):
            page = client.get(offered.get_absolute_url()).content.decode()
            assert "asked to lead" not in page
            assert "lead this cluster" not in page
            client.force_login(owner_us)

    def test_a_member_that_is_no_manager_does_not_decide(self, client, offered, firm_mx):
        colleague = UserFactory()
        join(colleague, firm_mx, role="member")
        client.force_login(colleague)
        assert client.post(reverse("partners:cluster-lead-take", args=[offered.slug])).status_code == 403

    def test_the_page_costs_the_same_for_one_member_and_for_three(self, client, reviewer, chamber_mx):
        client.force_login(reviewer)
        counts = []
        for many in (1, 3):
            page = ClusterFactory(lead=chamber_mx)
            for _number in range(many):
                ClusterMemberFactory(cluster=page, company=OrganizationFactory(code="MX"))
            found, response = asked(client, page.get_absolute_url(), "partners_")
            assert response.content.decode().count("Hand the lead over") == many
            counts.append(len(found))
        assert counts[0] == counts[1]


def test_of_taking_the_lead_and_leaving_at_once_one_happens(transactional_db, us, mx):
    lead, answering = UserFactory(chamber_in="MX"), UserFactory()
    cluster = ClusterFactory(lead=lead.memberships.get().organization)
    member = ClusterMemberFactory(cluster=cluster)
    join(answering, member.company)
    offered = cluster_leads.offer(member, by=lead)

    outcomes = race(lambda: cluster_leads.take(offered, by=answering), lambda: clusters.end(member, by=answering))

    assert len(refused(outcomes)) == 1
    cluster.refresh_from_db()
    is_lead = cluster.lead == member.company
    assert cluster.members.active().filter(company=member.company).exists() == is_lead


def test_of_two_answers_at_once_one_counts(transactional_db, us, mx):
    answering = UserFactory()
    member = ClusterMemberFactory()
    join(answering, member.company)
    Cluster.objects.update(lead_offered_to=member.company, lead_offered_at=timezone.now())
    offered = Cluster.objects.get()

    outcomes = race(
        lambda: cluster_leads.take(offered, by=answering),
        lambda: cluster_leads.refuse(Cluster.objects.get(), by=answering),
    )

    assert [type(refusal) for refusal in refused(outcomes)] == [ValidationError]
