"""URLs of the site."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLResolver, include, path
from django.urls.resolvers import RoutePattern

urlpatterns = [
    path("", include("challenge.urls")),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/second-factor/", include("allauth.mfa.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
    # by its name, not by `include`, which would load it in workers, too: it takes them 15 MB
    URLResolver(RoutePattern("api/v1/"), "challenge.api.urls", app_name="ninja", namespace="api-1"),
]

handler400 = "bigsite.errors.bad_request"
handler500 = "bigsite.errors.server_error"
