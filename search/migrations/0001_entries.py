"""The readers' index: entries, and beside them the texts in the tables of each database."""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations, models

SQLITE = [
    "CREATE VIRTUAL TABLE search_text USING fts5(title, introduction, body, names, labels,"
    " tokenize = 'porter unicode61 remove_diacritics 2')",
    "CREATE VIRTUAL TABLE search_title USING fts5(title,"
    " tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3 4')",
]

# Words are parted in the same way as SQLite parts them: by everything that is no letter or digit.
_PARTED = "regexp_replace({}, '[^[:alnum:]]+', ' ', 'g')"
_STEMS = "to_tsvector('search_stems', " + _PARTED + ")"
_WORD_KINDS = "asciiword, asciihword, hword, hword_asciipart, hword_part, hword_numpart, numword, word, numhword"

POSTGRESQL = [
    # Without stop words: a phrase may hold them.
    "CREATE TEXT SEARCH DICTIONARY search_stem (TEMPLATE = snowball, LANGUAGE = english)",
    "CREATE TEXT SEARCH CONFIGURATION search_stems (COPY = pg_catalog.simple)",
    f"ALTER TEXT SEARCH CONFIGURATION search_stems ALTER MAPPING FOR {_WORD_KINDS}"
    " WITH unaccent, search_stem",
    "CREATE TEXT SEARCH CONFIGURATION search_words (COPY = pg_catalog.simple)",
    f"ALTER TEXT SEARCH CONFIGURATION search_words ALTER MAPPING FOR {_WORD_KINDS}"
    " WITH unaccent, simple",
    "CREATE TABLE search_text ("
    " slot bigint PRIMARY KEY, title text NOT NULL, introduction text NOT NULL,"
    " body text NOT NULL, names text NOT NULL, labels text NOT NULL,"
    f" title_vector tsvector GENERATED ALWAYS AS ({_STEMS.format('title')}) STORED,"
    f" begun tsvector GENERATED ALWAYS AS (to_tsvector('search_words', {_PARTED.format('title')})"
    " || array_to_tsvector((string_to_array(labels, ' '))[1:1])) STORED,"
    f" vector tsvector GENERATED ALWAYS AS (setweight({_STEMS.format('title')}, 'A')"
    f" || setweight({_STEMS.format('introduction')}, 'B')"
    f" || setweight({_STEMS.format('names')}, 'C')"
    f" || setweight({_STEMS.format('body')}, 'D')"
    " || array_to_tsvector(string_to_array(labels, ' '))) STORED)",
    # Long texts stand apart, so that many short rows are read quickly.
    "ALTER TABLE search_text SET (toast_tuple_target = 256)",
    "CREATE INDEX search_text_vector ON search_text USING gin (vector)",
    "CREATE INDEX search_text_title ON search_text USING gin (title_vector)",
    "CREATE INDEX search_text_begun ON search_text USING gin (begun)",
]
SQLITE_BACK = ["DROP TABLE search_text", "DROP TABLE search_title"]
POSTGRESQL_BACK = [
    "DROP TABLE search_text",
    "DROP TEXT SEARCH CONFIGURATION search_stems",
    "DROP TEXT SEARCH CONFIGURATION search_words",
    "DROP TEXT SEARCH DICTIONARY search_stem",
]


def _execute(schema_editor, sqlite, postgresql):
    for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
        schema_editor.execute(statement)


def make(apps, schema_editor):
    """Make the tables of texts. They are filled by ``rebuild_search``."""
    _execute(schema_editor, SQLITE, POSTGRESQL)


def drop(apps, schema_editor):
    """Drop them; they can be made again."""
    _execute(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        UnaccentExtension(),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("slot", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "Articles"),
                            ("representative", "Representatives"),
                            ("petition", "Petitions"),
                        ],
                        max_length=14,
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                ("labels", models.TextField()),
                ("digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Word",
            fields=[
                ("word", models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("article", "Articles"),
                            ("representative", "Representatives"),
                            ("petition", "Petitions"),
                        ],
                        max_length=14,
                    ),
                ),
                ("object_id", models.BigIntegerField()),
            ],
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.UniqueConstraint(
                fields=("kind", "object_id"), name="search_entry_of_one_object"
            ),
        ),
        migrations.RunPython(make, drop),
    ]
