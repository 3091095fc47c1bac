"""Processes that are forked after the imports: to import torch takes longer than what the tests do with it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[3]

LAUNCH = """
import json, multiprocessing, os, sys
imports, code, arguments, logs = json.load(sys.stdin)
names = {}
exec(imports, names)

def run(argument, log):
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(f"{log}.{name}", os.O_WRONLY | os.O_CREAT), number)
    exec(code, names | {"argument": argument})

fork = multiprocessing.get_context("fork")
processes = [fork.Process(target=run, args=pair) for pair in zip(arguments, logs)]
for process in processes:
    process.start()
for process in processes:
    process.join()
print(json.dumps([process.exitcode for process in processes]))
"""


def run_forked(
    imports: str, code: str, *arguments: object, **environment: str
) -> list[subprocess.CompletedProcess[str]]:
    """Run code in one process for each argument, all at the same time; return the processes when they have ended.

    Args:
        imports: code that runs once, before the processes are forked from the one that ran it.
        code: code of each process; its argument is the variable `argument`.
        arguments: values that JSON can represent.
        environment: further variables.

    """
    with TemporaryDirectory() as folder:
        logs = [str(Path(folder, str(number))) for number in range(len(arguments))]
        launcher = subprocess.run(
            [sys.executable, "-c", LAUNCH],
            input=json.dumps([imports, code, arguments, logs]),
            env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=300,
        )
        return [
            subprocess.CompletedProcess(
                launcher.args, status, Path(f"{log}.out").read_text(), Path(f"{log}.err").read_text()
            )
            for status, log in zip(json.loads(launcher.stdout), logs, strict=True)
        ]
