"""The pages of clusters, and what other pages show of them."""

import json

import pytest
from django.conf import settings
from django.urls import reverse

from partners import cluster_samples, importing
from partners.models import Cluster, ClusterLink, ClusterMember, PartnerRequest
from portal.accounts import importing as organizations
from portal.notifications.models import Notification
from portal.reference import importing as reference
from portal.reference.loading import run
from tests.factories.gatherings import ClusterFactory, ClusterLinkFactory, ClusterMemberFactory
from tests.factories.partners import CompanyProfileFactory, PartnerRequestFactory
from tests.factories.reference import sector
from tests.partners.test_pages import count_queries

pytestmark = pytest.mark.django_db

DATA = settings.REFERENCE_DATA_DIR


@pytest.fixture
def cluster(chamber_mx, reviewer):
    return ClusterFactory(lead=chamber_mx, name="Mango of the Isthmus", slug="mango", capability="Five containers.")


def body(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


class TestTheList:
    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same_for_one_and_three(self, client, count, us, mx):
        ClusterFactory.create_batch(count)
        ClusterFactory(is_public=False)  # which must not leak

        response = count_queries(client, reverse("partners:cluster-list"), 4)

        assert len(response.context["page"]) == count

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("", {"Wood", "Steel"}),
            ("economy=MX", {"Steel"}),
            ("sector=machinery", {"Steel"}),
            ("words=woo", {"Wood"}),
            ("joinable=on", {"Wood"}),
            ("economy=MX&words=woo", set()),
            ("economy=XX", {"Wood", "Steel"}),
        ],
    )
    def test_filters_narrow_and_unknown_values_are_left_out(self, client, us, mx, query, expected):
        ClusterFactory(name="Wood", code="US")
        ClusterFactory(name="Steel", code="MX", is_open=False).sectors.set([sector("machinery", "Machinery")])
        page = client.get(f"{reverse('partners:cluster-list')}?{query}").context["page"]
        assert {row.name for row in page} == expected

    def test_it_counts_members_and_not_those_that_ask(self, client, cluster):
        ClusterMemberFactory.create_batch(2, cluster=cluster)
        ClusterMemberFactory(cluster=cluster, asked=True)
        assert "2 members" in body(client, reverse("partners:cluster-list"))


class TestThePage:
    @pytest.mark.parametrize("count", [1, 3])
    def test_it_costs_the_same_for_one_member_and_three(self, client, count, cluster, us):
        for _number in range(count):
            ClusterMemberFactory(cluster=cluster, company=CompanyProfileFactory().organization)
            ClusterLinkFactory(cluster=ClusterFactory(), wider=cluster)
        count_queries(client, cluster.get_absolute_url(), 12)

    def test_a_visitor_reads_public_members_and_only_how_many_others(self, client, cluster, firm_mx, firm_us):
        for firm in (firm_mx, firm_us):
            ClusterMemberFactory(cluster=cluster, company=firm)
        page = body(client, cluster.get_absolute_url())
        assert "Cascade Snacks" in page
        assert "Mangos del Istmo" not in page
        assert "1 member is not in the public directory" in page
        assert "1 of 2 members have one" in page

    def test_an_unnamed_request_is_shown_to_members_alone_and_its_page_names_no_cluster(
        self, client, cluster, firm_mx, owner_mx, firm_us, owner_us, published
    ):
        ClusterMemberFactory(cluster=cluster, company=firm_mx)
        PartnerRequest.objects.filter(pk=published.pk).update(cluster=cluster)
        assert published.title not in body(client, cluster.get_absolute_url())
        assert cluster.name not in body(client, published.get_absolute_url())

        client.force_login(owner_us)
        assert published.title not in body(client, cluster.get_absolute_url())
        assert cluster.name not in body(client, published.get_absolute_url())
        ClusterMemberFactory(cluster=cluster, company=firm_us)
        assert published.title in body(client, cluster.get_absolute_url())
        assert cluster.name in body(client, published.get_absolute_url())

    def test_a_named_request_is_shown_to_everybody(self, client, cluster, firm_mx):
        ClusterMemberFactory(cluster=cluster, company=firm_mx)
        shared = PartnerRequestFactory(published=True, company=firm_mx, shows_company=True, cluster=cluster)
        PartnerRequestFactory(submitted=True, company=firm_mx, shows_company=True, cluster=cluster, title="Not yet")
        page = body(client, cluster.get_absolute_url())
        assert shared.title in page
        assert "Not yet" not in page
        assert cluster.name in body(client, shared.get_absolute_url())

    def test_a_company_page_names_its_clusters(self, client, cluster, firm_us):
        ClusterMemberFactory(cluster=cluster, company=firm_us)
        ClusterMemberFactory(cluster=ClusterFactory(name="Hidden", is_public=False), company=firm_us)
        page = body(client, firm_us.profile.get_absolute_url())
        assert "Mango of the Isthmus" in page
        assert "Hidden" not in page

    def test_a_hidden_cluster_is_not_there(self, client, cluster, owner_us):
        Cluster.objects.update(is_public=False)
        assert client.get(cluster.get_absolute_url()).status_code == 404
        client.force_login(owner_us)
        assert client.get(cluster.get_absolute_url()).status_code == 404

    def test_in_the_readers_language(self, client, cluster, firm_us):
        ClusterMemberFactory(cluster=cluster, company=firm_us)
        assert client.get(cluster.get_absolute_url().replace("/en/", "/zh-hant/")).status_code == 200


class TestTheWay:
    def test_from_founding_to_a_member(self, client, chamber_mx, reviewer, firm_us, owner_us, mx):
        client.force_login(reviewer)
        client.post(
            reverse("partners:cluster-create"),
            {
                "lead": chamber_mx.pk, "name": "Dried fruit", "language": "en", "economy": "MX",
                "sectors": [sector().slug], "is_public": "on", "is_open": "on",
            },
        )  # fmt: skip
        made = Cluster.objects.get()
        invite = reverse("partners:cluster-invite", args=[made.slug])
        assert "Cascade Snacks" in body(client, f"{invite}?words=snacks")
        client.post(invite, {"company": firm_us.slug})
        member = ClusterMember.objects.get()

        client.force_login(owner_us)
        assert "Accept the invitation" in body(client, made.get_absolute_url())
        client.post(reverse("partners:cluster-member-agree", args=[member.pk]))
        member.refresh_from_db()
        assert member.status == "active"

    def test_a_company_asks_with_what_it_brings(self, client, cluster, firm_us, owner_us):
        client.force_login(owner_us)
        url = reverse("partners:cluster-join", args=[cluster.slug])
        assert client.get(url).status_code == 200
        client.post(url, {"company": firm_us.pk, "contribution": "Snack lines."})
        member = ClusterMember.objects.get()
        assert (member.status, member.contribution) == ("asked", "Snack lines.")

    def test_contact_details_stay_out_of_texts(self, client, cluster, firm_us, owner_us):
        client.force_login(owner_us)
        url = reverse("partners:cluster-join", args=[cluster.slug])
        response = client.post(url, {"company": firm_us.pk, "contribution": "Write to nora@cascade.example"})
        assert "Leave e-mail addresses" in response.content.decode()
        assert not ClusterMember.objects.exists()

    def test_links_are_proposed_and_answered_on_the_pages(self, client, cluster, reviewer, owner_us, firm_us):
        abroad = ClusterFactory(lead=firm_us, slug="abroad", code="US")
        client.force_login(reviewer)
        client.post(reverse("partners:cluster-link", args=[cluster.slug]), {"other": "abroad", "way": "up"})
        link = ClusterLink.objects.get()
        assert (link.cluster, link.wider) == (cluster, abroad)
        client.force_login(owner_us)
        assert "Agree" in body(client, abroad.get_absolute_url())
        client.post(reverse("partners:cluster-link-agree", args=[link.pk]))
        client.logout()
        assert cluster.name in body(client, abroad.get_absolute_url())

    def test_a_circle_is_refused_in_words(self, client, cluster, reviewer, owner_us, firm_us):
        abroad = ClusterFactory(lead=firm_us, slug="abroad")
        ClusterLinkFactory(cluster=abroad, wider=cluster)
        client.force_login(reviewer)
        response = client.post(reverse("partners:cluster-link", args=[cluster.slug]), {"other": "abroad", "way": "up"})
        assert "cannot belong to itself by a detour" in response.content.decode()

    def test_a_request_is_shared_and_taken_out_on_its_page(self, client, cluster, firm_mx, owner_mx, published):
        ClusterMemberFactory(cluster=cluster, company=firm_mx)
        client.force_login(owner_mx)
        assert "Share with the cluster" in body(client, published.get_absolute_url())
        client.post(reverse("partners:request-share", args=[published.slug]), {"cluster": cluster.slug})
        published.refresh_from_db()
        assert published.cluster == cluster
        client.post(reverse("partners:request-unshare", args=[published.slug]))
        published.refresh_from_db()
        assert published.cluster is None

    def test_a_request_is_not_shared_with_a_cluster_of_others(self, client, cluster, owner_mx, published):
        client.force_login(owner_mx)
        client.post(reverse("partners:request-share", args=[published.slug]), {"cluster": cluster.slug})
        published.refresh_from_db()
        assert published.cluster is None


class TestTheSamples:
    LOADS = (reference.load, organizations.load, importing.load_sample, cluster_samples.load_sample)

    @pytest.fixture
    def small(self, tmp_path):
        """The data without the company that leads the first cluster."""
        for path in DATA.iterdir():
            if path.is_file():
                (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / "partner_requests.jsonl").write_text("")
        rows = (DATA / "companies.jsonl").read_text(encoding="utf-8").splitlines()
        kept = [row for row in rows if json.loads(row)["slug"] != "sample-company-149"]
        (tmp_path / "companies.jsonl").write_text("\n".join(kept), encoding="utf-8")
        return tmp_path

    def test_they_are_marked_linked_across_a_border_and_loaded_once(self, small, client):
        run(self.LOADS, small)
        assert {row.slug for row in Cluster.objects.all()} == {
            "sample-cluster-aero-finishing", "sample-cluster-bajio-metal",
        }  # fmt: skip
        assert not Cluster.objects.filter(is_sample=False).exists()
        link = ClusterLink.objects.select_related("cluster", "wider").get()
        assert (link.cluster.economy_id, link.wider.economy_id) == ("MX", "US")
        assert not Notification.objects.exists()
        page = body(client, link.wider.get_absolute_url())
        assert "invented example" in page
        assert "Prairie Anodic Services" in page

        assert run(self.LOADS, small).writes == 0

    def test_what_people_did_outlives_the_next_load(self, small, owner_mx):
        run(self.LOADS, small)
        member = ClusterMember.objects.filter(cluster__slug="sample-cluster-bajio-metal").last()
        ClusterMember.objects.filter(pk=member.pk).update(status="ended")

        run(self.LOADS, small)

        member.refresh_from_db()
        assert member.status == "ended"
        assert ClusterMember.objects.filter(cluster=member.cluster).count() == 2

    def test_every_company_and_sector_of_the_file_is_there(self):
        rows = [json.loads(line) for line in (DATA / "clusters.jsonl").read_text(encoding="utf-8").splitlines()]
        companies = {
            json.loads(line)["slug"] for line in (DATA / "companies.jsonl").read_text(encoding="utf-8").splitlines()
        }
        slugs = {row["slug"] for row in rows}
        assert len(slugs) == len(rows) == 3
        assert {name for row in rows for name in (row["lead"], *row["members"])} <= companies
        assert {row["part_of"] for row in rows} - {None} <= slugs
