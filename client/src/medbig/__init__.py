"""Client of the BIG benchmark: score predictions as the site does, submit them, and read the leaderboard.

>>> from medbig import Evaluator
>>> evaluator = Evaluator(size=224, root="~/.medmnist")
>>> result = evaluator.evaluate({"breastmnist": y_score})
"""

from medbig.board import Board, leaderboard
from medbig.client import Client
from medbig.errors import InvalidFileError, LimitError, MedbigError, NotReachableError
from medbig.evaluator import Evaluator
from medbig.predict import predict
from medbig.result import Result
from medbig.submission import Submission

__all__ = [
    "Board",
    "Client",
    "Evaluator",
    "InvalidFileError",
    "LimitError",
    "MedbigError",
    "NotReachableError",
    "Result",
    "Submission",
    "leaderboard",
    "predict",
]
