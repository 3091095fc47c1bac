"""The address of the site, and the team's token."""

import sys
from typing import Annotated, Any

import typer

from medbig import settings, show
from medbig.commands.app import app, client, examples


@app.command(epilog=examples("medbig login --host https://big.example.org", "medbig login < token.txt"))
def login(
    host: Annotated[str, typer.Option(help="Address of the site.")] = "",
    token: Annotated[
        str, typer.Option(help="Token; without it, it is asked for, or read from standard input.")
    ] = "",
) -> None:
    """Store the address of the site and a token of your team.

    Make the token in the account settings of the site. The file is readable by you only.
    """
    address = settings.clean(host or settings.load().host)
    token = token or _ask_for_token(address)
    quotas = client(address, token).quota()
    stored = settings.save(settings.Settings(address, token))
    show.note(f"The token works at {address}. It is stored in {stored}.")
    tell_limits(quotas)


def tell_limits(quotas: list[dict[str, Any]]) -> None:
    """Say how many submissions are left in each phase."""
    for one in quotas:
        left = f"{one['day_left']} of {one['day_limit']} submissions left today, {one['total_left']} in all."
        show.note(f"{one['name']} (phase {one['phase']}): {one['refusal'] or left}")
    if not quotas:
        show.note("No phase takes submissions now.")


def _ask_for_token(address: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    show.note(f"Make a token on {address}/accounts/tokens/ and paste it here. It is not shown.")
    return typer.prompt("Token", hide_input=True).strip()
