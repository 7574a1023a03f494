"""What is let in, what is refused and why, and what a file is called afterwards."""

import io
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.uploads import checking, naming
from tests.factories import files


def refusal(name, content):
    """Why a file is refused; nothing when it is let in."""
    try:
        checking.check(files.upload(name, content))
    except ValidationError as refused:
        return refused.code
    return ""


GOOD = {
    "paper.pdf": (files.pdf, "application/pdf"),
    "paper.docx": (files.word, files.MAIN["docx"].removesuffix(".main+xml")),
    "table.xlsx": (lambda: files.open_xml("xlsx"), files.MAIN["xlsx"].removesuffix(".main+xml")),
    "slides.pptx": (lambda: files.open_xml("pptx"), files.MAIN["pptx"].removesuffix(".main+xml")),
    "paper.odt": (lambda: files.open_document("text"), files.OPEN_DOCUMENT + "text"),
    "table.ods": (lambda: files.open_document("spreadsheet"), files.OPEN_DOCUMENT + "spreadsheet"),
    "slides.odp": (lambda: files.open_document("presentation"), files.OPEN_DOCUMENT + "presentation"),
    "plan.png": (files.png, "image/png"),
    "photo.JPG": (files.jpeg, "image/jpeg"),
    "note.txt": ("議程：海關\n".encode, "text/plain; charset=utf-8"),
    "note16.txt": (lambda: "議程".encode("utf-16"), "text/plain; charset=utf-16"),
    "table.csv": (lambda: b"a,b\n1,2\n", "text/csv; charset=utf-8"),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_on_the_list_is_let_in_and_kept_byte_for_byte(name):
    make, content_type = GOOD[name]
    content = make()

    checked = checking.check(files.upload(name, content))

    assert (checked.content_type, checked.size) == (content_type, len(content))
    assert checked.content.read() == content
    assert len(checked.digest) == 64


CODES = {"", "empty", "too_large", "kind", "mismatch", "broken", "locked", "active", "bomb", "encoding"}
MACROS = {"word/vbaProject.bin": b"x"}
DTD = '<!DOCTYPE a [<!ENTITY b "c">]><Types><Override ContentType="x"/></Types>'
LINKED = (
    '<Relationships><Relationship Id="a" TargetMode="External" Target="http://example.com/t.dotm" Type="http://'
    'schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"/></Relationships>'
)
BAD = {
    # Not what the name says, or nothing we take.
    "no-extension": (b"x", "kind"),
    "program.exe": (b"MZ", "kind"),
    "page.html": (b"<html>", "kind"),
    "drawing.svg": (b"<svg/>", "kind"),
    "macro.docm": (files.open_xml("docx"), "kind"),
    "empty.pdf": (b"", "empty"),
    "program.pdf": (b"MZ\x90\x00" + b"\x00" * 300, "mismatch"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "mismatch"),
    "picture.png": (files.jpeg(), "mismatch"),
    "slides.docx": (files.open_xml("pptx"), "mismatch"),
    "renamed.docx": (
        files.open_xml("docx", main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "active",
    ),
    "text.ods": (files.open_document("text"), "mismatch"),
    "archive.docx": (files.packed({"a.txt": b"x"}), "broken"),
    # Programs inside.
    "macro.docx": (files.open_xml("docx", MACROS), "active"),
    "control.docx": (files.open_xml("docx", {"word/activeX/activeX1.xml": "<a/>"}), "active"),
    "object.pptx": (files.open_xml("pptx", {"ppt/embeddings/oleObject1.bin": b"x"}), "active"),
    "inside.docx": (
        files.open_xml("docx", {"word/embeddings/table.xlsx": files.open_xml("xlsx", MACROS)}),
        "active",
    ),
    "linked.docx": (files.open_xml("docx", {"word/_rels/settings.xml.rels": LINKED}), "active"),
    "basic.odt": (files.open_document("text", {"Basic/Standard/Module1.xml": "<a/>"}), "active"),
    "event.odt": (files.open_document("text", {"content.xml": '<a href="vnd.sun.star.script:x"/>'}), "active"),
    "script.pdf": (files.pdf() + b"<</S/JavaScript/JS(app.alert(1))>>\n%%EOF", "active"),
    "written-otherwise.pdf": (files.pdf() + b"<</S/J#61vaScript>>\n%%EOF", "active"),
    "launch.pdf": (files.pdf() + b"<</S/Launch/F(cmd.exe)>>\n%%EOF", "active"),
    "hidden.pdf": (
        files.pdf() + b"9 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\n"
        + zlib.compress(b"1 0 <</S/JavaScript>>") + b"\nendstream endobj\n%%EOF",
        "active",
    ),
    "attachment.pdf": (files.pdf() + b"<</Names<</EmbeddedFiles 1 0 R>>>>\n%%EOF", "active"),
    "picture-and-more.png": (files.png() + files.packed({"a": b"b"}), "active"),
    # Locked, damaged.
    "locked.pdf": (files.pdf() + b"trailer<</Encrypt 5 0 R>>\n%%EOF", "locked"),
    "locked.odt": (files.open_document("text", manifest="<encryption-data/>"), "locked"),
    "half.pdf": (files.pdf()[:400], "broken"),
    "half.docx": (files.word()[:-200], "broken"),
    "half.png": (files.png()[:60], "broken"),
    "half.jpg": (files.jpeg()[:20], "broken"),
    "entities.docx": (files.packed({"[Content_Types].xml": DTD, "main.xml": "<a/>"}), "broken"),
    "elsewhere.docx": (files.open_xml("docx", {"../../etc/passwd": b"x"}), "broken"),
    "in-front.docx": (files.word().join([b"#!/bin/sh\n", b""]), "mismatch"),
    # Beyond measure.
    "bomb.docx": (files.open_xml("docx", {"word/media/a.txt": b"\0" * 40_000_000}), "bomb"),
    "wide.jpg": (files.jpeg(width=60_000, height=60_000), "bomb"),
    # Texts.
    "latin.txt": ("Méxi".encode("latin-1"), "encoding"),
    "binary.csv": (b"a\x00b", "encoding"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_everything_else_is_refused_with_its_reason(name):
    content, code = BAD[name]

    assert refusal(name, content) == code


def test_a_locked_archive_a_thousand_names_for_the_same_bytes_and_nests_are_refused():
    locked = bytearray(files.open_xml("docx"))
    at = locked.find(b"PK\x01\x02")
    locked[at + 8] |= 1  # the flag of the first piece in the list
    assert refusal("locked.docx", bytes(locked)) == "locked"

    many = files.open_xml("docx", {f"word/{n}.xml": b"" for n in range(5001)})
    assert refusal("many.docx", many) == "bomb"

    nest = files.open_xml("docx")
    for _level in range(4):
        nest = files.open_xml("docx", {"word/embeddings/next.docx": nest})
    assert refusal("nest.docx", nest) == "bomb"


def test_what_a_file_claims_of_its_pieces_is_not_believed():
    """A piece that unpacks to more than its list says."""
    content = bytearray(files.packed({"[Content_Types].xml": b"a" * 5000, "main.xml": b"b"}))
    claimed = (10).to_bytes(4, "little")
    local, listed = content.find(b"PK\x03\x04"), content.find(b"PK\x01\x02")
    content[local + 22 : local + 26] = claimed
    content[listed + 24 : listed + 28] = claimed

    assert refusal("liar.docx", bytes(content)) == "broken"


@override_settings(UPLOAD_MAX_MB=1)
def test_the_limit_is_the_setting_and_the_reader_is_told_it():
    with pytest.raises(ValidationError) as refused:
        checking.check(files.upload("long.txt", b"a" * (1024 * 1024 + 1)))

    assert refused.value.code == "too_large"
    assert "1.0\xa0MB" in refused.value.messages[0]
    assert checking.check(files.upload("just.txt", b"a" * 1024 * 1024)).size == 1024 * 1024


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Propuesta aduanera v1.2.pdf", "Propuesta aduanera v1.2.pdf"),
        ("專案 計畫.DOCX", "專案 計畫.docx"),
        ("C:\\Users\\me\\paper.pdf", "paper.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ('q"uo;te%.pdf', "q_uo_te.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("...pdf", "document.pdf"),
        ("x" * 400 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_loses_what_is_special_and_nothing_else(given_name, kept):
    assert naming.safe(given_name) == kept


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_whatever_a_file_is_called_its_name_fits_everywhere_and_stays_as_it_is_when_made_safe_again(name):
    safe = naming.safe(name)

    assert 0 < len(safe) <= naming.LONGEST
    assert not set(safe) & set('<>:"/\\|?*%;\r\n\x00')
    assert naming.safe(safe) == safe


@given(st.binary(max_size=400), st.sampled_from(sorted(checking.KINDS)))
@settings(max_examples=150, deadline=None)
def test_whatever_the_bytes_are_the_answer_is_yes_or_a_refusal(noise, kind):
    beginnings = {"pdf": b"%PDF-1.7\n", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
    content = beginnings.get(kind, b"" if kind in {"txt", "csv"} else b"PK\x03\x04") + noise

    assert refusal(f"a.{kind}", content) in CODES


def test_a_real_archive_with_one_byte_changed_is_never_an_error_of_ours():
    whole = files.word()
    for at in range(0, len(whole), 997):
        changed = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        assert refusal("a.docx", changed) in CODES


def test_the_sample_archives_are_archives():
    with zipfile.ZipFile(io.BytesIO(files.open_xml("xlsx"))) as archive:
        assert archive.testzip() is None
