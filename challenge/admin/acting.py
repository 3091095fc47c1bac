"""Acts of organizers: a button on the page of a row, then a page that says what follows and asks for a reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.models import Team
from challenge.services.refusals import RefusedError

Row = TypeVar("Row", bound=models.Model)


def organizer(request: HttpRequest) -> Team:
    """Return the organizer who sent a request: the admin lets nobody else in."""
    return cast(Team, request.user)


class ReasonForm(forms.Form):
    """Reason of an act, for the history. It is asked for last."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}), help_text="The history of the site keeps it."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])


class MailedReasonForm(ReasonForm):
    """Reason of an act, for the team and the history."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
        help_text="The team gets this text by mail, and the history keeps it.",
    )


@dataclass(frozen=True)
class Act(Generic[Row]):
    """An act on one row."""

    label: str
    #: Sentences about what follows for this row.
    explain: Callable[[Row], Sequence[str]]
    #: Reason why it cannot be done to this row now; empty if it can.
    refusal: Callable[[Row], str]
    #: Does it: `perform(row, by=organizer, **fields)`; returns the message for the organizer, or raises `RefusedError`.
    perform: Callable[..., str]
    permissions: tuple[str, ...]
    form: type[forms.Form] = MailedReasonForm
    #: Values that the form begins with.
    initial: Callable[[Row], Mapping[str, Any]] = lambda row: {}
    #: True if it cannot be undone, or harms somebody.
    is_grave: bool = False


@dataclass(frozen=True)
class Offer:
    """A button on the page of a row, or the reason why there is none now."""

    label: str
    address: str
    refusal: str = ""
    is_grave: bool = False


@dataclass(frozen=True)
class Place:
    """Place of an act in the admin: titles and addresses of the pages above it, the last one to return to."""

    trail: Sequence[tuple[str, str]]

    @property
    def back(self) -> str:
        """Address of the page with the button."""
        return self.trail[-1][1]


def offers_of(
    acts: Mapping[str, Act[Row]],
    row: Row,
    *,
    to: Team,
    address: Callable[[str], str],
    refusal: Callable[[Act[Row]], str] = lambda act: "",
) -> Iterator[Offer]:
    """Yield the offers of acts that an organizer may do at all.

    Args:
        acts: the acts by name.
        row: the row of the page.
        to: the organizer.
        address: gives the page of an act by its name.
        refusal: gives a further reason why an act cannot be done, as for `act_on`.

    """
    for name, act in acts.items():
        if to.has_perms(act.permissions):
            yield Offer(act.label, address(name), refusal(act) or act.refusal(row), act.is_grave)


def buttons_and_refusals(offers: Iterable[Offer]) -> dict[str, list[Offer]]:
    """Return the context of `with_acts.html`: what can be done to a row, and what cannot be done now."""
    made = list(offers)
    return {
        "buttons": [one for one in made if not one.refusal],
        "refused_acts": [one for one in made if one.refusal],
    }


def act_on(request: HttpRequest, act: Act[Row], row: Row, place: Place, *, refusal: str = "") -> HttpResponse:
    """Ask for what an act needs, or do it and return; `refusal` is a further reason why it cannot be done."""
    if not request.user.has_perms(act.permissions):
        raise PermissionDenied
    if why := refusal or act.refusal(row):
        messages.error(request, f"{act.label} is not possible: {why}")
        return HttpResponseRedirect(place.back)
    form = act.form(request.POST or None, initial=dict(act.initial(row)))
    if form.is_valid():
        try:
            messages.success(request, act.perform(row, by=organizer(request), **form.cleaned_data))
        except RefusedError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(place.back)
    title = f"{act.label}: {row}"
    return ask(request, title, act.label, form, place, act.explain(row), is_grave=act.is_grave)


def ask(
    request: HttpRequest,
    title: str,
    label: str,
    form: forms.Form,
    place: Place,
    sentences: Sequence[str] = (),
    *,
    template: str = "act",
    **context: Any,
) -> HttpResponse:
    """Show a page that asks before an act: `label` is the text of its button, `sentences` say what follows.

    A template of its own adds to the page, with `context`.
    """
    context |= {
        **admin.site.each_context(request),
        "title": title,
        "label": label,
        "form": form,
        "place": place,
        "sentences": sentences,
    }
    return render(request, f"admin/challenge/{template}.html", context)
