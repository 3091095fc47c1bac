"""Cache that all processes share: a table of the database, or Redis, with the table for the time when Redis is down."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

#: Table of the database; `accounts.models.CacheRow` describes it.
TABLE = "cache"
#: More rows than this, and Django removes a third of them, limits that count among them.
MOST_ROWS = 100_000
#: Seconds for which Redis is not asked again after it did not answer.
PAUSE = 5


def from_address(cache: dict[str, Any]) -> dict[str, Any]:
    """Return the setting `CACHES` for one cache, as django-environ reads it from an address."""
    if cache["BACKEND"].endswith(".DatabaseCache"):
        return {"default": cache | {"OPTIONS": {"MAX_ENTRIES": MOST_ROWS}}}
    if cache["BACKEND"].endswith(".RedisCache"):
        # A cache that is down must neither fail a page nor delay it for long.
        waits = {"socket_connect_timeout": 1, "socket_timeout": 1}
        return {"default": cache | {"BACKEND": "bigsite.caches.TolerantRedisCache", "OPTIONS": waits}}
    return {"default": cache}


def _tolerant(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return the method of a client that uses the database while Redis does not answer."""

    @wraps(method)
    def call(client: "TolerantClient", *args: Any, **options: Any) -> Any:
        if time.monotonic() >= client.asks_again_at:
            try:
                return method(client, *args, **options)
            except RedisError as error:
                client.asks_again_at = time.monotonic() + PAUSE
                logger.error("The cache does not answer (%s): %s", method.__name__, error)
        return getattr(client.substitute, method.__name__)(*args, **options)

    return call


class TolerantClient(RedisCacheClient):
    """Client that uses a table of the database while Redis is down: pages work, and limits count."""

    add = _tolerant(RedisCacheClient.add)
    get = _tolerant(RedisCacheClient.get)
    set = _tolerant(RedisCacheClient.set)
    touch = _tolerant(RedisCacheClient.touch)
    delete = _tolerant(RedisCacheClient.delete)
    get_many = _tolerant(RedisCacheClient.get_many)
    has_key = _tolerant(RedisCacheClient.has_key)
    incr = _tolerant(RedisCacheClient.incr)
    set_many = _tolerant(RedisCacheClient.set_many)
    delete_many = _tolerant(RedisCacheClient.delete_many)
    clear = _tolerant(RedisCacheClient.clear)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asks_again_at = 0.0
        self.substitute = DatabaseCache(TABLE, {"OPTIONS": {"MAX_ENTRIES": MOST_ROWS}})


class TolerantRedisCache(RedisCache):
    """Cache in Redis that never fails a page."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = TolerantClient

    def answers(self) -> bool:
        """Return whether Redis answers at this moment; values are kept in any case."""
        try:
            return bool(self._cache.get_client().ping())
        except RedisError:
            return False
