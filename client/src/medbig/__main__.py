"""The command as `python -m medbig`."""

from medbig.commands import main

main()
