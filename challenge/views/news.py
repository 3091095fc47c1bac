"""News of the organizers, and the choice of a team to get them by mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import TeamRequest
from challenge.access import team_of_news_token
from challenge.models import News
from challenge.services.news import choose_mails

NEWS_PER_PAGE = 20


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """Page of all news, the newest first."""
    page = Paginator(News.objects.published(), NEWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "challenge/news.html", {"page": page})


@require_safe
def news_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Page of one piece of news that was published."""
    item = get_object_or_404(News.objects.published(), pk=pk)
    return render(request, "challenge/news_item.html", {"item": item, "is_preview": False})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def choose_news_mails(request: TeamRequest) -> HttpResponse:
    """Note whether the team wants news by mail; the form is on the team's page."""
    if request.method == "POST":
        wanted = request.POST.get("wanted") == "yes"
        choose_mails(request.user, wanted=wanted)
        messages.success(
            request, "You will get our news by mail." if wanted else "You will get no more news by mail."
        )
    return redirect("profile")


@csrf_exempt  # mail programs unsubscribe by one POST without cookies (RFC 8058); the signed address is the permission
@require_http_methods(["GET", "HEAD", "POST"])
@cache_control(private=True, no_cache=True)
def stop_news_mails(request: HttpRequest, token: str) -> HttpResponse:
    """Page behind the link in a mail with news: its button ends such mails, without a log-in."""
    team = team_of_news_token(token)
    if team is None:
        raise Http404
    if request.method == "POST":
        choose_mails(team, wanted=False)
    context = {"team": team, "is_done": request.method == "POST"}
    return render(request, "challenge/news_stop.html", context)
