"""The way out: what it never reaches, and what it bears from sites that misbehave."""

import gzip
import http.client
import ssl
import subprocess
import sys
import time
from functools import partial

import pytest

from portal import outgoing
from portal.checks import check_way_out
from portal.outgoing import Limits
from portal.public_addresses import is_public
from tests import misbehaving
from tests.misbehaving import Site, redirecting, saying

QUICK = Limits(seconds=0.5, connect_seconds=0.5, body=10_000, head=65_536)


@pytest.fixture
def site(settings):
    """A site that tests may ask."""
    with Site() as running:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({running.port})
        yield running


@pytest.fixture
def inside(site):
    """A server that nobody may reach: on the port that tests may ask, so that its address alone forbids it."""
    with Site(address="127.0.0.2", port=site.port) as running:
        running.say("/", "the keys to the kingdom")
        yield running


def to(*addresses):
    """A resolver that knows one answer."""
    return lambda host, port: list(addresses)


fetch = partial(outgoing.fetch, limits=QUICK)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
        "168.63.129.16", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1",
        "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "64:ff9b::7f00:1", "64:ff9b::808:808",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:db8::1",
        "2002:7f00:1::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1",
        "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1", "ff02::1", "localhost", "", "127.1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_never_public_in_any_spelling(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "198.20.0.1", "2606:4700:4700::1111", "2a00::1"]
)
def test_an_address_of_the_public_internet_is_public(address):
    assert is_public(address)


SPELLINGS = ["127.0.0.2", "127.2", "2130706434", "0x7f.0.0.2", "0177.0.0.2", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_portals_own_machine_is_not_reached_by_any_spelling(inside, spelling):
    with pytest.raises((outgoing.Forbidden, outgoing.Unsupported)):
        # With time enough: a busy machine that gives up early would look like a refusal.
        outgoing.fetch(inside.url("/", host=spelling))
    assert inside.calls == 0


def test_ipv6_loopback_is_not_reached_either(site):
    try:
        trap = Site(address="::1", port=site.port).__enter__()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    try:
        for host in ("[::1]", "[0:0:0:0:0:0:0:1]"):
            with pytest.raises(outgoing.Forbidden):
                fetch(trap.url("/", host=host))
        assert trap.calls == 0
    finally:
        trap.__exit__()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "0.0.0.0"])
def test_a_public_name_that_stands_for_a_private_address_is_forbidden(address):
    with pytest.raises(outgoing.Forbidden, match="stands for"):
        fetch("http://innocent.example/", resolver=to(address))


def test_the_server_that_is_not_reached_would_have_answered(inside):
    connection = http.client.HTTPConnection(inside.address, inside.port, timeout=5)
    connection.request("GET", "/")
    assert connection.getresponse().read() == b"the keys to the kingdom"
    connection.close()
    assert inside.calls == 1


def test_a_name_that_mixes_public_and_private_addresses_is_forbidden_as_a_whole(site, inside):
    site.say("/", "public text")
    for mixed in (["127.0.0.1", "127.0.0.2"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.1", "fd00::1"]):
        with pytest.raises(outgoing.Forbidden):
            fetch(site.url("/", host="mixed.example"), resolver=to(*mixed))
    assert (site.calls, inside.calls) == (0, 0)


def test_a_redirect_into_the_private_network_is_not_followed(site, inside):
    for status in (301, 302, 303, 307, 308):
        site.behave(f"/{status}", redirecting(inside.url("/"), status))
        with pytest.raises(outgoing.Forbidden):
            fetch(site.url(f"/{status}"))
    site.behave("/metadata", redirecting("http://169.254.169.254/latest/meta-data/"))
    with pytest.raises(outgoing.Forbidden):
        fetch(site.url("/metadata"))
    assert len(site.hits) == 6
    assert inside.calls == 0


def test_a_name_that_changes_between_two_resolutions_leads_nowhere_else(site):
    """The second address is loopback too, but not the one that tests may ask."""
    site.say("/", "public text")
    site.behave("/again", redirecting("/"))
    with Site(address="127.0.0.2", port=site.port) as trap:
        trap.say("/", "the keys to the kingdom")
        answers = iter(["127.0.0.1", "127.0.0.2"])
        asked = []

        def rebinding(host, port):
            asked.append(host)
            return [next(answers)]

        assert fetch(site.url("/", host="rebind.example"), resolver=rebinding).body == b"public text"
        assert asked == ["rebind.example"]  # once: it was connected to what was checked

        answers = iter(["127.0.0.1", "127.0.0.2"])
        with pytest.raises(outgoing.Forbidden):
            fetch(site.url("/again", host="rebind.example"), resolver=rebinding)
        assert trap.calls == 0


def test_the_site_is_asked_by_its_name_and_told_honestly_who_asks(site, settings, monkeypatch):
    settings.SITE_URL = "https://portal.example.org"
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    site.say("/guide", "A guide", Set_Cookie="id=1")
    answer = fetch(site.url("/guide?a=1&b=%C3%A9#part", host="site.example"), resolver=to("127.0.0.1"))
    fetch(site.url("/guide"))
    assert (answer.status, answer.body, answer.is_cut) == (200, b"A guide", False)
    first, second = site.hits
    assert first.path == "/guide?a=1&b=%C3%A9"
    assert first.headers["host"] == f"site.example:{site.port}"
    assert "https://portal.example.org" in first.headers["user-agent"]
    assert "cookie" not in second.headers


@pytest.mark.parametrize(
    "url",
    [
        "ftp://site.example/", "file:///etc/passwd", "gopher://site.example/", "javascript:alert(1)", "", "guide",
        "http://", "http:///path", "http://user:secret@site.example/", "http://site.example:22/",
        "http://site.example:8080/", "https://site.example:99999/", "http://exa mple.com/", "http://[::1",
        "//site.example/",
        "http://site.example%00.other/", "http://%31%32%37.1/", "http://[fe80::1%25eth0]/",
        "http://" + "a" * 3000,
    ],
)  # fmt: skip
def test_other_schemes_ports_and_credentials_are_not_asked(url):
    def never(host, port):
        raise AssertionError(f"{host} was looked up")

    with pytest.raises(outgoing.Unsupported):
        fetch(url, resolver=never)


@pytest.mark.parametrize("target", ["ftp://site.example/", "http://u:p@site.example/", "http://site.example:25/"])
def test_a_redirect_to_another_scheme_port_or_credentials_is_not_followed(site, target):
    site.behave("/", redirecting(target))
    with pytest.raises(outgoing.Unsupported):
        fetch(site.url("/"))


@pytest.mark.parametrize("behaviour", [misbehaving.silent, misbehaving.dripping_head, misbehaving.dripping_body])
def test_a_slow_site_ends_with_the_time_of_the_whole_fetch(site, behaviour):
    site.behave("/", behaviour)
    began = time.monotonic()
    with pytest.raises(outgoing.TooSlow):
        fetch(site.url("/"))
    assert time.monotonic() - began < 2


def test_redirects_share_the_time_of_one_fetch(site):
    def slowly(running, asked, connection):
        running.ending.wait(0.2)
        redirecting(asked.path + "x")(running, asked, connection)

    for count in range(6):
        site.behave("/" + "x" * count, slowly)
    with pytest.raises(outgoing.TooSlow):
        fetch(site.url("/"))
    assert len(site.hits) <= 3


def test_a_resolver_without_an_end_ends_with_the_time_too():
    with pytest.raises(outgoing.TooSlow):
        fetch("http://slow.example/", resolver=lambda host, port: time.sleep(1.5) or ["1.1.1.1"])


def test_an_unknown_name_is_unreachable():
    def unknown(host, port):
        raise OSError("Name or service not known")

    for resolver in (unknown, to()):
        with pytest.raises(outgoing.Unreachable):
            fetch("http://nobody.example/", resolver=resolver)


def test_an_endless_body_is_read_no_further_than_the_limit(site):
    site.behave("/", misbehaving.endless_body)
    answer = fetch(site.url("/"))
    assert (len(answer.body), answer.is_cut) == (QUICK.body, True)


def test_a_bomb_is_unpacked_no_further_than_the_limit(site):
    site.behave("/", misbehaving.bomb)
    answer = fetch(site.url("/"), limits=Limits(seconds=5, body=10_000))
    assert (len(answer.body), answer.is_cut) == (10_000, True)


def test_what_is_compressed_is_unpacked(site):
    site.say("/", gzip.compress("Guía".encode() * 100), Content_Encoding="gzip")
    site.say("/lie", "plain text", Content_Encoding="gzip")
    site.say("/other", b"\x0b\x02", Content_Encoding="br")
    assert fetch(site.url("/")).body.decode() == "Guía" * 100
    with pytest.raises(outgoing.BadAnswer):
        fetch(site.url("/lie"))
    assert fetch(site.url("/other")).body == b""


@pytest.mark.parametrize("behaviour", [misbehaving.huge_head, misbehaving.informing, misbehaving.garbage])
def test_what_is_no_answer_is_a_bad_answer(site, behaviour):
    site.behave("/", behaviour)
    with pytest.raises(outgoing.BadAnswer):
        fetch(site.url("/"), limits=Limits(seconds=5))


def test_a_connection_that_breaks_is_unreachable(site, settings):
    site.behave("/", misbehaving.reset)
    with pytest.raises(outgoing.Unreachable):
        fetch(site.url("/"))
    with Site() as gone:
        pass
    settings.OUTGOING_LOOPBACK_PORTS = frozenset({gone.port})
    with pytest.raises(outgoing.Unreachable):
        fetch(gone.url("/"))


def test_redirects_are_followed_five_times_and_named(site):
    for count in range(1, 6):
        site.behave(f"/{count}", redirecting(f"{count + 1}?to=é" if count < 5 else "/end", 301 if count < 3 else 302))
    site.say("/end", "Here")
    answer = fetch(site.url("/1"))
    assert (answer.url, answer.body) == (site.url("/end"), b"Here")
    assert [hop.status for hop in answer.hops] == [301, 301, 302, 302, 302]
    assert answer.moved_to == site.url("/3?to=%C3%A9")

    site.behave("/end", redirecting("/further"))
    with pytest.raises(outgoing.RedirectLoop):
        fetch(site.url("/1"))


def test_a_loop_ends_and_says_whether_it_wants_a_cookie(site):
    site.behave("/plain", redirecting("/plain"))
    site.behave("/cookie", redirecting("/cookie", Set_Cookie="been=here"))
    for path, wants_cookie in (("/plain", False), ("/cookie", True)):
        with pytest.raises(outgoing.RedirectLoop) as caught:
            fetch(site.url(path))
        assert caught.value.wants_cookie is wants_cookie
        assert len(site.asked(path)) == 6


def test_a_redirect_to_no_address_is_a_bad_answer(site):
    for target in ("http://[::1/", "/" + "x" * 5000):
        site.behave("/", redirecting(target))
        with pytest.raises(outgoing.BadAnswer):
            fetch(site.url("/"))


def test_what_was_meant_for_one_site_is_not_told_to_another(site, settings):
    secret = {"Authorization": "Bearer secret", "X-Signature": "abc", "If-None-Match": '"1"'}
    with Site() as other:
        settings.OUTGOING_LOOPBACK_PORTS |= {other.port}
        site.behave("/home", redirecting("/same"))
        site.behave("/same", redirecting(other.url("/there")))
        other.say("/there", "Hello")
        fetch(site.url("/home"), headers=secret)
        [there] = other.hits
    assert [hit.headers.get("authorization") for hit in site.hits] == ["Bearer secret"] * 2
    assert "authorization" not in there.headers
    assert "x-signature" not in there.headers
    assert there.headers["if-none-match"] == '"1"'


def test_a_post_is_sent_whole_and_not_carried_elsewhere_by_a_redirect(site):
    site.behave("/hook", redirecting("/elsewhere", 307))
    answer = fetch(site.url("/hook"), method="POST", content=b'{"a": 1}', headers={"Content-Type": "application/json"})
    assert answer.status == 307
    [hit] = site.hits
    assert (hit.method, hit.body, hit.headers["content-type"]) == ("POST", b'{"a": 1}', "application/json")


@pytest.mark.parametrize("name", ["Host", "cookie", "User-Agent", "Transfer-Encoding"])
def test_some_headers_are_nobodys_to_set(name):
    with pytest.raises(ValueError, match="set by fetch itself"):
        fetch("http://site.example/", headers={name: "x"})


def test_a_head_brings_no_body(site):
    site.say("/", "text")
    answer = fetch(site.url("/"), method="HEAD")
    assert (answer.status, answer.body, site.asked("/")) == (200, b"", ["HEAD"])


def test_a_certificate_must_be_valid_and_for_this_name(settings, tmp_path):
    good, expired = (misbehaving.certificate(tmp_path, days=days) for days in (1, -1))
    for pem, host, trusted in ((good, "site.example", False), (good, "other.example", True), (expired, "x", True)):
        tls = ssl.create_default_context(cafile=pem) if trusted else None
        with Site(tls=misbehaving.serving_with(pem)) as site:
            settings.OUTGOING_LOOPBACK_PORTS = frozenset({site.port})
            site.say("/", "secret")
            with pytest.raises(outgoing.BadCertificate):
                fetch(site.url("/", host=host), resolver=to("127.0.0.1"), tls=tls, limits=Limits(seconds=5))
            assert site.hits == []

    with Site(tls=misbehaving.serving_with(good)) as site:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({site.port})
        site.say("/", "secret")
        tls = ssl.create_default_context(cafile=good)
        answer = fetch(site.url("/", host="site.example"), resolver=to("127.0.0.1"), tls=tls, limits=Limits(seconds=5))
        assert answer.body == b"secret"


def test_a_site_that_does_not_speak_tls_is_unreachable(site):
    site.behave("/", saying("plain"))
    with pytest.raises((outgoing.Unreachable, outgoing.TooSlow)):
        fetch(site.url("/").replace("http:", "https:"))


def test_the_exception_for_tests_is_an_error_wherever_the_portal_is_for_real(settings):
    settings.OUTGOING_LOOPBACK_PORTS = frozenset()
    assert check_way_out(None) == []
    settings.OUTGOING_LOOPBACK_PORTS = frozenset({8100})
    assert [problem.id for problem in check_way_out(None)] == ["portal.E003"]


def test_no_environment_opens_this_machine_outside_of_development(monkeypatch):
    """The settings read the variable only under DEBUG."""
    monkeypatch.setenv("OUTGOING_LOOPBACK_PORTS", "6379,5432")
    code = "from portal import settings; print(sorted(settings.OUTGOING_LOOPBACK_PORTS))"
    said = {}
    for debug in ("false", "true"):
        monkeypatch.setenv("DEBUG", debug)
        said[debug] = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == {"false": "[]\n", "true": "[5432, 6379]\n"}
