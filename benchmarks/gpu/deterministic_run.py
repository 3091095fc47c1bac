"""Process of `benchmarks.gpu.repeatability`: trainings, one of which may kill the process, as the system would."""

import json
import os
import signal
import sys
import traceback
from pathlib import Path

from baselines.mmpt.data.images import Inputs
from baselines.mmpt.data.splits import benchmark_of
from baselines.mmpt.training import epoch
from baselines.mmpt.training.config import TrainingConfig
from baselines.mmpt.training.learner import Learner, step
from baselines.mmpt.training.train import train
from benchmarks.gpu.setting import few


def main() -> None:
    """Do the trainings of the arguments; a training that fails does not stop the others."""
    runs, folder, kill_after = json.loads(sys.argv[1])
    n_steps = 0

    def counted(learner: Learner, inputs: Inputs) -> object:
        nonlocal n_steps
        n_steps += 1
        if n_steps == kill_after:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(learner, inputs)

    epoch.step = counted  # type: ignore[assignment]
    benchmark = benchmark_of(Path(folder), 28, few())
    failed = False
    for values, output in runs:
        try:
            config = TrainingConfig.from_dict(values)
            train(config, Path(folder), Path(output), benchmark=benchmark, resume=True)
        except Exception:  # reported by the process that reads this output
            print(traceback.format_exc())
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
