"""Rank sets are those of `csranks`, the R package of the method's authors."""

# Its functions `csdiffmeans` and `csranks_simul` ran in R 4.2.2. Results on the PISA study are also in its vignette.

from functools import cache

import numpy as np
import pytest

from challenge.scoring.statistics.rank_inference import rank_sets
from challenge.tests.scoring.replicates import correlated_entries, independent_entries

#: PISA 2018 (OECD): mean score in mathematics, standard error, and the rank set by csranks(coverage=0.95, R=20000),
#: the same with six seeds. A single step without step-down gives other sets for five countries.
PISA = [
    ("Australia", 491.3600, 1.9398, 12, 30),
    ("Austria", 498.9423, 2.9710, 7, 26),
    ("Belgium", 508.0703, 2.2627, 4, 18),
    ("Canada", 512.0169, 2.3575, 3, 17),
    ("Chile", 417.4066, 2.4159, 35, 36),
    ("Colombia", 390.9323, 2.9896, 37, 37),
    ("Czech Republic", 499.4677, 2.4607, 7, 25),
    ("Denmark", 509.3984, 1.7350, 4, 18),
    ("Estonia", 523.4146, 1.7436, 1, 6),
    ("Finland", 507.3014, 1.9679, 4, 18),
    ("France", 495.4076, 2.3202, 12, 26),
    ("Germany", 500.0438, 2.6471, 7, 25),
    ("Greece", 451.3703, 3.0912, 32, 34),
    ("Hungary", 481.0826, 2.3196, 23, 31),
    ("Iceland", 495.1874, 1.9531, 12, 26),
    ("Ireland", 499.6329, 2.1986, 8, 25),
    ("Israel", 463.0345, 3.4986, 31, 34),
    ("Italy", 486.5899, 2.7800, 15, 31),
    ("Japan", 526.9733, 2.4715, 1, 6),
    ("Korea", 525.9330, 3.1214, 1, 7),
    ("Latvia", 496.1263, 1.9628, 12, 26),
    ("Lithuania", 481.1912, 1.9533, 23, 31),
    ("Luxembourg", 483.4215, 1.0976, 23, 31),
    ("Mexico", 408.8015, 2.4932, 35, 36),
    ("Netherlands", 519.2310, 2.6323, 1, 11),
    ("New Zealand", 494.4897, 1.7059, 12, 26),
    ("Norway", 500.9638, 2.2190, 7, 24),
    ("Poland", 515.6479, 2.6021, 1, 12),
    ("Portugal", 492.4874, 2.6846, 12, 31),
    ("Slovak Republic", 486.1649, 2.5556, 18, 31),
    ("Slovenia", 508.8975, 1.3639, 4, 18),
    ("Spain", 481.3926, 1.4624, 24, 31),
    ("Sweden", 502.3877, 2.6543, 5, 24),
    ("Switzerland", 515.3147, 2.9080, 1, 13),
    ("Turkey", 453.5078, 2.2604, 32, 34),
    ("United Kingdom", 501.7699, 2.5644, 6, 24),
    ("United States", 478.2447, 3.2354, 23, 32),
]
COUNTRIES = [row[0] for row in PISA]
#: Values and rank sets by csranks, run with the draws of `correlated_entries(seed)`.
CSRANKS = {
    1: ([5, 2, 1, 1, 1, 1, 1, 1, 1], [9, 9, 9, 8, 9, 8, 9, 8, 7]),
    2: ([9, 4, 2, 2, 2, 2, 1, 1, 1], [9, 8, 8, 8, 8, 8, 7, 7, 3]),
    3: ([8, 6, 2, 2, 2, 2, 2, 2, 1], [9, 9, 8, 7, 7, 7, 8, 7, 1]),
    5: ([3, 3, 2, 3, 1, 1, 1, 1, 1], [9, 9, 9, 9, 9, 9, 9, 6, 5]),
    8: ([5, 4, 3, 3, 3, 1, 1, 1, 1], [9, 9, 9, 9, 9, 8, 7, 4, 4]),
}


@cache
def pisa(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the scores (37,) and their normal replicates."""
    scores, errors = np.array([row[1:3] for row in PISA]).T
    return scores, independent_entries(scores, errors, seed, n_replicates=20_000)


@pytest.mark.parametrize("seed", CSRANKS)
def test_the_sets_of_csranks_from_the_same_draws(seed):
    assert rank_sets(*correlated_entries(seed)).T.tolist() == [list(bounds) for bounds in CSRANKS[seed]]


@pytest.mark.parametrize("seed", range(3))
def test_the_sets_of_csranks_for_pisa(seed):
    sets = rank_sets(*pisa(seed))
    assert sets.tolist() == [[low, high] for *_, low, high in PISA]


@pytest.mark.parametrize(("level", "also"), [(0.95, {"Finland", "Sweden"}), (0.9, {"Finland"})])
def test_who_may_be_among_the_first_five_of_pisa(level, also):
    """The vignette of csranks prints the same: the lowest rank is 5 or less."""
    lowest = rank_sets(*pisa(), level)[:, 0]
    always = {
        "Belgium",
        "Canada",
        "Denmark",
        "Estonia",
        "Japan",
        "Korea",
        "Netherlands",
        "Poland",
        "Slovenia",
    }
    assert {COUNTRIES[i] for i in np.flatnonzero(lowest <= 5)} == always | {"Switzerland"} | also


def test_whose_sets_overlap_in_pisa():
    """The vignette of csranks says: the sets of Germany and Korea share rank 7 at 95 %, and no rank at 75 %."""
    germany, korea = COUNTRIES.index("Germany"), COUNTRIES.index("Korea")
    sets = rank_sets(*pisa(), 0.95)
    assert sets[germany, 0] == sets[korea, 1] == 7
    sets = rank_sets(*pisa(), 0.75)
    assert sets[germany, 0] > sets[korea, 1]
