"""One look at an address on a site that misbehaves."""

import ssl
import time
from contextlib import nullcontext
from datetime import timedelta
from functools import partial

import pytest

from portal import outgoing, politeness
from portal.outgoing import Limits
from resources import looking
from resources.looking import Look
from resources.recognizing import looks_like_an_error_page
from tests import misbehaving
from tests.misbehaving import Site, by_method, conditional, redirecting, saying

GUIDE = "<html><head><title>Importing into Canada</title></head><body><h1>Importing</h1>What to do first.</body></html>"

look = partial(looking.look, gate=nullcontext, limits=Limits(seconds=0.6, connect_seconds=0.6, body=20_000))


@pytest.fixture
def site(settings):
    with Site() as running:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({running.port})
        running.say("/", "<title>The agency</title>")
        yield running


def test_a_page_that_is_there_has_no_problem(site):
    site.say("/guide", GUIDE, ETag='"1"', Last_Modified="Tue, 05 Jan 2027 10:00:00 GMT")
    assert look(site.url("/guide#duties")) == Look(
        site.url("/guide#duties"), http_status=200, etag='"1"', last_modified="Tue, 05 Jan 2027 10:00:00 GMT"
    )
    assert site.asked("/guide") == ["HEAD", "GET"]  # the title is looked at


def test_of_what_is_no_page_only_the_head_is_asked_for(site):
    site.say("/form.pdf", b"%PDF", Content_Type="application/pdf")
    assert look(site.url("/form.pdf")).problem == ""
    assert site.asked("/form.pdf") == ["HEAD"]


def test_an_unchanged_page_is_not_read_again(site):
    site.behave("/guide", conditional(GUIDE, '"7"'))
    first = look(site.url("/guide"))
    again = look(site.url("/guide"), etag=first.etag, last_modified=first.last_modified)
    assert (again.problem, again.http_status, again.etag) == ("", 304, '"7"')
    assert site.asked("/guide") == ["HEAD", "GET", "HEAD"]
    assert site.hits[-1].headers["if-none-match"] == '"7"'


@pytest.mark.parametrize("lie", [404, 405, 500, 501, 403])
def test_where_head_lies_get_is_believed(site, lie):
    site.behave("/guide", by_method(HEAD=saying(status=lie), GET=saying(GUIDE)))
    assert look(site.url("/guide")).problem == ""


@pytest.mark.parametrize("lie", [misbehaving.garbage, misbehaving.silent])
def test_where_head_is_nonsense_get_is_believed(site, lie):
    site.behave("/guide", by_method(HEAD=lie, GET=saying(GUIDE)))
    assert look(site.url("/guide")).problem == ""


def test_a_page_that_only_head_finds_is_gone(site):
    site.behave("/guide", by_method(HEAD=saying(), GET=saying("<title>Gone</title>", status=404)))
    assert look(site.url("/guide")).problem == "not_found"


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (404, "not_found"), (410, "not_found"), (401, "refused"), (403, "refused"), (429, "refused"), (451, "refused"),
        (999, "refused"), (400, "server"), (500, "server"), (503, "server"), (302, "server"), (304, ""), (204, ""),
    ],
)  # fmt: skip
def test_what_each_answer_means(site, status, problem):
    site.say("/guide", status=status)
    found = look(site.url("/guide"))
    assert (found.problem, found.http_status) == (problem, status)


def test_walls_against_programs_refuse_whatever_their_status(site):
    site.say("/a", "<html><head><title>Just a moment...</title>", status=503)
    site.say("/b", status=202, x_amzn_waf_action="challenge")
    site.say("/c", '<script src="/_Incapsula_Resource?x=1"></script>')
    site.behave("/d", redirecting("/d", Set_Cookie="seen=1"))
    assert [look(site.url(path)).problem for path in ("/a", "/b", "/c", "/d")] == ["refused"] * 4


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        (misbehaving.silent, "timeout"),
        (misbehaving.dripping_head, "timeout"),
        (misbehaving.dripping_body, "timeout"),
        (misbehaving.huge_head, "server"),
        (misbehaving.garbage, "server"),
        (misbehaving.reset, "unreachable"),
        (redirecting("/guide"), "redirects"),
        (redirecting("http://169.254.169.254/latest/"), "forbidden"),
        (redirecting("http://10.0.0.1/"), "forbidden"),
        (redirecting("ftp://example.org/"), "unsupported"),
        (misbehaving.endless_body, ""),
    ],
)
def test_what_misbehaviour_means_and_that_it_ends(site, behaviour, problem):
    site.behave("/guide", behaviour)
    began = time.monotonic()
    assert look(site.url("/guide")).problem == problem
    assert time.monotonic() - began < 4


def test_a_bomb_is_a_page_like_others(site):
    site.behave("/guide", misbehaving.bomb)
    assert look(site.url("/guide"), limits=Limits(seconds=5, body=20_000)).problem == ""


def test_an_address_in_the_private_network_is_not_asked(site):
    with Site(address="127.0.0.2", port=site.port) as inside:
        site.behave("/guide", redirecting(inside.url("/")))
        assert look(inside.url("/")).problem == "forbidden"
        assert look(site.url("/guide")).problem == "forbidden"
        assert inside.calls == 0
    assert site.asked("/guide") == ["HEAD"]  # GET is not even tried


def test_a_certificate_that_is_not_valid_is_said_to_be_so(settings, tmp_path):
    with Site(tls=misbehaving.serving_with(misbehaving.certificate(tmp_path))) as site:
        settings.OUTGOING_LOOPBACK_PORTS = frozenset({site.port})
        assert look(site.url("/"), limits=Limits(seconds=5)).problem == "certificate"
        trusting = partial(outgoing.fetch, tls=ssl.create_default_context(cafile=tmp_path / "site.example1.pem"))
        site.say("/", GUIDE)
        assert look(site.url("/"), fetch=trusting, limits=Limits(seconds=5)).problem == ""


def test_a_page_that_moved_for_good_is_proposed_with_its_place(site):
    site.behave("/old", redirecting("/newer", 301))
    site.behave("/newer", redirecting("/newest?x=1", 308))
    site.say("/newest", GUIDE)
    assert look(site.url("/old#duties")).moved_to == site.url("/newest?x=1#duties")


def test_only_what_moved_for_good_is_proposed(site):
    site.say("/new", GUIDE)
    site.behave("/today", redirecting("/new", 302))
    site.behave("/first", redirecting("/second", 301))
    site.behave("/second", redirecting("/new", 307))
    site.behave("/session", redirecting("/new;jsessionid=1", 301))
    site.say("/new;jsessionid=1", GUIDE)
    site.behave("/dead", redirecting("/nowhere", 301))
    found = {path: look(site.url(path)) for path in ("/today", "/first", "/session", "/dead")}
    assert {path: one.moved_to for path, one in found.items()} == {
        "/today": "",
        "/first": site.url("/second"),
        "/session": "",
        "/dead": "",
    }
    assert found["/dead"].problem == "not_found"


@pytest.mark.parametrize(
    ("title", "charset"),
    [
        ("Page not found | Trade.gov", "utf-8"),
        ("404 - File or directory not found.", "utf-8"),
        ("Error 404", "utf-8"),
        ("Sorry, the page you are looking for has moved", "utf-8"),
        ("Página no encontrada | Secretaría de Economía", "utf-8"),
        ("Página no encontrada", "iso-8859-1"),
        ("La página que busca no existe", "utf-8"),
        ("No se encontró la página", "utf-8"),
        ("Page introuvable - Canada.ca", "utf-8"),
        ("La page demandée n’existe pas", "utf-8"),
        ("Nous ne trouvons pas cette page", "utf-8"),
        ("找不到網頁 - 經濟部", "utf-8"),
        ("找不到網頁", "big5"),
        ("您要找的頁面不存在", "utf-8"),
        ("查無此頁", "utf-8"),
        ("错误404 页面不存在", "gb18030"),
    ],
)
def test_an_error_page_that_says_all_is_well_is_noticed(site, title, charset):
    html = f"<html><head><title>\n {title}\n</title></head><body>{'<p>Menu</p>' * 1000}</body></html>"
    site.say("/guide", html.encode(charset), Content_Type=f"text/html; charset={charset}")
    assert look(site.url("/guide")).problem == "soft_404"


@pytest.mark.parametrize(
    "title",
    [
        "Importing into Canada", "What to do when a tariff heading is not listed", "Form 4040: how to fill it in",
        "Finding documents for customs", "Guía: documentos que no necesita", "Page 404 of the tariff",
        "Documents à ne pas oublier", "文件與檔案下載", "資料查詢", "找到合作夥伴", "", "Guía para exportar",
    ],
)  # fmt: skip
def test_a_page_about_something_is_no_error_page(title):
    page = f"<html><head><title>{title}</title></head><body>{'<p>Text.</p>' * 1000}</body></html>".encode()
    assert not looks_like_an_error_page(asked="https://a.example/x", found="https://a.example/x", page=page)


@pytest.mark.parametrize(
    ("asked", "found", "suspect"),
    [
        ("/guides/import", "/", True),
        ("/guides/import", "/en/", True),
        ("/guides/import", "/en-CA/index.html", True),
        ("/guides/import", "/zh-hant/home", True),
        ("/guides/import", "/errors/404.aspx", True),
        ("/guides/import", "/PageNotFound", True),
        ("/guides/import", "/en/guides/import", False),
        ("/guides/import", "/index.php?page=import", False),
        ("/", "/en/", False),
        ("/en", "/fr/index.html", False),
        ("/guides/404-forms", "/guides/404-forms", False),
    ],
)
def test_a_deep_link_that_ends_at_the_front_door_is_noticed(site, asked, found, suspect):
    if asked != found:
        site.behave(asked, redirecting(found, 301))
    site.say(found.partition("?")[0], "<title>The agency</title>")
    result = look(site.url(asked))
    assert (result.problem == "soft_404") is suspect
    assert bool(result.moved_to) is (not suspect and asked != found)


def test_a_content_type_that_is_not_true_does_no_harm(site):
    site.say("/a", bytes(range(256)) * 50, Content_Type="text/html; charset=utf-16-nonsense")
    site.say("/b", "<title>Page not found</title>", Content_Type="image/png")
    site.say("/c", b"\xff\xfe" * 300, Content_Type="")
    assert [look(site.url(path)).problem for path in ("/a", "/b", "/c")] == ["", "", ""]


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("99999999999", timedelta(days=7)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=7)),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_a_site_says_how_long_it_wants_to_be_left_alone(site, said, wait):
    site.say("/guide", status=429, Retry_After=said)
    found = look(site.url("/guide"))
    assert (found.problem, found.wait) == ("refused", wait)
    assert (found.site, site.asked("/guide")) == ("127.0.0.1", ["HEAD"])  # it is not asked twice


def test_looks_at_one_site_come_one_by_one_with_a_pause(site):
    site.say("/form.pdf", Content_Type="application/pdf")
    began = time.monotonic()
    for _ in range(2):
        look(site.url("/form.pdf"), gate=politeness.turn)
    assert time.monotonic() - began >= politeness.PAUSE
