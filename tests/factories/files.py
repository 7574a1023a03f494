"""Small files of every kind, real ones where a library makes them."""

import io
import zipfile

import docx
import typst
from django.core.files.uploadedfile import SimpleUploadedFile

OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
OPEN_XML = "application/vnd.openxmlformats-officedocument."
MAIN = {
    "docx": OPEN_XML + "wordprocessingml.document.main+xml",
    "xlsx": OPEN_XML + "spreadsheetml.sheet.main+xml",
    "pptx": OPEN_XML + "presentationml.presentation.main+xml",
}


def upload(name, content):
    return SimpleUploadedFile(name, content)


def pdf(text="A paper"):
    return typst.compile(f'#set document(title: "A paper")\n{text}'.encode())


def png():
    return typst.compile(b"#set page(width: 20pt, height: 20pt)\nx", format="png", ppi=72)


def jpeg(*, width=10, height=10):
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    frame = b"\xff\xc0\x00\x0b\x08" + size + b"\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00" * 8
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + frame + scan + b"\xff\xd9"


def word(text="A paper"):
    file = io.BytesIO()
    document = docx.Document()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


def packed(pieces, compression=zipfile.ZIP_DEFLATED):
    """A zip archive of ``{name: content}``, the same whenever it is made (test processes compare what they collect)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in pieces.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return file.getvalue()


def open_xml(kind, more=None, *, main=""):
    types = (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'content-types"><Override PartName="/main.xml" ContentType="{main or MAIN[kind]}"/></Types>'
    )
    return packed({"[Content_Types].xml": types, "main.xml": "<a/>"} | (more or {}))


def open_document(kind, more=None, *, manifest="<manifest/>"):
    pieces = {"mimetype": OPEN_DOCUMENT + kind, "content.xml": "<a/>", "META-INF/manifest.xml": manifest}
    return packed(pieces | (more or {}))
