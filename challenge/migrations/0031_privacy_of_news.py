from django.db import migrations

#: Sentences of the first text of the page “Privacy” that news by mail made untrue. Texts of organizers stay otherwise.
SENTENCES = {
    "There is no newsletter.": (
        "News come by mail only to teams that ask for them; each of these mails has a link that stops them."
    ),
    "when the team registered, and when it last logged in.": (
        "when the team registered, when it last logged in, and since when it wants news by mail, if it does."
    ),
}


def replace(apps, sentences):
    page = apps.get_model("challenge", "SitePage").objects.filter(slug="privacy").first()
    if page is None:
        return
    for old, new in sentences.items():
        page.body = page.body.replace(old, new)
    page.save(update_fields=["body"])


def tell_of_news(apps, schema_editor):
    replace(apps, SENTENCES)


def tell_nothing_of_news(apps, schema_editor):
    replace(apps, {new: old for old, new in SENTENCES.items()})


class Migration(migrations.Migration):
    dependencies = [("challenge", "0030_news_and_upkeep")]
    operations = [migrations.RunPython(tell_of_news, tell_nothing_of_news)]
