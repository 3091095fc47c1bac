from django.db import migrations

#: Sentences of the first text of the page “Privacy” that passkeys and the removal of accounts made incomplete. Texts of
#: organizers stay otherwise.
SENTENCES = {
    "the account holds its key and the recovery codes.": (
        "the account holds the key of the authenticator app, the public keys of passkeys with their names, and the "
        "recovery codes. An account whose address nobody confirms is deleted after 7 days."
    ),
    "two weeks with “Stay logged in on this device” |": (
        "two weeks with “Stay logged in on this device”; 12 hours for organizers |"
    ),
}


def page_of(apps):
    return apps.get_model("challenge", "SitePage").objects.filter(slug="privacy").first()


def tell_of_accounts(apps, schema_editor):
    if page := page_of(apps):
        for old, new in SENTENCES.items():
            page.body = page.body.replace(old, new)
        page.save(update_fields=["body"])


def tell_nothing_of_accounts(apps, schema_editor):
    if page := page_of(apps):
        for old, new in SENTENCES.items():
            page.body = page.body.replace(new, old)
        page.save(update_fields=["body"])


class Migration(migrations.Migration):
    dependencies = [("challenge", "0041_truth_and_markdown")]
    operations = [migrations.RunPython(tell_of_accounts, tell_nothing_of_accounts)]
