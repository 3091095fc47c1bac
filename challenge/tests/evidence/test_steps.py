"""Highest step of an entry and of a group, compared with a table of what has to be true for each."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from challenge.models import Evidence, Reproduction, StudyConfirmation, Submission
from challenge.results.evidence import mark_of_members, step_of

FOUND = {"found_at": datetime(2027, 3, 5, 23, 30, tzinfo=UTC), "found_by_name": "Chair", "reason": "Read."}
STUDY, CODE = "https://doi.org/10.1000/182", "https://example.org/code"


def made(
    *, code: bool = False, study: bool = False, confirmed: str = "", reproduced: bool = False, trained: bool = False,
    anonymous: bool = False,
) -> Submission:  # fmt: skip
    submission = Submission(
        pk=1,
        code_url=CODE if code else "",
        study_url=STUDY if study else "",
        training={"epochs": 1} if trained else None,
        visibility="anonymous" if anonymous else "public",
    )
    links = {"held": STUDY, "outdated": "https://doi.org/10.1000/1"}
    related = {
        "study_confirmation": StudyConfirmation(study_url=links[confirmed], **FOUND) if confirmed else None,
        "reproduction": Reproduction(**FOUND) if reproduced else None,
    }
    for name, row in related.items():  # as a query loads them
        submission._state.fields_cache[name] = row
    return submission


ENTRIES: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict, code=st.booleans(), study=st.booleans(), confirmed=st.sampled_from(["", "held", "outdated"]),
    reproduced=st.booleans(), trained=st.booleans(), anonymous=st.booleans(),
)  # fmt: skip


def expected(entry: dict[str, Any]) -> str:
    one = SimpleNamespace(**entry)
    reached = {
        "predictions": True,
        "code": one.code and not one.anonymous,
        "study": one.study and not one.anonymous,
        "confirmed": one.study and one.confirmed == "held" and not one.anonymous,
        "reproduced": one.reproduced,
        "trained": one.trained and not one.anonymous,
    }
    return [step for step, is_reached in reached.items() if is_reached][-1]


@given(ENTRIES)
def test_an_entry_has_the_highest_step_that_it_has_reached(entry):
    assert step_of([made(**entry)]) == expected(entry)


def test_the_steps_are_in_order():
    assert Evidence.values == ["predictions", "code", "study", "confirmed", "reproduced", "trained"]


@pytest.mark.parametrize(
    ("seeds", "step"),
    [
        ([{}, {"study": True}], "study"),
        ([{"code": True}, {}], "code"),
        ([{"reproduced": True}, {}], "predictions"),
        ([{"reproduced": True}, {"reproduced": True}], "reproduced"),
        ([{"trained": True}, {"study": True}], "study"),
        ([{"trained": True}, {"trained": True}], "trained"),
        ([{"study": True}, {"study": True, "confirmed": "held"}], "confirmed"),
        ([{"study": True, "anonymous": True}, {"study": True, "anonymous": True}], "predictions"),
    ],
)
def test_a_group_has_the_links_of_its_members_and_what_all_of_them_have(seeds, step):
    assert step_of([made(**seed) for seed in seeds]) == step


@pytest.mark.parametrize(
    ("entry", "text", "address", "words"),
    [
        ({}, "predictions only", "", "Neither code nor a study is linked"),
        ({"code": True}, "code", CODE, CODE),
        ({"code": True, "study": True}, "study", STUDY, STUDY),
        (
            {"study": True, "confirmed": "held"},
            "study confirmed",
            STUDY,
            "Study confirmed by the organizers (Chair) on 5 March 2027",
        ),
        (
            {"reproduced": True},
            "reproduced",
            "/page/#evidence",
            "Reproduced by the organizers (Chair) on 5 March 2027",
        ),
        ({"trained": True}, "baseline", "", "Trained by the organizers"),
    ],
)
def test_a_mark_says_who_and_when(entry, text, address, words):
    mark = mark_of_members([made(**entry)], "/page/")
    assert (mark.text, mark.address) == (text, address)
    assert words in mark.title
