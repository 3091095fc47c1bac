"""Database models: phases, ground truths, submissions, their evaluations, published results, texts.

A submission is a file sent by a team. An evaluation is one scoring of a submission, by one version of the scorer
against one ground truth. Only `services` writes to these tables.
"""

from challenge.models.board import BoardLine, BoardResult, BoardRevision
from challenge.models.choices import Licence, Metric, Resolution
from challenge.models.evaluations import DatasetScore, Evaluation, EvaluationCurves
from challenge.models.evidence import Evidence, Reproduction, StudyConfirmation
from challenge.models.facts import FACT_FIELDS, MethodFacts
from challenge.models.ground_truths import MAX_NAME_LENGTH, GroundTruth
from challenge.models.groups import MethodGroup
from challenge.models.history import AppendOnlyError, HistoryLine
from challenge.models.integrity import (
    IntegrityAccountCheck,
    IntegrityFlag,
    IntegrityRecord,
    integrity_mark,
    unpack_right,
    unpack_sketch,
)
from challenge.models.mails import Mail, MailQuerySet
from challenge.models.news import News, NewsMail, NewsReader
from challenge.models.phases import ExtraSubmissions, Phase, PhaseQuerySet, day_start, in_phase
from challenge.models.predictions import PredictionFile
from challenge.models.probes import Probe
from challenge.models.published import ARCHITECTURE_TITLES, PublishedMethod, PublishedScore
from challenge.models.releases import RELEASE_NAME, Release, ReleaseMember, ReleaseRow
from challenge.models.requests import SubmitRequest
from challenge.models.states import State, failed_because_of, in_state, same_file_in_several_teams, state_of
from challenge.models.submissions import Submission, SubmissionQuerySet, SubmissionRevision, submission_path
from challenge.models.texts import Reference, SitePage
from challenge.models.uncertainties import (
    SecondaryMetrics,
    Uncertainty,
    uncertainty_of,
    unpack_dataset_replicates,
    unpack_mean_replicates,
)
from challenge.models.upkeep import Digest, Sweep
from challenge.models.verifications import Verification
from challenge.models.versions import (
    RankedVersions,
    Versions,
    mark_of,
    ranked_ground_truth,
    ranked_versions,
    wanted_versions,
)
from challenge.models.visibility import Visibility, named, not_private, not_removed, today
from challenge.models.withheld import WithheldDataset, benchmark_of, benchmarks_of

__all__ = [
    "ARCHITECTURE_TITLES",
    "FACT_FIELDS",
    "MAX_NAME_LENGTH",
    "RELEASE_NAME",
    "AppendOnlyError",
    "BoardLine",
    "BoardResult",
    "BoardRevision",
    "DatasetScore",
    "Digest",
    "Evaluation",
    "EvaluationCurves",
    "Evidence",
    "ExtraSubmissions",
    "GroundTruth",
    "HistoryLine",
    "IntegrityAccountCheck",
    "IntegrityFlag",
    "IntegrityRecord",
    "Licence",
    "Mail",
    "MailQuerySet",
    "MethodFacts",
    "MethodGroup",
    "Metric",
    "News",
    "NewsMail",
    "NewsReader",
    "Phase",
    "PhaseQuerySet",
    "PredictionFile",
    "Probe",
    "PublishedMethod",
    "PublishedScore",
    "RankedVersions",
    "Reference",
    "Release",
    "ReleaseMember",
    "ReleaseRow",
    "Reproduction",
    "Resolution",
    "SecondaryMetrics",
    "SitePage",
    "State",
    "StudyConfirmation",
    "Submission",
    "SubmissionQuerySet",
    "SubmissionRevision",
    "SubmitRequest",
    "Sweep",
    "Uncertainty",
    "Verification",
    "Versions",
    "Visibility",
    "WithheldDataset",
    "benchmark_of",
    "benchmarks_of",
    "day_start",
    "failed_because_of",
    "in_phase",
    "in_state",
    "integrity_mark",
    "mark_of",
    "named",
    "not_private",
    "not_removed",
    "ranked_ground_truth",
    "ranked_versions",
    "same_file_in_several_teams",
    "state_of",
    "submission_path",
    "today",
    "uncertainty_of",
    "unpack_dataset_replicates",
    "unpack_mean_replicates",
    "unpack_right",
    "unpack_sketch",
    "wanted_versions",
]
