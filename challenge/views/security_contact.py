"""Address for people who found a weakness of the site: `security.txt` (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

#: Days for which the file counts as up to date. It is made with each request, so it never expires while the site runs.
VALID_DAYS = 180


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """The file: who to write to, until when this holds, where the file is, and in which language to write."""
    about = settings.SITE_URL + reverse("site_page", args=["about"])
    contact = f"mailto:{settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else about
    day = datetime.combine(timezone.now().date() + timedelta(days=VALID_DAYS), time(), UTC)
    lines = [
        f"Contact: {contact}",
        f"Expires: {day:%Y-%m-%dT%H:%M:%SZ}",
        f"Canonical: {settings.SITE_URL}{request.path}",
        "Preferred-Languages: en",
    ]
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
