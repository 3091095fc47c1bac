"""`manage.py demo`: run the whole site on this machine, with demo data; `make demo` calls it."""

import errno
import socket
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from challenge.demo import data as demo_data
from challenge.demo import site as demo_site


class Command(BaseCommand):
    help = (
        "Prepare a database with demo data (synthetic labels, published results, an organizer, teams and "
        "their submissions), and run web server and worker on 127.0.0.1 until Ctrl-C. Existing data is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the port of the site (default: 8000)")

    def handle(self, *args: object, port: int, **options: object) -> None:
        if problem := _problem_with(port):
            raise CommandError(problem)
        try:
            demo_data.prepare(self.stdout.write)
            demo_site.serve(port, self.stdout.write)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
        except demo_site.ServerEndedError as error:
            raise CommandError(str(error)) from error


def _problem_with(port: int) -> str | None:
    """Return why the site cannot listen on that port, if it cannot."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                return (
                    f"Port {port} on 127.0.0.1 is in use, perhaps by another demo. "
                    f"Stop that, or choose another port: make demo PORT={port + 1}"
                )
            return f"Port {port} cannot be used ({error}). Choose another: make demo PORT=8001"
    return None
