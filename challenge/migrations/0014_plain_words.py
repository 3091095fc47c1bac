from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("challenge", "0013_correct_references"),
    ]

    operations = [
        migrations.AlterField(
            model_name="evaluation",
            name="problems",
            field=models.JSONField(
                default=list, editable=False, help_text="Reasons for the failure, one sentence each."
            ),
        ),
        migrations.AlterField(
            model_name="groundtruth",
            name="checksum",
            field=models.CharField(
                editable=False,
                help_text="SHA-256 of the labels, used as their version.",
                max_length=64,
                unique=True,
            ),
        ),
        migrations.AlterField(
            model_name="phase",
            name="closes_at",
            field=models.DateTimeField(
                blank=True, help_text="Leave empty to keep it open.", null=True, verbose_name="closing"
            ),
        ),
        migrations.AlterField(
            model_name="phase",
            name="daily_failure_limit",
            field=models.PositiveIntegerField(
                default=30,
                help_text="Per team and UTC day: failed submissions are free up to this number.",
                verbose_name="failed submissions a day",
            ),
        ),
        migrations.AlterField(
            model_name="phase",
            name="total_limit",
            field=models.PositiveIntegerField(
                default=100,
                help_text="Per team in this phase. Failed submissions do not count.",
                verbose_name="submissions in total",
            ),
        ),
        migrations.AlterField(
            model_name="publishedmethod",
            name="architecture",
            field=models.CharField(help_text="timm name.", max_length=60),
        ),
        migrations.AlterField(
            model_name="publishedscore",
            name="dataset",
            field=models.CharField(
                help_text="Name of a dataset, or `average` for the mean over the 12 datasets.", max_length=30
            ),
        ),
        migrations.AlterField(
            model_name="publishedscore",
            name="std",
            field=models.FloatField(
                help_text="Standard deviation over the seeds, if it was published.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="authors",
            field=models.CharField(
                help_text="As in a citation: “Yang, J., Shi, R., Wei, D., et al.”", max_length=500
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="bibtex",
            field=models.TextField(
                help_text="The complete entry, with the key above.", verbose_name="BibTeX"
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="key",
            field=models.SlugField(help_text="BibTeX key, for example yang2023medmnist.", unique=True),
        ),
        migrations.AlterField(
            model_name="reference",
            name="summary",
            field=models.TextField(
                blank=True, help_text="Its relevance to this benchmark, in one or two sentences."
            ),
        ),
        migrations.AlterField(
            model_name="reference",
            name="url",
            field=models.URLField(
                help_text="DOI as https://doi.org/..., or the page of the publication.",
                max_length=300,
                verbose_name="link",
            ),
        ),
        migrations.AlterField(
            model_name="sitepage",
            name="body",
            field=models.TextField(
                help_text="Markdown. HTML that could run or load something is removed.", verbose_name="text"
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="counts_toward_limits",
            field=models.BooleanField(
                default=True, editable=False, help_text="False if its first scoring failed."
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="file_name",
            field=models.CharField(editable=False, max_length=200, verbose_name="file name"),
        ),
        migrations.AlterField(
            model_name="submission",
            name="file_size",
            field=models.PositiveIntegerField(editable=False, verbose_name="file size in bytes"),
        ),
        migrations.AlterField(
            model_name="submission",
            name="special_methods",
            field=models.CharField(
                blank=True,
                help_text="For example an ensemble, or test-time augmentation. Leave empty if there are none.",
                max_length=200,
                verbose_name="departures from the standard protocol",
            ),
        ),
        migrations.AlterField(
            model_name="submission",
            name="training",
            field=models.JSONField(
                blank=True,
                editable=False,
                help_text="Training configuration, for baselines of the organizers.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="uncertainty",
            name="auc_standard_errors",
            field=models.JSONField(
                default=dict, editable=False, help_text="By dataset and for `average`, after DeLong."
            ),
        ),
        migrations.AlterField(
            model_name="uncertainty",
            name="intervals",
            field=models.JSONField(
                default=dict,
                editable=False,
                help_text="By dataset and for `average`: low and high of each metric at 95 %.",
            ),
        ),
    ]
