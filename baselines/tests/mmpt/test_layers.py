"""Training imports no Django, so it can be used and moved without the site."""

import json
import pkgutil
import subprocess
import sys

import baselines.mmpt

#: Program that imports modules, then prints the loaded modules of Django.
IMPORT = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print([name for name in sys.modules if name.partition(".")[0] == "django"])
"""


def test_no_module_imports_django():
    names = [module.name for module in pkgutil.walk_packages(baselines.mmpt.__path__, "baselines.mmpt.")]
    assert "baselines.mmpt.studies.plots" in names
    command = [sys.executable, "-c", IMPORT, json.dumps(names)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
