"""Results of a re-evaluation."""

from baselines.mmpt.studies.reevaluate import Method
from challenge.scoring.metrics.ranked import DatasetScores

SCORES = DatasetScores(auc=0.9, balanced_accuracy=0.5, cohen_kappa=0.25, accuracy=0.75)
METHOD = Method("end-to-end", "vgg16", 28)
