"""URLs of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("challenge.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "bigsite.errors.bad_request"
