from django.urls import path

from dialogues.views import documents

_SESSION = "<slug:slug>/sessions/<int:pk>/"

urlpatterns = [
    path(_SESSION + "documents/", documents.document_list, name="document-list"),
    path(_SESSION + "documents/new/", documents.document_add, name="document-add"),
    path(_SESSION + "documents/files/<int:version_pk>/", documents.document_download, name="document-download"),
    path(_SESSION + "documents/<int:document_pk>/edit/", documents.document_revise, name="document-revise"),
    path(_SESSION + "documents/<int:document_pk>/new-version/", documents.version_add, name="version-add"),
    path(_SESSION + "documents/<int:document_pk>/take-off/", documents.document_take_off, name="document-take-off"),
    path(_SESSION + "documents/<int:document_pk>/put-back/", documents.document_put_back, name="document-put-back"),
]
