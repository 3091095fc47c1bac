#!/usr/bin/env python
"""Django's command-line utility for administrative tasks."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from bigsite.threads import use_one_thread

#: Commands that score files, as the worker does; others, such as training, use all cores.
SCORING_COMMANDS = {"demo", "score_submission"}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bigsite.settings")
    # Python holds back what goes to a pipe or a file; a person may be waiting for each line.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    if SCORING_COMMANDS.intersection(sys.argv[1:2]):  # Django imports NumPy before it loads a command
        use_one_thread()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")
