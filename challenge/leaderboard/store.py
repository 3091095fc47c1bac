"""Results computed from the leaderboard, kept in the database: one process makes them, and all readers get them.

A result is current while the state of the site is the one it was made in: the revision of the leaderboard, the UTC day
(the anonymity of an entry can end at midnight without any change), and the version of the software. A reader of an
outdated result gets

- a new one, if it takes `BOARD_QUICK_SECONDS` at most;
- otherwise the outdated one, and the worker makes a new one (`refresh`): nobody waits;
- a new one nevertheless, if the worker has not made it within `PATIENCE`.

No result needs the cache, so a cache that is down changes nothing.
"""

import logging
import pickle
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.http import QueryDict
from django.utils import timezone

from bigsite.version import site_version
from challenge.formats.parameters import parameters
from challenge.models import BoardResult, BoardRevision, today
from challenge.services import queue

logger = logging.getLogger(__name__)

T = TypeVar("T")
M = TypeVar("M")

#: Time after which a reader does what the worker has not done.
PATIENCE = timedelta(seconds=30)
#: Days without a reader after which the worker no longer renews a result, and after which it removes the result.
RENEWED_DAYS, KEPT_DAYS = timedelta(days=1), timedelta(days=7)
#: A refresh ends after about this time, and the next one goes on.
REFRESH_SECONDS = 20


class NotMadeYetError(Exception):
    """A result is being made for the first time."""


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A result with the time at which it was made, and whether it is current."""

    value: T
    made_at: datetime
    is_current: bool


@dataclass(frozen=True)
class Result(Generic[T]):
    """A kind of result, and the function that makes it from the parameters in its name."""

    kind: str
    make: Callable[[QueryDict], T]
    #: True if processes keep the last values that they read.
    is_remembered: bool = True

    def get(self, about: Mapping[str, object], state: str | None = None) -> Kept[T]:
        """Return the result for these parameters.

        Args:
            about: parameters in their canonical form.
            state: state of the site, if the caller has read it already.

        Raises:
            NotMadeYetError: it takes long, and is being made for the first time.

        """
        name = f"{self.kind}?{parameters(about).urlencode()}"
        if not settings.BOARD_RESULTS_ARE_KEPT:
            return Kept(self._make(name), timezone.now(), is_current=True)
        state = state or state_of_the_site()
        held = BoardResult.objects.light().filter(name=name).first() or _new(name)
        if held.state == state:
            _note_reader(held)
            return self._load(held, is_current=True)
        if self._is_slow(held) and not _is_overdue(held):
            _miss(held)
            if not held.state:
                raise NotMadeYetError(name)
            return self._load(held, is_current=False)
        if made := self.renew(held):
            return made
        if not held.state:
            raise NotMadeYetError(name)
        return self._load(held, is_current=False)

    def value(self, about: Mapping[str, object], missing: M) -> T | M:
        """Return the value of the result, or `missing` while it is being made for the first time."""
        try:
            return self.get(about).value
        except NotMadeYetError:
            return missing

    def renew(self, held: BoardResult) -> Kept[T] | None:
        """Make and store a result; None if another process does that now."""
        own = BoardResult.objects.filter(pk=held.pk)
        if not own.claim():
            return None
        try:
            # before the rows are read: a result may be newer than its state, never older
            state = state_of_the_site()
            start = time.perf_counter()
            value = self._make(held.name)
            seconds = time.perf_counter() - start
        except BaseException:
            own.update(claimed_at=None)
            raise
        made_at = timezone.now()
        content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
        own.update(
            state=state, made_at=made_at, seconds=seconds, content=content, missed_at=None, claimed_at=None
        )
        return Kept(value, made_at, is_current=True)

    def _make(self, name: str) -> T:
        return self.make(QueryDict(name.partition("?")[2]))

    def _is_slow(self, held: BoardResult) -> bool:
        """Tell whether a reader should not wait for a result; a new one takes as long as the slowest of its kind."""
        if held.state:
            return held.seconds > settings.BOARD_QUICK_SECONDS
        slowest = BoardResult.objects.filter(name__startswith=f"{self.kind}?").aggregate(Max("seconds"))
        return (slowest["seconds__max"] or 0) > settings.BOARD_QUICK_SECONDS

    def _load(self, held: BoardResult, *, is_current: bool) -> Kept[T]:
        try:
            value = _memory.load(held) if self.is_remembered else _unpack(held)
        except (
            Exception
        ) as error:  # another version of the software made it, of classes that have changed since
            _miss(held)
            raise NotMadeYetError(held.name) from error
        return Kept(value, held.made_at or timezone.now(), is_current)


def refresh(results: Sequence[Result[Any]]) -> None:
    """Renew the outdated results that have readers, the kinds in the given order, and remove those without readers."""
    BoardResult.objects.filter(asked_on__lt=today() - KEPT_DAYS).delete()
    started = time.monotonic()
    state = state_of_the_site()
    for result in results:
        outdated = BoardResult.objects.light().filter(name__startswith=f"{result.kind}?")
        outdated = outdated.exclude(state=state).filter(asked_on__gte=today() - RENEWED_DAYS)
        for held in outdated.order_by("seconds", "name"):
            if time.monotonic() - started > REFRESH_SECONDS:
                queue.enqueue_refresh()
                return
            try:
                result.renew(held)
            except Exception:  # the other results must still follow
                logger.exception("%s was not renewed.", held.name)


def is_outdated() -> bool:
    """Return whether `refresh` has something to do."""
    wanted = BoardResult.objects.filter(asked_on__gte=today() - RENEWED_DAYS)
    return wanted.exclude(state=state_of_the_site()).exists()


def state_of_the_site() -> str:
    """Return the state that results depend on: revision of the leaderboard, day, version of the software."""
    return f"{BoardRevision.current()} {today()} {site_version()}"


def _new(name: str) -> BoardResult:
    try:
        with transaction.atomic():
            return BoardResult.objects.create(name=name, asked_on=today())
    except IntegrityError:  # another request was faster
        return BoardResult.objects.get(name=name)


def _note_reader(held: BoardResult) -> None:
    if held.asked_on != today():
        BoardResult.objects.filter(pk=held.pk).update(asked_on=today())


def _miss(held: BoardResult) -> None:
    """Note the reader, and wake the worker once."""
    missed = BoardResult.objects.filter(pk=held.pk, missed_at__isnull=True)
    if missed.update(missed_at=timezone.now(), asked_on=today()):
        queue.enqueue_refresh()


def _is_overdue(held: BoardResult) -> bool:
    return held.missed_at is not None and held.missed_at < timezone.now() - PATIENCE


def _unpack(held: BoardResult) -> Any:
    return pickle.loads(held.content)  # noqa: S301  # written by `renew` only


class _Memory:
    """The results that this process read last, so that it reads a large one once."""

    MOST = 24

    def __init__(self) -> None:
        self._values: OrderedDict[str, tuple[object, Any]] = OrderedDict()
        self._lock = Lock()

    def load(self, held: BoardResult) -> Any:
        version = (held.state, held.made_at, held.seconds)
        with self._lock:
            known, value = self._values.get(held.name, (None, None))
        if known != version:
            value = _unpack(held)
        with self._lock:
            self._values[held.name] = version, value
            self._values.move_to_end(held.name)
            while len(self._values) > self.MOST:
                self._values.popitem(last=False)
        return value


_memory = _Memory()
