"""Facts of the methods in exports."""

from django.conf import settings

from challenge.models import PublishedMethod
from challenge.services import groups
from challenge.tests.exports.documents import FACTS, get_csv, get_json, publish

STATED = {
    "parameters_millions": 11.1765,
    "family": "cnn",
    "pretraining": "natural",
    "pretraining_name": "ImageNet-1k",
    "n_networks": 3,
    "sharing": "one",
    "training_hours": 0.0,
    "hardware": "=1+1 NVIDIA A100",
    "code_licence": "Apache-2.0",
}


def test_facts_are_exported_by_the_names_of_their_fields(client, team, other_team, uncertain_entry):
    full, blank = uncertain_entry(team, 0.9, **STATED), uncertain_entry(other_team, 0.8)
    method = publish(auc=0.7)
    PublishedMethod.objects.update(**STATED)
    table = get_csv(client).set_index("url")
    rows = {row["url"]: row["facts"] for row in get_json(client, "/leaderboard.json")["rows"]}
    for one in (full, method):
        address = f"{settings.SITE_URL}{one.get_absolute_url()}"
        assert rows[address] == STATED
        assert dict(table.loc[address, FACTS]) == STATED | {"hardware": "'=1+1 NVIDIA A100"}
    address = f"{settings.SITE_URL}{blank.get_absolute_url()}"
    assert rows[address] == dict.fromkeys(FACTS)
    assert table.loc[address, FACTS].isna().all()
    for one in (full, blank):
        document = get_json(client, f"{one.get_absolute_url()}result.json")
        assert document["facts"] == rows[document["url"]]


def test_the_facts_of_a_group_are_those_that_all_seeds_state(client, team, uncertain_entry):
    changes: list[dict] = [{}, {"training_hours": 2.0}, {"hardware": ""}]
    runs = [
        uncertain_entry(team, 0.8, sha256=f"{number:064}", **STATED | change)
        for number, change in enumerate(changes)
    ]
    group = groups.create_group(team=team, name="Seeds", members=[run.pk for run in runs])
    (row,) = get_json(client, "/leaderboard.json?baselines=off")["rows"]
    assert row["facts"] == STATED | {"training_hours": None, "hardware": None}
    assert get_json(client, f"/groups/{group.pk}/result.json")["facts"] == row["facts"]
