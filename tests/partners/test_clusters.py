"""Clusters: founded, joined by request or invitation, left; shared requests; clusters of clusters without circles."""

import pytest
from django.core.exceptions import ValidationError

from partners import cluster_links, clusters, desk
from partners.joint_capability import joint_capability
from partners.models import Capacity, Cluster, ClusterLink, ClusterMember, PartnerRequest
from tests.factories.accounts import OrganizationFactory, UserFactory, join
from tests.factories.gatherings import ClusterFactory, ClusterLinkFactory, ClusterMemberFactory
from tests.factories.partners import ChamberMemberFactory, CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import economy, sector
from tests.partners.test_interests import race, refused, told


@pytest.fixture
def cluster(chamber_mx, reviewer):
    """Led by the Mexican chamber."""
    return ClusterFactory(lead=chamber_mx, name="Mango of the Isthmus")


def refusal(verb, *args, **kwargs):
    with pytest.raises(ValidationError) as refused_by:
        verb(*args, **kwargs)
    return refused_by.value.code


def content(**more):
    return {"name": "Dried fruit together", "language": "en", "economy": economy("MX"), **more}


@pytest.mark.django_db
class TestFounding:
    def test_a_chamber_leads_without_being_a_member(self, chamber_mx, reviewer):
        made = clusters.create(lead=chamber_mx, by=reviewer, sectors=[sector()], **content())
        assert (made.lead, made.members.count()) == (chamber_mx, 0)
        assert [row.slug for row in made.sectors.all()] == ["processed-food"]

    def test_a_firm_that_leads_is_the_first_member(self, firm_mx, owner_mx):
        made = clusters.create(lead=firm_mx, by=owner_mx, **content())
        assert [member.company for member in made.members.active()] == [firm_mx]

    @pytest.mark.parametrize("kind", [{"agency": True}, {"kind": "chamber", "pending": True}])
    def test_agencies_and_unverified_chambers_lead_none(self, kind, owner_mx):
        assert refusal(clusters.create, lead=OrganizationFactory(**kind), by=owner_mx, **content()) == "kind"

    def test_nobody_leads_more_than_ten(self, chamber_mx, reviewer):
        ClusterFactory.create_batch(clusters.MOST_LED, lead=chamber_mx)
        assert refusal(clusters.create, lead=chamber_mx, by=reviewer, **content()) == "most_led"

    def test_a_name_in_another_script_has_an_address_too(self, chamber_mx, reviewer):
        made = clusters.create(lead=chamber_mx, by=reviewer, **content(name="果乾聯盟", language="zh-hant"))
        assert made.slug

    def test_a_change_is_kept(self, cluster, reviewer):
        revised = clusters.revise(cluster, by=reviewer, capability="Five containers a month.", sectors=[sector()])
        assert (revised.capability, revised.sectors.count()) == ("Five containers a month.", 1)


@pytest.mark.django_db
class TestJoining:
    def test_a_company_asks_the_lead_admits_and_each_hears_of_the_other(self, cluster, firm_mx, owner_mx, reviewer):
        member = clusters.ask(cluster, company=firm_mx, contribution="Dryers.", by=owner_mx)
        assert (member.status, told("cluster_asked")) == ("asked", ["ramiro@camara.example"])
        assert clusters.agree(member, by=reviewer).status == "active"
        assert told("cluster_agreed") == ["marisol@istmo.example"]

    def test_the_lead_invites_and_the_company_agrees(self, cluster, firm_mx, owner_mx, reviewer):
        member = clusters.invite(cluster, company=firm_mx, by=reviewer)
        assert (member.status, told("cluster_invited")) == ("invited", ["marisol@istmo.example"])
        clusters.agree(member, by=owner_mx)
        assert told("cluster_agreed") == ["ramiro@camara.example"]

    def test_who_asks_where_she_was_invited_is_in_and_the_other_way_round(
        self, cluster, firm_mx, owner_mx, firm_us, owner_us, reviewer
    ):
        clusters.invite(cluster, company=firm_mx, by=reviewer)
        clusters.ask(cluster, company=firm_us, by=owner_us)
        assert clusters.ask(cluster, company=firm_mx, by=owner_mx).status == "active"
        assert clusters.invite(cluster, company=firm_us, by=reviewer).status == "active"
        assert ClusterMember.objects.count() == 2

    def test_a_firm_its_chamber_answers_for_is_entered_at_once(self, cluster, ward, reviewer):
        assert clusters.invite(cluster, company=ward, by=reviewer).status == "active"

    def test_a_firm_with_nobody_here_is_not_entered_by_others(self, ward, firm_us, owner_us):
        led_by_others = ClusterFactory(lead=firm_us)
        assert refusal(clusters.invite, led_by_others, company=ward, by=owner_us) == "nobody"

    def test_only_companies_are_members(self, cluster, chamber_mx, reviewer, us):
        another = OrganizationFactory(chamber=True)
        assert refusal(clusters.invite, cluster, company=another, by=reviewer) == "kind"

    def test_a_cluster_by_invitation_takes_no_requests(self, cluster, firm_mx, owner_mx):
        cluster.is_open = False
        cluster.save()
        assert refusal(clusters.ask, cluster, company=firm_mx, by=owner_mx) == "closed"

    def test_nobody_asks_twice(self, cluster, firm_mx, owner_mx):
        clusters.ask(cluster, company=firm_mx, by=owner_mx)
        assert refusal(clusters.ask, cluster, company=firm_mx, by=owner_mx) == "already"

    def test_after_a_no_both_sides_rest(self, cluster, firm_mx, owner_mx, reviewer):
        clusters.refuse(clusters.ask(cluster, company=firm_mx, by=owner_mx), by=reviewer)
        assert told("cluster_refused") == ["marisol@istmo.example"]
        assert refusal(clusters.ask, cluster, company=firm_mx, by=owner_mx) == "declined_lately"
        assert refusal(clusters.invite, cluster, company=firm_mx, by=reviewer) == "declined_lately"
        ClusterMember.objects.update(since=None)  # long ago
        assert clusters.ask(cluster, company=firm_mx, by=owner_mx).status == "asked"

    def test_invitations_without_an_answer_have_a_limit(self, cluster, firm_mx, owner_mx, reviewer):
        ClusterMemberFactory.create_batch(clusters.MOST_INVITED, cluster=cluster, invited=True)
        assert refusal(clusters.invite, cluster, company=firm_mx, by=reviewer) == "most_invited"

    @pytest.mark.parametrize("verb", [clusters.agree, clusters.refuse])
    @pytest.mark.parametrize("state", ["active", "declined", "ended"])
    def test_what_has_its_answer_keeps_it(self, verb, state, cluster, reviewer):
        assert refusal(verb, ClusterMemberFactory(cluster=cluster, status=state), by=reviewer) == "illegal_move"


@pytest.mark.django_db
class TestLeaving:
    def test_its_shared_requests_leave_with_the_company(self, cluster, firm_mx, owner_mx, published):
        member = ClusterMemberFactory(cluster=cluster, company=firm_mx)
        clusters.share(published, cluster=cluster, by=owner_mx)
        clusters.end(member, by=owner_mx)
        published.refresh_from_db()
        assert (published.cluster, told("cluster_ended")) == (None, ["ramiro@camara.example"])

    def test_the_company_that_leads_stays(self, firm_mx, owner_mx):
        made = clusters.create(lead=firm_mx, by=owner_mx, **content())
        assert refusal(clusters.end, made.members.get(), by=owner_mx) == "lead"

    def test_a_question_taken_back_bothers_nobody(self, cluster, firm_mx, owner_mx):
        clusters.end(clusters.ask(cluster, company=firm_mx, by=owner_mx), by=owner_mx)
        assert told("cluster_ended") == []


@pytest.mark.django_db
class TestSharing:
    def test_a_members_request_stands_under_the_roof_and_its_text_stays_as_read(
        self, cluster, firm_mx, owner_mx, published
    ):
        ClusterMemberFactory(cluster=cluster, company=firm_mx)
        version = published.version
        shared = clusters.share(published, cluster=cluster, by=owner_mx)
        assert (shared.cluster, shared.version) == (cluster, version)
        assert clusters.unshare(shared, by=owner_mx).cluster is None

    @pytest.mark.parametrize("state", ["asked", "invited"])
    def test_who_is_no_member_yet_shares_nothing(self, cluster, firm_mx, owner_mx, published, state):
        ClusterMemberFactory(cluster=cluster, company=firm_mx, **{state: True})
        assert refusal(clusters.share, published, cluster=cluster, by=owner_mx) == "not_a_member"

    @pytest.mark.parametrize("state", ["closed", "expired"])
    def test_what_is_over_is_not_shared(self, cluster, firm_mx, owner_mx, state):
        ClusterMemberFactory(cluster=cluster, company=firm_mx)
        request = PartnerRequestFactory(company=firm_mx, **{state: True})
        assert refusal(clusters.share, request, cluster=cluster, by=owner_mx) == "closed"


@pytest.mark.django_db
class TestLinking:
    @pytest.fixture
    def abroad(self, us, firm_us, owner_us):
        return ClusterFactory(code="US", lead=firm_us, name="Snacks of Cascadia")

    def test_both_leads_agree(self, cluster, abroad, reviewer, owner_us):
        link = cluster_links.propose(cluster, wider=abroad, by=reviewer)
        assert (link.status, told("cluster_link_asked")) == ("asked", ["nora@cascade.example"])
        cluster_links.agree(link, by=owner_us)
        assert told("cluster_link_agreed") == ["ramiro@camara.example"]
        assert cluster_links.above(cluster) == {abroad.pk}
        assert cluster_links.below(abroad) == {abroad.pk, cluster.pk}

    def test_the_wider_one_may_propose_it_and_then_the_other_decides(self, cluster, abroad, reviewer, owner_us):
        link = cluster_links.propose(cluster, wider=abroad, by=owner_us, asked_by_wider=True)
        assert told("cluster_link_asked") == ["ramiro@camara.example"]
        assert cluster_links.refuse(link, by=reviewer).status == "declined"
        assert cluster_links.above(cluster) == set()

    def test_one_lead_of_both_needs_no_answer(self, cluster, chamber_mx, reviewer):
        wider = ClusterFactory(lead=chamber_mx)
        assert cluster_links.propose(cluster, wider=wider, by=reviewer).status == "active"

    def test_nothing_is_proposed_twice(self, cluster, abroad, reviewer):
        cluster_links.propose(cluster, wider=abroad, by=reviewer)
        assert refusal(cluster_links.propose, cluster, wider=abroad, by=reviewer) == "already"

    def test_no_cluster_belongs_to_itself(self, cluster, reviewer):
        assert refusal(cluster_links.propose, cluster, wider=cluster, by=reviewer) == "circle"

    def test_nor_by_a_detour(self, cluster, reviewer):
        middle, top = ClusterFactory.create_batch(2)
        ClusterLinkFactory(cluster=cluster, wider=middle)
        ClusterLinkFactory(cluster=middle, wider=top)
        assert refusal(cluster_links.propose, top, wider=cluster, by=reviewer) == "circle"

    def test_nor_when_the_detour_came_after_the_proposal(self, cluster, abroad, reviewer, owner_us):
        one = cluster_links.propose(cluster, wider=abroad, by=reviewer)
        other = cluster_links.propose(abroad, wider=cluster, by=owner_us)
        cluster_links.agree(one, by=owner_us)
        assert refusal(cluster_links.agree, other, by=reviewer) == "circle"

    def test_an_ended_link_is_no_obstacle(self, cluster, abroad, reviewer, owner_us):
        cluster_links.end(ClusterLinkFactory(cluster=cluster, wider=abroad), by=reviewer)
        assert cluster_links.propose(abroad, wider=cluster, by=owner_us).status == "asked"

    def test_what_is_not_public_is_not_counted_from_above(self, abroad):
        hidden = ClusterFactory(is_public=False)
        below_hidden = ClusterFactory()
        ClusterLinkFactory(cluster=hidden, wider=abroad)
        ClusterLinkFactory(cluster=below_hidden, wider=hidden)
        assert cluster_links.below(abroad) == {abroad.pk}


@pytest.mark.django_db
class TestJointCapability:
    def test_public_profiles_are_added_up_and_others_only_counted(self, cluster, us, mx):
        sizes = {"10-49": ["ISO9001:2015", "HACCP"], "1-9": ["HACCP"]}
        for size, certificates in sizes.items():
            profile = CompanyProfileFactory(size=size, certifications=certificates, hs_codes=("200899",))
            Capacity.objects.create(profile=profile, unit="kg/month", amount=40_000, is_confirmed=True)
            ClusterMemberFactory(cluster=cluster, company=profile.organization)
        unlisted = CompanyProfileFactory(is_listed=False, certifications=["NADCAP"])
        ClusterMemberFactory(cluster=cluster, company=unlisted.organization)
        ClusterMemberFactory(cluster=cluster, company=CompanyProfileFactory(size="250+").organization, asked=True)

        found = joint_capability({cluster.pk})

        assert (found.members, found.public) == (3, 2)
        assert [(row.label, row.count) for row in found.certifications] == [("HACCP", 2), ("ISO 9001", 1)]
        assert [(row.label, row.count) for row in found.sizes] == [("1 to 9 people", 1), ("10 to 49 people", 1)]
        assert [(row.label, row.count) for row in found.goods] == [("200899", 2)]
        assert [(row.label, row.count) for row in found.economies] == [("United States", 2)]
        assert [(row.label, row.count) for row in found.capacities] == [("80,000 kg a month", 2)]

    def test_a_capacity_that_its_company_has_not_confirmed_is_not_added(self, cluster, us):
        profile = CompanyProfileFactory()
        Capacity.objects.create(profile=profile, unit="kg/month", amount=40_000)
        ClusterMemberFactory(cluster=cluster, company=profile.organization)
        assert joint_capability({cluster.pk}).capacities == []

    def test_a_company_in_two_of_the_clusters_counts_once(self, cluster, us):
        profile, part = CompanyProfileFactory(), ClusterFactory()
        for one in (cluster, part):
            ClusterMemberFactory(cluster=one, company=profile.organization)
        found = joint_capability({cluster.pk, part.pk})
        assert (found.members, found.public) == (1, 1)

    def test_sectors_are_named_with_how_many_work_there(self, cluster, us):
        for slugs in (["processed-food"], ["processed-food", "machinery"]):
            profile = CompanyProfileFactory(sectors=slugs)
            ClusterMemberFactory(cluster=cluster, company=profile.organization)
        found = joint_capability({cluster.pk})
        assert [row.count for row in found.sectors] == [2, 1]


@pytest.mark.django_db
class TestWhoSeesWhat:
    def test_a_hidden_cluster_is_seen_by_its_lead_its_members_and_whom_it_invited(
        self, cluster, reviewer, owner_mx, firm_mx, owner_us, firm_us, outsider
    ):
        cluster.is_public = False
        cluster.save()
        ClusterMemberFactory(cluster=cluster, company=firm_mx)
        seen = {user.email for user in (reviewer, owner_mx, owner_us, outsider) if sees(user, cluster)}
        assert seen == {reviewer.email, owner_mx.email}
        ClusterMemberFactory(cluster=cluster, company=firm_us, invited=True)
        assert sees(owner_us, cluster)

    def test_a_member_outside_the_directory_is_named_to_the_lead_and_the_other_members_only(
        self, cluster, reviewer, owner_mx, firm_mx, owner_us, firm_us, outsider
    ):
        ClusterMemberFactory(cluster=cluster, company=firm_mx)  # not listed
        ClusterMemberFactory(cluster=cluster, company=firm_us)  # listed
        named = {
            user.email: set(ClusterMember.objects.visible_to(user).active().values_list("company__slug", flat=True))
            for user in (reviewer, owner_mx, owner_us, outsider)
        }
        everybody = {"mangos-del-istmo", "cascade-snacks"}
        assert named == {
            reviewer.email: everybody, owner_mx.email: everybody, owner_us.email: everybody,
            outsider.email: {"cascade-snacks"},
        }  # fmt: skip

    def test_a_question_is_between_the_company_and_the_lead(self, cluster, reviewer, owner_mx, firm_mx, owner_us):
        clusters.ask(cluster, company=firm_mx, by=owner_mx)
        seen = [ClusterMember.objects.visible_to(user).exists() for user in (reviewer, owner_mx, owner_us)]
        assert seen == [True, True, False]

    def test_questions_and_proposals_wait_on_the_desk_of_who_answers(
        self, cluster, reviewer, owner_mx, firm_mx, owner_us, firm_us
    ):
        clusters.ask(cluster, company=firm_mx, by=owner_mx)
        clusters.invite(cluster, company=firm_us, by=reviewer)
        abroad = ClusterFactory(lead=firm_us, name="Snacks")
        cluster_links.propose(abroad, wider=cluster, by=owner_us)
        waiting = {user.email: titles(user) for user in (reviewer, owner_us, owner_mx)}
        assert waiting == {
            reviewer.email: [
                "Mangos del Istmo asks to join “Mango of the Isthmus”",
                "“Snacks” would become part of “Mango of the Isthmus”",
            ],
            owner_us.email: ["Cascade Snacks is invited to “Mango of the Isthmus”"],
            owner_mx.email: [],
        }


def sees(user, cluster):
    user.__dict__.pop("active_memberships", None)
    return Cluster.objects.visible_to(user).filter(pk=cluster.pk).exists()


def titles(user):
    return [row.title for row in desk.waiting_for(user) if row.kind == "Cluster"]


def test_of_two_questions_at_once_one_is_asked(transactional_db, us, mx):
    cluster, company, asking = ClusterFactory(), OrganizationFactory(), UserFactory()
    join(asking, company)

    outcomes = race(*[lambda: clusters.ask(cluster, company=company, by=asking)] * 2)

    assert [refusal.code for refusal in refused(outcomes)] == ["already"]
    assert ClusterMember.objects.count() == 1


def test_a_request_never_slips_into_a_cluster_that_its_company_is_leaving(transactional_db, us, mx):
    member = ClusterMemberFactory()
    request, by = PartnerRequestFactory(company=member.company, published=True), UserFactory()

    race(
        lambda: clusters.share(request, cluster=member.cluster, by=by),
        lambda: clusters.end(member, by=by),
    )

    assert not PartnerRequest.objects.filter(cluster=member.cluster).exists()


def test_four_clusters_linked_at_once_never_close_a_circle(transactional_db, us, mx):
    ring = ClusterFactory.create_batch(4)
    by = UserFactory()
    links = [
        ClusterLinkFactory(cluster=ring[number], wider=ring[(number + 1) % 4], status="asked") for number in range(4)
    ]

    outcomes = race(*[lambda link=link: cluster_links.agree(link, by=by) for link in links])

    assert [refusal.code for refusal in refused(outcomes)] == ["circle"]
    assert ClusterLink.objects.active().count() == 3


def test_a_member_chamber_of_another_economy_may_lead_across_borders(db, us, mx):
    cluster = ClusterFactory(code="US")
    ChamberMemberFactory(chamber=cluster.lead, company=OrganizationFactory(code="MX"), is_registered_by_chamber=True)
    ward = cluster.lead.member_firms.get().company
    assert clusters.invite(cluster, company=ward, by=UserFactory()).status == "active"
