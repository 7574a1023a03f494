from django.urls.resolvers import URLPattern

app_name = "focal"
urlpatterns: list[URLPattern] = []
