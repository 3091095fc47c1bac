"""Results computed from the leaderboard, kept in the database: one process makes them, and all readers get them.

A result is current while the state of the site is the one it was made in: the revision of the leaderboard, the UTC day
(the anonymity of an entry can end at midnight without any change), and the version of the software. A reader of an
outdated result gets

- a new one, if it takes `BOARD_QUICK_SECONDS` at most, or `BOARD_FIRST_SECONDS` if there is no earlier one;
- otherwise the outdated one, and the worker makes a new one (`refresh`): nobody waits;
- a new one nevertheless, if no worker runs.

A web process makes one result at a time: its other readers wait as long as they would for a new one, and then get what
there is. Results of a kind that takes long are made before anybody asks, as far as readers reach them by the links of a
page (`Result.usual`). No result needs the cache, so a cache that is down changes nothing.
"""

import logging
import pickle
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import RLock
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.http import QueryDict
from django.utils import timezone

from bigsite.version import site_version
from challenge.formats.parameters import parameters
from challenge.leaderboard.memory import Memory
from challenge.models import BoardResult, BoardRevision, Sweep, today
from challenge.models.board import BoardResultQuerySet
from challenge.services import queue

logger = logging.getLogger(__name__)

T = TypeVar("T")
M = TypeVar("M")

#: Age of the last sweep from which on no worker runs: a reader renews a result that is as old, too.
PATIENCE = timedelta(minutes=3)
#: Days without a reader after which the worker no longer renews a result, and after which it removes the result.
RENEWED_DAYS, KEPT_DAYS, DAY = timedelta(days=1), timedelta(days=7), timedelta(days=1)
EARLIEST = datetime.min.replace(tzinfo=UTC)
#: A refresh ends after about this time, and the next one goes on.
REFRESH_SECONDS = 20
#: Format of the kept values: raise it when a class in them changes.
FORMAT = 3


class NotMadeYetError(Exception):
    """A result is being made for the first time."""


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A result with the time at which it was made, and whether it is current."""

    value: T
    made_at: datetime
    is_current: bool


@dataclass(frozen=True)
class Snapshot:
    """The state of the site, and what is kept of the results that a page needs, by name."""

    state: str
    held: Mapping[str, BoardResult]

    @classmethod
    def of(cls, names: Iterable[str]) -> "Snapshot":
        """Read them in two queries; the state comes first, because a result may be newer than it, never older."""
        state = state_of_the_site()
        held = BoardResult.objects.light().filter(name__in=names) if settings.BOARD_RESULTS_ARE_KEPT else ()
        return cls(state, {one.name: one for one in held})


@dataclass(frozen=True)
class Result(Generic[T]):
    """A kind of result, and the function that makes it from the parameters in its name."""

    kind: str
    make: Callable[[QueryDict], T]
    #: True if processes keep the last values that they read.
    is_remembered: bool = True
    #: Parameters that readers reach by a link, whose results are made before anybody asks if the kind takes long.
    usual: Callable[[], Iterable[Mapping[str, object]]] = tuple
    #: True if other results refer to this one: it is renewed before them.
    is_basis: bool = False

    def get(
        self, about: Mapping[str, object], seen: Snapshot | None = None, *, may_make: bool = True
    ) -> Kept[T]:
        """Return the result for these parameters.

        Args:
            about: parameters in their canonical form.
            seen: what the caller has read already, with this result.
            may_make: false to leave an outdated result to the worker for now, because something that it needs is
                outdated, too.

        Raises:
            NotMadeYetError: it takes long, and is being made for the first time.

        """
        name = self.name(about)
        if not settings.BOARD_RESULTS_ARE_KEPT:
            return Kept(self._make(name), timezone.now(), is_current=True)
        seen = seen or Snapshot.of([name])
        held = seen.held.get(name) or _new(name)
        is_awaited = _note_reader(held)
        if held.state == seen.state:
            return self._load(held, is_current=True)
        if may_make and (not self._is_slow(held) or _is_overdue(held)):
            if made := self._renewed_for_reader(held, seen.state):
                return made
        elif is_awaited:
            queue.enqueue_refresh()
        if not held.state:
            raise NotMadeYetError(name)
        return self._load(held, is_current=False)

    def name(self, about: Mapping[str, object]) -> str:
        """Return the name of the result for parameters in their canonical form."""
        return f"{self.kind}?{parameters(about).urlencode()}"

    def value(self, about: Mapping[str, object], missing: M, seen: Snapshot | None = None) -> T | M:
        """Return the value of the result, or `missing` while it is being made for the first time."""
        try:
            return self.get(about, seen).value
        except NotMadeYetError:
            return missing

    def _renewed_for_reader(self, held: BoardResult, state: str) -> Kept[T] | None:
        """Return a new result; None if another thread or process makes results for longer than a reader waits."""
        patience = settings.BOARD_QUICK_SECONDS if held.state else settings.BOARD_FIRST_SECONDS
        has_waited = not _one_at_a_time.acquire(blocking=False)
        if has_waited and not _one_at_a_time.acquire(timeout=patience):
            return None
        try:
            if has_waited:
                held = BoardResult.objects.light().filter(pk=held.pk).first() or held
            return self._load(held, is_current=True) if held.state == state else self.renew(held)
        finally:
            _one_at_a_time.release()

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
        content = pickle.dumps((FORMAT, value), protocol=pickle.HIGHEST_PROTOCOL)
        own.update(state=state, made_at=made_at, seconds=seconds, content=content, claimed_at=None)
        return Kept(value, made_at, is_current=True)

    def _make(self, name: str) -> T:
        return self.make(QueryDict(name.partition("?")[2]))

    def _is_slow(self, held: BoardResult) -> bool:
        """Tell whether a reader should not wait for a result; a new one takes as long as the slowest of its kind."""
        return held.seconds > settings.BOARD_QUICK_SECONDS if held.state else self._takes_long()

    def _takes_long(self) -> bool:
        slowest = BoardResult.objects.filter(name__startswith=f"{self.kind}?").aggregate(Max("seconds"))
        return (slowest["seconds__max"] or 0) > settings.BOARD_FIRST_SECONDS

    def expect(self) -> None:
        """Add the usual results of a kind that takes long, for `refresh` to make."""
        new = [BoardResult(name=name, asked_on=_before_readers()) for name in self.missing()]
        BoardResult.objects.bulk_create(new, ignore_conflicts=True)

    def missing(self) -> set[str]:
        """Return the names of the usual results that `expect` would add."""
        names = {self.name(about) for about in self.usual()}
        if not names or not self._takes_long():
            return set()
        return names.difference(BoardResult.objects.filter(name__in=names).values_list("name", flat=True))

    def _recall(self, held: BoardResult) -> T:
        version = (held.state, held.made_at, held.seconds)
        return _memory.get(held.name, version, lambda: _unpack(held))

    def _load(self, held: BoardResult, *, is_current: bool) -> Kept[T]:
        try:
            value = self._recall(held) if self.is_remembered else _unpack(held)
        except (
            Exception
        ) as error:  # another version of the software made it, of classes that have changed since
            raise NotMadeYetError(held.name) from error
        return Kept(value, held.made_at or timezone.now(), is_current)


def refresh(results: Sequence[Result[Any]]) -> None:
    """Renew the outdated results that have readers, and remove those without readers and of kinds that are gone.

    Those that were renewed longest ago come first, so that each has its turn while the leaderboard changes all the
    time; of equals, the kinds in the given order.
    """
    started = time.monotonic()
    queue.note_refresh()
    kinds = {result.kind: result for result in results}
    order = list(kinds)
    gone = [held.pk for held in BoardResult.objects.light() if _kind(held) not in kinds]
    BoardResult.objects.filter(Q(asked_on__lt=today() - KEPT_DAYS) | Q(pk__in=gone)).delete()
    for result in results:
        result.expect()

    def turn(held: BoardResult) -> tuple[object, ...]:
        kind = _kind(held)
        return not kinds[kind].is_basis, held.made_at or EARLIEST, order.index(kind), held.name

    for held in sorted(_outdated(state_of_the_site()).light(), key=turn):
        if time.monotonic() - started > REFRESH_SECONDS:
            queue.enqueue_refresh()
            return
        try:
            kinds[_kind(held)].renew(held)
        except Exception:  # the other results must still follow
            logger.exception("%s was not renewed.", held.name)


def is_outdated(results: Iterable[Result[Any]]) -> bool:
    """Return whether `refresh` has something to make."""
    return _outdated(state_of_the_site()).exists() or any(result.missing() for result in results)


def _outdated(state: str) -> BoardResultQuerySet:
    """Return the results to renew: those with readers, and those that were never made by this version."""
    has_readers = Q(asked_on__gte=today() - RENEWED_DAYS)
    is_new = Q(state__in=("", BoardResult.OF_ANOTHER_VERSION))
    return BoardResult.objects.exclude(state=state).filter(has_readers | is_new)


def _kind(held: BoardResult) -> str:
    return held.name.partition("?")[0]


def state_of_the_site() -> str:
    """Return the state that results depend on: revision of the leaderboard, day, version of the software."""
    return f"{BoardRevision.current()} {today()} {site_version()}"


def _new(name: str) -> BoardResult:
    try:
        with transaction.atomic():
            return BoardResult.objects.create(name=name, asked_on=_before_readers())
    except IntegrityError:  # another request was faster
        return BoardResult.objects.get(name=name)


def _before_readers() -> date:
    """Return the day of the last reader for a result that nobody has read yet."""
    return today() - RENEWED_DAYS - DAY


def _note_reader(held: BoardResult) -> bool:
    """Note the day of a reader; return whether the worker does not renew the result without being asked.

    It is the only write, once a day: readers of an outdated result must not wait for each other.
    """
    if held.asked_on == today():
        return False
    BoardResult.objects.filter(pk=held.pk).update(asked_on=today())
    return held.asked_on < today() - RENEWED_DAYS


def _is_overdue(held: BoardResult) -> bool:
    """Return whether no worker runs: a reader should not do the work of a busy worker."""
    past = timezone.now() - PATIENCE
    is_late = (held.made_at or EARLIEST) < past
    return is_late and not Sweep.objects.filter(ended_at__gte=past).exists()


def _unpack(held: BoardResult) -> Any:
    """Return the value; raises an error if another version of the site wrote it."""
    made_in, value = pickle.loads(held.content)  # noqa: S301  # written by `renew` only
    if made_in != FORMAT:
        raise ValueError(f"{held.name} has format {made_in}, not {FORMAT}.")
    return value


_memory = Memory(24)
#: Held while a reader's result is made; results that it is made from are made by the same thread.
_one_at_a_time = RLock()
