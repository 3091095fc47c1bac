"""Documents that the site exports: their keys, and ways to read them."""

import io
import json

import pandas as pd
import pytest
from django.test import Client

from challenge.models import PublishedMethod, PublishedScore

COLUMNS = [
    *("rank", "rank_low", "rank_high", "rank_low_over_datasets", "rank_high_over_datasets", "with_leader"),
    *("kind", "name", "team", "submitted_at", "resolution"),
    *("n_seeds", "standard", "baseline", "chosen_by_team", "attempts", "evidence", "study_url", "url"),
]
FACTS = [
    *("parameters_millions", "family", "pretraining", "pretraining_name", "n_networks", "sharing"),
    *("training_hours", "hardware", "code_licence"),
]
HEAD = {"benchmark", "site", "generated_at", "note", "versions", "how_to_cite", "citation"}
ABOUT = {
    *("kind", "url", "name", "team", "submitted_at", "resolution", "study_url"),
    *("external_data", "special_methods", "standard", "baseline", "chosen_by_team", "attempts", "facts"),
    "evidence",
}
ENTRY = ABOUT | {
    *("description", "code_url", "sha256", "group", "disqualified", "withdrawn", "status", "scored_at"),
    *("ranks", "average", "datasets", "further_metrics", "verification", "score_changes"),
    "predictions",
}
GROUP = {
    *("kind", "url", "name", "team", "resolution", "standard", "n_seeds", "facts", "evidence"),
    *("chosen_by_team", "attempts", "ranks", "average", "datasets", "members"),
}


def get_csv(client: Client, query: str = "") -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(client.get(f"/leaderboard.csv{query}").content))


def get_json(client: Client, path: str) -> dict:
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return json.loads(response.content, parse_constant=refuse)


def publish(scheme: str = "end-to-end", resolution: int = 224, **means: float) -> PublishedMethod:
    method = PublishedMethod.objects.create(scheme=scheme, architecture="resnet18", resolution=resolution)
    for metric, mean in means.items():
        about = {"metric": metric, "mean": mean, "std": 0.0123}
        for dataset in ("average", "pathmnist"):
            PublishedScore.objects.create(method=method, source="thesis2024", dataset=dataset, **about)
    return method
