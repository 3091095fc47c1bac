from django.db import migrations

#: Sentences of the first text of the page “Privacy” that releases made untrue. Texts of organizers stay otherwise.
SENTENCES = {
    "Of a withdrawn one only the model name, the team name unless it is anonymous, and the day of the withdrawal are shown.": (
        "Of a withdrawn one only the model name, the team name unless it is anonymous, and the day of the withdrawal are shown.\n"
        "- **Everybody, for all time:** a [release](/releases/) is the leaderboard as it was on one day, with an archive that the organizers deposit in a public repository. It holds the team name and, for the public submissions of that day: model name, links to studies, facts of the method, time, scores, and the checksum of the file. Submissions that were anonymous on that day stay anonymous in it."
    ),
    "If there are no public results, nothing of the account stays.": (
        "Releases never change, because others cite them: what a release holds of a team stays in it, with the name that the team had on that day. If there are no public results, nothing else of the account stays."
    ),
}


def replace(apps, sentences):
    page = apps.get_model("challenge", "SitePage").objects.filter(slug="privacy").first()
    if page is None:
        return
    for old, new in sentences.items():
        if new not in page.body:
            page.body = page.body.replace(old, new)
    page.save(update_fields=["body"])


def tell_of_releases(apps, schema_editor):
    replace(apps, SENTENCES)


def tell_nothing_of_releases(apps, schema_editor):
    page = apps.get_model("challenge", "SitePage").objects.filter(slug="privacy").first()
    if page is None:
        return
    for old, new in SENTENCES.items():
        page.body = page.body.replace(new, old)
    page.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("challenge", "0034_releases")]
    operations = [migrations.RunPython(tell_of_releases, tell_nothing_of_releases)]
