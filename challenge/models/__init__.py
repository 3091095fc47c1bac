"""Database models: phases, ground truths, submissions, their evaluations, published results, texts.

A submission is a file sent by a team. An evaluation is one scoring of a submission, by one version of the scorer
against one ground truth. Only `services` writes to these tables.
"""

from challenge.models.board import BoardLine, BoardResult, BoardRevision
from challenge.models.choices import Metric, Resolution
from challenge.models.evaluations import DatasetScore, Evaluation, EvaluationCurves
from challenge.models.facts import FACT_FIELDS, MethodFacts
from challenge.models.ground_truths import MAX_NAME_LENGTH, GroundTruth
from challenge.models.groups import MethodGroup
from challenge.models.mails import OutcomeMail
from challenge.models.phases import Phase, day_start
from challenge.models.published import ARCHITECTURE_TITLES, PublishedMethod, PublishedScore
from challenge.models.submissions import Submission, SubmissionQuerySet, SubmissionRevision, submission_path
from challenge.models.texts import Reference, SitePage
from challenge.models.uncertainties import (
    SecondaryMetrics,
    Uncertainty,
    uncertainty_of,
    unpack_dataset_replicates,
    unpack_mean_replicates,
)
from challenge.models.visibility import Visibility, named, not_private, not_removed, today

__all__ = [
    "ARCHITECTURE_TITLES",
    "FACT_FIELDS",
    "MAX_NAME_LENGTH",
    "BoardLine",
    "BoardResult",
    "BoardRevision",
    "DatasetScore",
    "Evaluation",
    "EvaluationCurves",
    "GroundTruth",
    "MethodFacts",
    "MethodGroup",
    "Metric",
    "OutcomeMail",
    "Phase",
    "PublishedMethod",
    "PublishedScore",
    "Reference",
    "Resolution",
    "SecondaryMetrics",
    "SitePage",
    "Submission",
    "SubmissionQuerySet",
    "SubmissionRevision",
    "Uncertainty",
    "Visibility",
    "day_start",
    "named",
    "not_private",
    "not_removed",
    "submission_path",
    "today",
    "uncertainty_of",
    "unpack_dataset_replicates",
    "unpack_mean_replicates",
]
