"""Issues of the newsletter, and when they are sent that compose themselves."""

import django.core.validators
import django.db.models.deletion
import wagtail.fields
import wagtail.models.preview
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("news", "0007_curation_can_be_undone"),
        ("newsletter", "0002_frequency_suppressions_and_mailings"),
        ("wagtailcore", "0098_apitoken"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Issue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("each", "Readers of each article"),
                            ("daily", "Daily readers"),
                            ("weekly", "Weekly readers"),
                            ("everybody", "Everybody"),
                        ],
                        db_index=True,
                        default="weekly",
                        max_length=10,
                        verbose_name="for",
                    ),
                ),
                (
                    "subject",
                    models.CharField(
                        blank=True,
                        help_text="What readers see in their list of mails.",
                        max_length=150,
                    ),
                ),
                (
                    "preheader",
                    models.CharField(
                        blank=True,
                        help_text="What many programs show behind the subject. Blank takes titles of articles.",
                        max_length=150,
                    ),
                ),
                (
                    "introduction",
                    wagtail.fields.RichTextField(
                        blank=True, help_text="A few words before the first article."
                    ),
                ),
                (
                    "content",
                    wagtail.fields.StreamField(
                        [
                            ("article", 3),
                            ("heading", 4),
                            ("paragraph", 5),
                            ("quote", 8),
                            ("image", 13),
                        ],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.PageChooserBlock",
                                (),
                                {"page_type": ["news.ArticlePage"]},
                            ),
                            1: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {
                                    "help_text": "Blank takes the introduction of the article.",
                                    "max_length": 600,
                                    "required": False,
                                    "rows": 3,
                                },
                            ),
                            2: (
                                "wagtail.blocks.BooleanBlock",
                                (),
                                {
                                    "default": True,
                                    "label": "With its lead picture",
                                    "required": False,
                                },
                            ),
                            3: (
                                "wagtail.blocks.StructBlock",
                                [[("article", 0), ("words", 1), ("picture", 2)]],
                                {},
                            ),
                            4: ("news.newsletters.blocks.IssueHeadingBlock", (), {}),
                            5: ("news.newsletters.blocks.IssueParagraphBlock", (), {}),
                            6: (
                                "wagtail.blocks.TextBlock",
                                (),
                                {
                                    "help_text": "Word for word, without quotation marks.",
                                    "max_length": 2000,
                                },
                            ),
                            7: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "help_text": "Who said or wrote it, and where. Readers see it.",
                                    "max_length": 200,
                                },
                            ),
                            8: (
                                "wagtail.blocks.StructBlock",
                                [[("quote", 6), ("attribution", 7)]],
                                {},
                            ),
                            9: ("wagtail.images.blocks.ImageChooserBlock", (), {}),
                            10: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "help_text": "Blank takes the picture's own description.",
                                    "label": "Text for those who cannot see it",
                                    "max_length": 300,
                                    "required": False,
                                },
                            ),
                            11: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"max_length": 400, "required": False},
                            ),
                            12: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {
                                    "help_text": "Blank takes the picture's own credit.",
                                    "max_length": 255,
                                    "required": False,
                                },
                            ),
                            13: (
                                "wagtail.blocks.StructBlock",
                                [[("image", 9), ("alt", 10), ("caption", 11), ("credit", 12)]],
                                {},
                            ),
                        },
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("scheduled", "Scheduled"), ("begun", "Sent")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("scheduled_for", models.DateTimeField(blank=True, null=True)),
                (
                    "problem",
                    models.TextField(
                        blank=True, help_text="Why it was not sent when it was to be."
                    ),
                ),
                ("period", models.CharField(blank=True, editable=False, max_length=40)),
                (
                    "name",
                    models.CharField(
                        blank=True, editable=False, help_text="Of an automatic one.", max_length=200
                    ),
                ),
                (
                    "covers_until",
                    models.DateTimeField(
                        help_text="The next issue for the same readers begins with what was published after it."
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("begun_at", models.DateTimeField(blank=True, null=True)),
                (
                    "begun_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mailing",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="newsletter.mailing",
                    ),
                ),
            ],
            options={
                "verbose_name": "newsletter issue",
                "ordering": ["-pk"],
                "permissions": [("send_issue", "Can send and schedule newsletter issues")],
            },
            bases=(wagtail.models.preview.PreviewableMixin, models.Model),
        ),
        migrations.CreateModel(
            name="IssueArticle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("each", "Readers of each article"),
                            ("daily", "Daily readers"),
                            ("weekly", "Weekly readers"),
                            ("everybody", "Everybody"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="news.articlepage",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="held",
                        to="news.issue",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="NewsletterSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "automatic_each",
                    models.BooleanField(
                        default=True,
                        help_text="Readers of each article get it by itself, when it has been up for a while.",
                        verbose_name="each article",
                    ),
                ),
                (
                    "delay",
                    models.PositiveSmallIntegerField(
                        default=15,
                        help_text="From the last publication of an article to its mail.",
                        validators=[django.core.validators.MaxValueValidator(720)],
                        verbose_name="minutes that a mistake can be mended",
                    ),
                ),
                (
                    "automatic_daily",
                    models.BooleanField(
                        default=True,
                        help_text="Made by itself of what is new, and sent.",
                        verbose_name="daily issue",
                    ),
                ),
                (
                    "automatic_weekly",
                    models.BooleanField(
                        default=True,
                        help_text="Made by itself of what is new since the last weekly issue, and sent. Switch it off if you compose every weekly issue by hand.",
                        verbose_name="weekly issue",
                    ),
                ),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=4,
                    ),
                ),
                (
                    "hour",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="From 0 to 23, in the site's own time zone.",
                        validators=[django.core.validators.MaxValueValidator(23)],
                    ),
                ),
                (
                    "site",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="wagtailcore.site",
                    ),
                ),
            ],
            options={
                "verbose_name": "Newsletter",
            },
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.UniqueConstraint(
                condition=models.Q(("period", ""), _negated=True),
                fields=("period",),
                name="issue_once_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "scheduled"), _negated=True),
                    ("scheduled_for__isnull", False),
                    _connector="OR",
                ),
                name="issue_scheduled_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="issuearticle",
            constraint=models.UniqueConstraint(
                fields=("issue", "article"), name="issue_article_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="issuearticle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("audience", "each")),
                fields=("article",),
                name="issue_each_article_once",
            ),
        ),
    ]
