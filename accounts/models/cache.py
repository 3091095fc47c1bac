"""Table of the cache that all processes share."""

from typing import Self

from django.db import models
from django.utils import timezone

from bigsite.caches import TABLE


class CacheRowQuerySet(models.QuerySet["CacheRow"]):
    """Values by their time."""

    def expired(self) -> Self:
        """Keep values whose time is over; the cache itself removes them only when it is full."""
        return self.filter(expires__lt=timezone.now())


class CacheRow(models.Model):
    """One value of the cache. Only Django's `DatabaseCache` writes rows; the columns are the ones that it expects."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    objects = CacheRowQuerySet.as_manager()

    class Meta:
        db_table = TABLE

    def __str__(self) -> str:
        return self.cache_key
