"""News in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path

from accounts.admin.read_only import ReadOnlyAdmin
from challenge.admin.acting import organizer
from challenge.admin.texts import MARKDOWN_HELP
from challenge.models import News, NewsMail
from challenge.services import news as services


class NewsForm(forms.ModelForm):
    """A text with a large input field and a reminder of the syntax."""

    class Meta:
        widgets = {"text": forms.Textarea(attrs={"rows": 16, "cols": 100})}
        help_texts = {"text": MARKDOWN_HELP}


@admin.register(News)
class NewsAdmin(admin.ModelAdmin):
    """News: write, look at them, publish, mail."""

    form = NewsForm
    list_display = ["title", "published_at", "is_public", "mails"]
    list_filter = ["by_mail", "published_at"]
    search_fields = ["title", "text"]
    fields = ["title", "text", "published_at", "by_mail", "mails"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[News]:
        """Count the mails in the same query."""
        sent = Q(mails__status=NewsMail.Status.SENT)
        return News.objects.annotate(mail_count=Count("mails"), sent_count=Count("mails", filter=sent))

    def get_readonly_fields(self, request: HttpRequest, obj: News | None = None) -> list[str]:
        """Fix the choice of mails once they are made: they are sent only once."""
        return ["mails", *(["by_mail"] if obj and obj.mails_queued_at else [])]

    @admin.display(description="public", boolean=True)
    def is_public(self, news: News) -> bool:
        """True if everybody may read it now."""
        return news.is_published

    @admin.display(description="mails")
    def mails(self, news: News) -> str:
        """Number of mails that were sent, of all."""
        if news.mails_queued_at:
            return f"{news.sent_count} of {news.mail_count} sent"  # type: ignore[attr-defined]
        return "when it is published" if news.by_mail else "-"

    def view_on_site(self, news: News) -> str | None:
        """Return the address of the news."""
        return news.get_absolute_url()

    def get_urls(self) -> list[URLPattern]:
        """Add the preview of what is typed."""
        preview = path("preview/", self.admin_site.admin_view(self.preview), name="challenge_news_preview")
        return [preview, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """Show what is typed as a page of news, without saving it."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return redirect("admin:challenge_news_changelist")
        typed = News(title=request.POST.get("title", ""), text=request.POST.get("text", ""))
        return render(request, "challenge/news_item.html", {"item": typed, "is_preview": True})

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, set[str], Any]:
        """Let mails go with their news: nobody may delete mails alone."""
        shown, counts, missing, protected = super().get_deleted_objects(objs, request)
        return shown, counts, missing - {str(NewsMail._meta.verbose_name)}, protected

    def save_model(self, request: HttpRequest, obj: News, form: forms.ModelForm, change: bool) -> None:
        """Save with a line of history."""
        services.save_news(obj, by=organizer(request))

    def delete_model(self, request: HttpRequest, obj: News) -> None:
        """Delete with a line of history."""
        services.delete_news(obj, by=organizer(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[News]) -> None:
        """Delete with a line of history for each."""
        for news in queryset:
            services.delete_news(news, by=organizer(request))


@admin.register(NewsMail)
class NewsMailAdmin(ReadOnlyAdmin):
    """Mails with news: waiting, sent, undeliverable."""

    list_display = ["news", "team", "status", "created_at", "sent_at"]
    list_display_links = None
    list_filter = ["status", "news"]
    list_select_related = ["news", "team"]
    search_fields = ["team__name", "news__title"]
