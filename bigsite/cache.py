"""Cache in Redis that may be down: pages become slower, and none fails."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _tolerant(method: Callable[..., Any], missing: Any) -> Callable[..., Any]:
    """Return the method with an answer of its own, as of an empty cache, if Redis does not answer."""

    @wraps(method)
    def call(client: RedisCacheClient, *args: Any, **options: Any) -> Any:
        try:
            return method(client, *args, **options)
        except RedisError as error:
            logger.error("The cache does not answer (%s): %s", method.__name__, error)
            return missing

    return call


class TolerantClient(RedisCacheClient):
    """Client that takes a Redis that is down for an empty cache that forgets at once."""

    add = _tolerant(RedisCacheClient.add, missing=True)
    set = _tolerant(RedisCacheClient.set, missing=None)
    touch = _tolerant(RedisCacheClient.touch, missing=False)
    delete = _tolerant(RedisCacheClient.delete, missing=False)
    has_key = _tolerant(RedisCacheClient.has_key, missing=False)
    set_many = _tolerant(RedisCacheClient.set_many, missing=None)
    delete_many = _tolerant(RedisCacheClient.delete_many, missing=None)
    clear = _tolerant(RedisCacheClient.clear, missing=False)

    def get(self, key: Any, default: Any) -> Any:
        """Return the value, or the default."""
        return _tolerant(RedisCacheClient.get, missing=default)(self, key, default)

    def get_many(self, keys: Any) -> dict[Any, Any]:
        """Return the values that are there."""
        return _tolerant(RedisCacheClient.get_many, missing={})(self, keys)

    def incr(self, key: Any, delta: Any) -> Any:
        """Increase a number.

        Raises:
            ValueError: the key is not there.

        """
        value = _tolerant(RedisCacheClient.incr, missing=None)(self, key, delta)
        if value is None:
            raise ValueError(f"Key {key!r} not found")
        return value


class TolerantRedisCache(RedisCache):
    """Cache in Redis that never fails a page."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = TolerantClient
