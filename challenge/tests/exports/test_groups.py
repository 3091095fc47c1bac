"""Groups of seeds as JSON."""

import numpy as np
import pytest
from django.conf import settings
from scipy import stats

from challenge.models import Uncertainty
from challenge.scoring.benchmark import MEDMNIST_PLUS
from challenge.scoring.metrics.ranked import METRICS
from challenge.services import history, submissions
from challenge.tests.exports.documents import GROUP, HEAD, get_json
from challenge.tests.scoring.naive_intervals import naive_interval, naive_losses


def test_a_group(client, seeds, labels):
    document = get_json(client, f"/groups/{seeds.pk}/result.json")
    assert set(document) == HEAD | GROUP
    members = list(seeds.public_members())
    aucs = [0.80, 0.82, 0.81]
    assert (document["name"], document["n_seeds"], document["resolution"]) == ("Three seeds", 3, 224)
    assert document["average"]["auc"] == pytest.approx(np.mean(aucs))
    assert document["average"]["auc_std"] == pytest.approx(np.std(aucs, ddof=1))
    for member, found in zip(members, document["members"], strict=True):
        assert found["sha256"] == member.sha256
        assert found["average"]["auc"] == member.evaluations.get().auc
        assert found["url"] == f"{settings.SITE_URL}{member.get_absolute_url()}"
    contents = Uncertainty.objects.values_list("dataset_replicates", flat=True)
    replicates = np.mean([np.frombuffer(c, "<f4").reshape(12, 4, -1) for c in contents], axis=0)
    # the deviation of the three seeds is 0.01
    between_seeds = 0.01 / 3**0.5 * stats.t.ppf(0.975, 2) / stats.norm.ppf(0.975)
    for replicate, dataset in zip(replicates, MEDMNIST_PLUS, strict=True):
        scores = document["datasets"][dataset.name]
        losses = naive_losses(labels.labels[dataset.name], dataset).T
        for metric, of_metric, of_miss, lowest in zip(METRICS, replicate, losses, (0, 0, -1, 0), strict=True):
            error = scores[f"{metric}_se"]
            assert error == pytest.approx(np.hypot(of_metric.std(ddof=1), between_seeds), rel=0.1)
            with_this_error = scores[metric] + np.array([-1, 1]) * error / 2**0.5
            ends = [scores[f"{metric}_low"], scores[f"{metric}_high"]]
            assert ends == pytest.approx(naive_interval(scores[metric], with_this_error, of_miss, lowest))


def test_a_group_with_one_left_is_its_teams_and_has_no_scores(client, team, as_user, seeds):
    for member in list(seeds.public_members())[1:]:
        submissions.disqualify(member, "Trained on the test set.", by=history.COMMAND)
    path = f"/groups/{seeds.pk}/result.json"
    assert client.get(path).status_code == 404
    document = get_json(as_user(team), path)
    assert document["average"] is document["datasets"] is document["ranks"] is None
    assert len(document["members"]) == 1
