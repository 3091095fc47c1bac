"""State of the site in numbers and words: the dashboard shows all items, the daily mail those that need a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from bigsite.outages import NO_STORAGE, StorageDownError
from challenge.formats.times import in_utc, in_words
from challenge.models import Evaluation, Phase, Probe, day_start
from challenge.upkeep import work
from challenge.upkeep.gaps import gaps_in_texts
from challenge.upkeep.storage import space, unused_files

#: A submission is scored within seconds. If one waits for longer than this, something is wrong.
LONG_WAIT = timedelta(minutes=10)
#: A mail server that is down for longer than this needs a person.
LONG_UNSENT = timedelta(hours=1)
#: Thousands of mails with news take hours.
LONG_UNSENT_NEWS = timedelta(days=1)
#: The team of an entry that is held for longer than this should hear something.
LONG_HOLD = timedelta(days=7)

EVALUATIONS, SUBMISSIONS, MAILS = "challenge_evaluation", "challenge_submission", "challenge_mail"
NEWS_MAILS, FLAGS = "challenge_newsmail", "challenge_integrityflag"
PHASES, PAGES, PROBES = "challenge_phase", "challenge_sitepage", "challenge_probe"


@dataclass(frozen=True)
class Item:
    """One fact about the state of the site.

    `need` is a sentence that asks for a person; it is empty if nothing needs one. `permission` is the right to see the
    list behind the item.
    """

    label: str
    value: str
    detail: str
    address: str
    permission: str
    need: str = ""


def items(now: datetime | None = None) -> list[Item]:
    """Return the state of the site, in a fixed number of queries."""
    now = now or timezone.now()
    swept_at = work.last_sweep()
    scoring = work.scoring(now)
    return [
        _worker(swept_at, now),
        _waiting(scoring, now),
        _running(scoring),
        _failed(scoring, now),
        _our_faults(scoring),
        _broken_again(scoring),
        _differing(work.verifications()),
        _held(work.held(), now),
        _flags(work.undecided_flags()),
        _mails("Mails unsent", work.mails_to_teams(now), now, MAILS, LONG_UNSENT),
        _mails("News unsent", work.mails_with_news(now), now, NEWS_MAILS, LONG_UNSENT_NEWS),
        _probe(work.last_probe(), now),
        _phase(now),
        _texts(),
        _disk(),
        _unused(),
    ]


def _worker(swept_at: datetime | None, now: datetime) -> Item:
    if swept_at is None:
        value, detail = "Never seen", "No sweep has ended yet."
    elif work.is_old(swept_at, now):
        value, detail = f"No worker for {in_words(now - swept_at)}", f"Last sweep: {in_utc(swept_at)}"
    else:
        value, detail = "Running", f"Last sweep {in_words(now - swept_at)} ago"
    need = f"{detail}. Start the worker and beat." if work.is_old(swept_at, now) else ""
    return _item("Worker", value, detail, EVALUATIONS, need, status="scoring")


def _waiting(scoring: work.Scoring, now: datetime) -> Item:
    detail = need = ""
    if since := scoring.waiting_since:
        detail = f"the first for {in_words(now - since)}, since {in_utc(since)}"
        if now - since > LONG_WAIT:
            need = f"A submission waits for its first scores since {in_utc(since)}. Look at the worker's log."
    return _item("Waiting", str(scoring.waiting), detail, EVALUATIONS, need, status="queued")


def _running(scoring: work.Scoring) -> Item:
    return _item("Being scored", str(scoring.running), "", EVALUATIONS, status="scoring")


def _failed(scoring: work.Scoring, now: datetime) -> Item:
    causes = [f"{cause.label}: {count}" for cause, count in scoring.failed_today.items()]
    total = str(sum(scoring.failed_today.values()))
    query = {"failure__in": ",".join(work.TO_LOOK_AT), "claimed_at__gte": day_start(now).isoformat()}
    return _item("Failed today", total, ", ".join(causes), EVALUATIONS, status="failed", **query)


def _our_faults(scoring: work.Scoring) -> Item:
    count = scoring.our_faults
    need = (
        f"Not scored by a fault of ours or for lack of time: {count}. Fix the cause and score again."
        if count
        else ""
    )
    detail = "on all days; fix the cause and score again" if count else ""
    causes = ",".join(Evaluation.OUR_FAULTS)
    return _item(
        "Faults of ours",
        str(count),
        detail,
        EVALUATIONS,
        need,
        status="failed",
        failure__in=causes,
        broke_again_at__isnull="True",
    )


def _broken_again(scoring: work.Scoring) -> Item:
    count = scoring.broken_again
    need = f"Scoring again failed, so old scores stay: {count}. Look at the problems." if count else ""
    detail = "old scores stay" if count else ""
    return _item("Failed again", str(count), detail, EVALUATIONS, need, broken_again="yes")


def _differing(found: work.Verifications) -> Item:
    counts = {"equal": found.equal, "wait": found.waiting, "could not be verified": found.failed}
    details = [f"{count} {words}" for words, count in counts.items() if count]
    needs = []
    if found.differing:
        needs.append(
            f"The field's own code found other scores for {found.differing}. Look at the differences."
        )
    if found.failed:
        needs.append(f"Not verified: {found.failed}. Look at the log of the worker that verifies.")
    outcome = "failed" if found.failed and not found.differing else "differs"
    return _item(
        "Scores differ",
        str(found.differing),
        ", ".join(details),
        EVALUATIONS,
        " ".join(needs),
        verification=outcome,
    )


def _held(held: work.Held, now: datetime) -> Item:
    detail = need = ""
    if since := held.since:
        detail = f"the first for {in_words(now - since)}"
        if now - since > LONG_HOLD:
            need = f"An entry is held since {in_utc(since)}, and its team waits. Release or disqualify it."
    return _item("Held", str(held.count), detail, SUBMISSIONS, need, state="held")


def _flags(count: int) -> Item:
    need = f"The checks of integrity raised flags that wait for your decision: {count}." if count else ""
    detail = "wait for a decision" if count else ""
    return _item("Flags of integrity", str(count), detail, FLAGS, need, status__in="open,asked")


def _mails(label: str, mails: work.Mails, now: datetime, model: str, patience: timedelta) -> Item:
    details, need = [], ""
    if since := mails.waiting_since:
        details.append(f"the first since {in_utc(since)}")
        if now - since > patience:
            need = f"{label} since {in_utc(since)}. Look at the mail server."
    if mails.undeliverable:
        details.append(f"{mails.undeliverable} undeliverable in {in_words(work.RECENT)}")
    return _item(label, str(mails.unsent), "; ".join(details), model, need, status__in="queued,sending")


def _probe(last: Probe | None, now: datetime) -> Item:
    if last is None:
        return _item("Test submission", "None", "send one to see that the whole way works", PROBES)
    details = [f"sent {in_words(now - last.asked_at)} ago"]
    if span := last.time_to_intervals:
        details.append(f"took {span.total_seconds():.1f} s")
    has_failed = last.status == Probe.Status.FAILED
    need = f"The last test submission failed: {last.problems[0]}" if has_failed and last.problems else ""
    return _item("Test submission", last.get_status_display(), ", ".join(details), PROBES, need)


def _phase(now: datetime) -> Item:
    current, upcoming = list(Phase.objects.open_now(now)), Phase.objects.upcoming(now)
    need = "" if current or upcoming else "No phase takes submissions, and none is planned."
    details = [f"until {in_utc(one.closes_at)}" if one.closes_at else "no end is set" for one in current]
    if upcoming:
        details.append(f"next: {upcoming}, {in_utc(upcoming.opens_at)}")
    value = ", ".join(map(str, current)) or "None takes submissions"
    return _item("Phase", value, "; ".join(details) or "none is planned", PHASES, need)


def _texts() -> Item:
    gaps = gaps_in_texts()
    detail = ", ".join(f"{page} {count}" for page, count in gaps.items())
    need = f"Texts have gaps to fill: {detail}." if gaps else ""
    return _item("Gaps in texts", str(sum(gaps.values())), detail, PAGES, need)


def _disk() -> Item:
    disk = space()
    free, total = filesizeformat(disk.free), filesizeformat(disk.total)
    floor = filesizeformat(settings.MIN_FREE_BYTES)
    need = f"Only {free} of the disk are free: no files are accepted below {floor}." if disk.is_little else ""
    address = reverse("admin_unused_files")
    return Item("Free disk", free, f"of {total}", address, "challenge.view_submission", need)


def _unused() -> Item:
    address = reverse("admin_unused_files")
    try:
        files = unused_files()
    except StorageDownError:
        return Item("Unused storage", "Unknown", "", address, "challenge.view_submission", NO_STORAGE)
    size = filesizeformat(sum(file.size for file in files))
    detail = f"{size} in files of no submission" if files else "no file without a submission"
    return Item("Unused storage", str(len(files)), detail, address, "challenge.view_submission")


def needs(now: datetime | None = None) -> Iterator[Item]:
    """Return the items that need a person."""
    return (item for item in items(now) if item.need)


def _item(label: str, value: str, detail: str, model: str, need: str = "", **query: str) -> Item:
    """Return an item that links to the list of a model in the admin."""
    address = reverse(f"admin:{model}_changelist")
    app, _, name = model.partition("_")
    return Item(
        label,
        value,
        detail,
        f"{address}?{urlencode(query)}" if query else address,
        f"{app}.view_{name}",
        need,
    )
