"""A site that has all that a site needs."""

from contextlib import nullcontext

import pytest

from challenge.models import GroundTruth, PublishedMethod, SitePage
from challenge.services.upkeep import record_sweep
from challenge.upkeep import setting_checks


@pytest.fixture
def complete_site(settings, tmp_path, ground_truth, organizer, monkeypatch):
    """Give the site everything that `check_site` looks at; the mail server answers."""
    settings.SECRET_KEY = "".join(chr(48 + number) for number in range(60))
    settings.SITE_URL = "https://big.uni.edu"
    settings.ALLOWED_HOSTS = ["big.uni.edu"]
    settings.CONTACT_EMAIL = "big@uni.edu"
    settings.DEFAULT_FROM_EMAIL = "BIG benchmark <big@uni.edu>"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setattr(setting_checks, "get_connection", nullcontext)
    files = "django.core.cache.backends.filebased.FileBasedCache"
    settings.CACHES = {"default": {"BACKEND": files, "LOCATION": str(tmp_path / "cache")}}
    settings.STATIC_ROOT = tmp_path / "static"
    (settings.STATIC_ROOT / "css").mkdir(parents=True)
    (settings.STATIC_ROOT / setting_checks.STYLES).touch()
    GroundTruth.objects.update(is_demo=False)
    PublishedMethod.objects.create(scheme="knn", architecture="vgg16", resolution=28)
    SitePage.objects.all().delete()
    SitePage.objects.create(slug="about", body="We are two.")
    record_sweep()
    return settings
