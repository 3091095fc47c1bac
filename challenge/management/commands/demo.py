"""`manage.py demo`: the whole site on this machine, with demo data; `make demo` calls it."""

import socket
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from challenge import demo_site


class Command(BaseCommand):
    help = (
        "Prepare a database with demo data (synthetic labels, published results, an organizer, a team, two "
        "submissions) and serve web and worker on 127.0.0.1 until Ctrl-C. What is there already is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="the port of the site (default: 8000)")

    def handle(self, *args: object, port: int, **options: object) -> None:
        if _is_occupied(port):
            raise CommandError(
                f"Port {port} on 127.0.0.1 is in use, perhaps by another demo. "
                f"Stop that, or choose another port: make demo PORT={port + 1}"
            )
        demo_site.prepare(self.stdout.write)
        try:
            demo_site.serve(port, self.stdout.write)
        except demo_site.ServerEndedError as error:
            raise CommandError(str(error)) from error


def _is_occupied(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
