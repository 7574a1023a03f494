from django.urls import path

from dialogues.views import documents, packs

_SESSION = "<slug:slug>/sessions/<int:pk>/"

urlpatterns = [
    path(_SESSION + "documents/", documents.document_list, name="document-list"),
    path(_SESSION + "documents/new/", documents.document_add, name="document-add"),
    path(_SESSION + "documents/files/<int:version_pk>/", documents.document_download, name="document-download"),
    path(_SESSION + "documents/<int:document_pk>/edit/", documents.document_revise, name="document-revise"),
    path(_SESSION + "documents/<int:document_pk>/new-version/", documents.version_add, name="version-add"),
    path(_SESSION + "documents/<int:document_pk>/take-off/", documents.document_take_off, name="document-take-off"),
    path(_SESSION + "documents/<int:document_pk>/put-back/", documents.document_put_back, name="document-put-back"),
    path(_SESSION + "pack/", packs.session_pack, name="session-pack"),
    path(_SESSION + "pack.pdf", packs.session_pack_pdf, name="session-pack-pdf"),
    path(_SESSION + "pack.docx", packs.session_pack_docx, name="session-pack-docx"),
]
