"""Second accounts of one team: signs of generated pairs, flags of planted ones, and none of honest ones."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Team
from challenge import tasks
from challenge.admin.flags.evidence import headline_of, named_in, sentences_of
from challenge.integrity.accounts import Account, look_alike, same_mailbox, same_person, signs, similarity
from challenge.models import IntegrityAccountCheck, IntegrityFlag, PredictionFile, Submission
from challenge.services import integrity_accounts, queue

LONG = (
    "We fine-tune a ResNet-50 that was pre-trained on ImageNet-1k with one head for each of the twelve datasets. "
    "Training runs for 100 epochs with AdamW, a learning rate of 3e-4 with cosine decay, weight decay of 0.05 and "
    "label smoothing. Images are augmented with flips, small rotations and colour jitter. The checkpoint with the best "
    "mean AUC on the validation splits is used for the test splits."
)
#: The same kind of method in other words, as two groups of one institute would describe it.
SIMILAR = (
    "A ResNet-50 from timm, pre-trained on ImageNet-1k, is fine-tuned on all twelve datasets with separate heads. We "
    "train for 80 epochs using AdamW and a cosine schedule starting at 1e-4; weight decay is 0.01. Augmentation "
    "consists of horizontal flips and random crops. We select the epoch with the highest mean AUC on the validation "
    "splits and report it on the test splits."
)
CYRILLIC = "T\u0435am Alph\u0430"


# --- Signs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("anna@uni.example", "anna+second@uni.example", True),
        ("an.na@gmail.com", "anna+x@googlemail.com", True),
        ("an.na@uni.example", "anna@uni.example", False),
        ("anna@uni.example", "berta@uni.example", False),
        ("", "", False),
        ("anna@uni.example", "", False),
    ],
)
def test_one_mailbox(one, other, is_same):
    assert same_mailbox(one, other) is same_mailbox(other, one) is is_same


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("anna.schmidt@uni.example", "anna.schmidt@mail.example", True),
        ("anna.schmidt@uni.example", "anna.schmidt+b@uni.example", False),
        ("research@uni.example", "research@clinic.example", False),
        ("anna@uni.example", "anna@mail.example", False),
    ],
)
def test_one_person_at_two_domains(one, other, is_same):
    assert same_person(one, other) is is_same


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Team Alpha", CYRILLIC, True),
        ("TEAM \u0412ETA", "team beta", True),
        ("Team Alpha", "team alpha", False),
        ("Team Alpha", "Team Alpha 2", False),
        ("Gr\u00fcn", "Grun", False),
        ("\u041b\u0430\u0431\u043e\u0440\u0430\u0442\u043e\u0440\u0438\u044f", "Laboratory", False),
    ],
)
def test_names_that_look_alike(one, other, alike):
    assert look_alike(one, other) is look_alike(other, one) is alike


TWINS = {"A": "\u0410", "a": "\u0430", "e": "\u0435", "o": "\u03bf", "p": "\u0440", "T": "\u03a4"}


@given(
    st.lists(st.tuples(st.sampled_from([*TWINS, "L", "b", "1", " ", "\u00fc"]), st.booleans()), min_size=1)
)
def test_names_with_exchanged_letters_look_alike_whatever_their_case(letters):
    name = "".join(letter for letter, _ in letters)
    other = "".join(TWINS.get(letter, letter) if is_exchanged else letter for letter, is_exchanged in letters)
    assert look_alike(name, other) is (name != other)
    assert not look_alike(name, name.swapcase())


def reference_similarity(one: str, other: str) -> float:
    """Return the share by counting places of the shorter text, for texts of plain words without repetition."""
    first, second = sorted((one.lower().split(), other.lower().split()), key=len)
    rows = [first[i : i + 5] for i in range(len(first) - 4)]
    others = [second[i : i + 5] for i in range(len(second) - 4)]
    return sum(row in others for row in rows) / len(rows) if len(rows) >= 20 else 0.0


@given(st.integers(20, 60), st.integers(0, 40), st.integers(0, 2**30))
def test_the_similarity_of_texts_is_the_share_of_common_rows_of_words(length, n_changed, seed):
    rng = random.Random(seed)
    words = [f"word{n}" for n in range(length)]
    other = list(words)
    for place in rng.choices(range(length), k=n_changed):
        other[place] = f"other{place}"
    texts = " ".join(words), " ".join(other)
    assert similarity(*texts) == pytest.approx(reference_similarity(*texts))


def test_honest_words_about_one_kind_of_method_are_not_similar():
    assert similarity(LONG, SIMILAR) < 0.2
    assert similarity(LONG, LONG.replace("100 epochs", "300 epochs")) > 0.85


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (Account("Beta", "ann@uni.example", frozenset({SIMILAR})), set()),
        (Account("Beta", "ann@uni.example", links=frozenset({"https://a.example"})), set()),
        (Account("Beta", "anna.schmidt@mail.example"), set()),
        (
            Account("Beta", "anna.schmidt@mail.example", links=frozenset({"https://a.example"})),
            {"person", "links"},
        ),
        (Account("Beta", "x@y.example", frozenset({LONG})), {"wording"}),
        (Account("Beta", "anna.schmidt+2@uni.example"), {"mailbox"}),
        (Account("Beta", "x@y.example", files=frozenset({"f00"})), {"file"}),
        (Account(CYRILLIC, "x@y.example"), {"name"}),
    ],
)
def test_one_strong_sign_or_two_others(other, found):
    own = Account(
        "Team Alpha",
        "anna.schmidt@uni.example",
        frozenset({LONG}),
        frozenset({"https://a.example"}),
        frozenset({"f00"}),
    )
    assert {*signs(own, other)} == {*signs(other, own)} == found


# --- Flags ------------------------------------------------------------------------------------------


@pytest.fixture
def check():
    """Return a function that checks the account behind an entry, and returns its flag, if any."""

    def of(submission: Submission) -> IntegrityFlag | None:
        integrity_accounts.queue_check(submission)
        integrity_accounts.check(submission.pk)
        row = IntegrityAccountCheck.objects.get(submission=submission)
        assert row.status == IntegrityAccountCheck.Status.DONE
        return IntegrityFlag.objects.filter(submission=submission).first()

    return of


def team_of(name: str, email: str) -> Team:
    return Team.objects.create_user(name, email)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "email", "about", "found"),
    [
        ("Gamma", "alpha+2@example.org", {}, "one mailbox"),
        (CYRILLIC, "c@other.example", {}, "names look alike"),
        ("Gamma", "c@other.example", {"description": LONG}, "same words"),
        ("Gamma", "c@other.example", {"sha256": "f00"}, "same upload"),
    ],
)
def test_planted_pairs_are_flagged(name, email, about, found, entry, team, check):
    first = entry(team, 0.8, description=LONG, sha256="f00")
    flag = check(entry(team_of(name, email), 0.9, **{"sha256": "ba5", **about}))
    assert flag.kind == "account"
    assert headline_of(flag) == found
    assert [(one.submission, one.value) for one in named_in(flag)] == [(first, found)]
    assert f"Submission #{first.pk}: " in sentences_of(flag)[0]


@pytest.mark.django_db
def test_two_teams_of_one_university_are_not_flagged(entry, check):
    ours, theirs = team_of("Vision lab", "anna@uni.example"), team_of("Imaging group", "berta@uni.example")
    link = "https://github.com/huggingface/pytorch-image-models"
    entry(ours, 0.8, description=LONG, sha256="1", code_url=link)
    assert check(entry(theirs, 0.9, description=SIMILAR, sha256="2", code_url=link)) is None


#: Words for each part of a description, as groups of one field write them.
PHRASES = [
    ["We fine-tune a network that was pre-trained on ImageNet", "Our starting point are weights of a large corpus",
     "All weights are trained from scratch on the training splits", "The backbone is a vision transformer from timm"],
    ["with one head for each of the twelve datasets", "and twelve linear layers share the features",
     "using a separate classifier for every task", "followed by heads that are trained jointly"],
    ["Training runs for some hundred epochs with AdamW", "We optimize with stochastic gradient descent and momentum",
     "The optimizer is Adam with a warm-up of five epochs", "Batches mix all datasets in proportion to their size"],
    ["with a cosine schedule and weight decay", "until the validation loss stops falling for ten epochs",
     "with a step schedule that divides the rate by ten", "and the learning rate is chosen on the validation split"],
    ["Images are augmented with flips and small rotations", "We use random crops and colour jitter",
     "No augmentation is applied except for horizontal flips", "RandAugment is applied to all images but the scans"],
    ["and the checkpoint with the best mean AUC is kept", "and the last epoch is used for the test images",
     "and weights are averaged over the last epochs", "and we report a single run without an ensemble"],
]  # fmt: skip


@pytest.mark.django_db
def test_forty_honest_teams_raise_no_flag(entry, check):
    rng = random.Random(3)
    for number in range(40):
        team = team_of(f"Group {number}", f"member{number}@uni{number % 3}.example")
        words = [rng.choice(alternatives) for alternatives in PHRASES]
        epochs, hours, batch = rng.randint(10, 300), rng.randint(1, 90), rng.choice([32, 64, 128, 256, 512])
        words.append(f"Batches have {batch} images, and {epochs} epochs took {hours} hours on one GPU")
        description = " ".join(words)
        entry(team, 0.8, description=description, sha256=str(number))
    assert [check(one) for one in Submission.objects.order_by("created_at")] == [None] * 40


@pytest.mark.django_db
def test_the_later_entry_is_flagged_and_a_pair_only_once(entry, team, check):
    second = team_of("Gamma", "alpha+2@example.org")
    first = entry(team, 0.8, sha256="1")
    later, last = entry(second, 0.7, sha256="2"), entry(second, 0.9, sha256="3")
    assert check(first) is None, "the other team has no earlier entry"
    flag = check(later)
    assert set(flag.others.all()) == {first}
    IntegrityFlag.objects.update(status="dismissed")
    assert check(last) is None
    assert check(entry(team, 0.6, sha256="4")) is None
    Submission.objects.filter(pk=first.pk).update(description=LONG)
    again = check(entry(second, 0.9, sha256="5", description=LONG))
    assert "same words" in headline_of(again), "a new sign is a new finding"


@pytest.mark.django_db
def test_a_published_file_and_organizers_are_no_sign(entry, team, organizer, check):
    first = entry(team, 0.8, sha256="f00")
    PredictionFile.objects.create(submission=first, sha256="f00")
    assert check(entry(team_of("Gamma", "c@other.example"), 0.9, sha256="f00")) is None
    assert check(entry(organizer, 0.9, sha256="f00", description=LONG)) is None


@pytest.mark.django_db
def test_no_address_is_kept_in_the_evidence(entry, team, check):
    entry(team, 0.8, sha256="1")
    flag = check(entry(team_of("Gamma", "alpha+2@example.org"), 0.9, sha256="2"))
    assert "@" not in str(flag.evidence)


# --- Job --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_check_follows_the_scores_and_the_sweep_queues_what_is_missing(
    submit_and_score, entry, team, other_team, monkeypatch
):
    sent: list[int] = []
    monkeypatch.setattr(queue, "enqueue_account_check", sent.append)
    earlier = [entry(team, 0.8), entry(other_team, 0.7)]
    monkeypatch.setattr(integrity_accounts, "MOST_AT_ONCE", 1)
    new = submit_and_score(team)
    assert sent == [new.pk]
    assert [integrity_accounts.queue_missing() for _ in range(3)] == [1, 1, 0]
    assert sent[1:] == [one.pk for one in earlier]
    integrity_accounts.requeue_lost(timezone.now() + timedelta(hours=1))
    assert sent[3:] == [new.pk, *(one.pk for one in earlier)]


@pytest.mark.django_db
def test_a_check_that_breaks_is_given_up_after_three_attempts(entry, team, monkeypatch):
    submission = entry(team, 0.8)
    monkeypatch.setattr(integrity_accounts, "find", lambda submission: 1 / 0)
    integrity_accounts.queue_check(submission)
    for _ in range(4):
        tasks.check_account(submission.pk)
    row = IntegrityAccountCheck.objects.get()
    assert (row.status, row.attempts) == ("failed", 3)
    assert not IntegrityFlag.objects.exists()


@pytest.mark.django_db
def test_the_check_of_a_removed_entry_does_nothing(db):
    integrity_accounts.check(10**9)
    assert not IntegrityAccountCheck.objects.exists()
