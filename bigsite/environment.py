"""Environment of the site, from which its settings are read, and its one folder of data.

Variables come from the process first, then from the file in `ENV_FILE` (`.env` by default). One checkout can therefore
serve as a demo, in tests and in production. Secrets may be in files of their own (`bigsite.secret_files`).
"""

import os
from pathlib import Path

import environ

from bigsite.secret_files import read_secret_files

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / os.environ.get("ENV_FILE", ".env"))
read_secret_files(os.environ)

#: Outside everything that the web server serves.
DATA_DIR = (BASE_DIR / env.str("DATA_DIR", default="var")).resolve()

#: `json`: one line of JSON for each request, task and message, with numbers to search for.
LOG_FORMAT = env.str("LOG_FORMAT", default="plain")
LOGS_ARE_JSON = LOG_FORMAT == "json"
