from django.db import migrations

#: Sentences of the first text of the page “Privacy” that checks and publications made incomplete. Texts of organizers
#: stay otherwise.
SENTENCES = {
    "If an organizer disqualified it, the reason is kept.": (
        "If an organizer disqualified it, the reason is kept. For the checks for copies, a sketch of the file is kept: a "
        "thousand numbers computed from its probabilities, a checksum of them, and which test images are right. The "
        "sketch stays when the team has the file deleted, and goes with the account. The checks also compare team names, "
        "e-mail addresses, descriptions, links and checksums of files between accounts, to find second accounts of one "
        "team. What they find is kept for the organizers, who decide. No check decides anything by itself."
    ),
    "- **The team and the organizers:** the uploaded file,": (
        "- **Everybody, if the team publishes them:** the predictions of a ranked submission, in a file that the site "
        "writes and that does not name the team. If an organizer confirmed the study of a submission or reproduced its "
        "scores, also the name of the organizer's account, the day and the reason.\n"
        "- **The team and the organizers:** the uploaded file,"
    ),
}


def page_of(apps):
    return apps.get_model("challenge", "SitePage").objects.filter(slug="privacy").first()


def tell_of_checks(apps, schema_editor):
    if page := page_of(apps):
        for old, new in SENTENCES.items():
            if (
                new not in page.body
            ):  # the text of a new site has it already, and it contains the old sentence
                page.body = page.body.replace(old, new)
        page.save(update_fields=["body"])


def tell_nothing_of_checks(apps, schema_editor):
    if page := page_of(apps):
        for old, new in SENTENCES.items():
            page.body = page.body.replace(new, old)
        page.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("challenge", "0036_evidence")]
    operations = [migrations.RunPython(tell_of_checks, tell_nothing_of_checks)]
