"""The four roles of a newsroom, with exactly the permissions that each needs.

Wagtail's own starting groups may publish everything everywhere; they are replaced.
"""

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

ADMIN = "wagtailadmin.access_admin"


def _all(model, *actions, app="advocacy"):
    return [f"{app}.{action}_{model}" for action in actions]


CONTENT = ("view", "add", "change", "delete", "publish", "lock", "unlock")
PROPOSE = ("view", "add", "change")
ROLES = {
    "Editors": {
        "model": [
            ADMIN,
            "news.draft_commentary",
            "news.view_draftrun",
            *_all("source", "view", "add", "change", app="news"),
            *_all("category", "view", "add", "change", app="news"),
            *_all("relatedlink", "view", app="news"),
            *_all("petition", *PROPOSE),
            *_all("letter", *PROPOSE),
            *_all("representative", "view"),
        ],
        "page": ["add_page", "change_page", "publish_page", "lock_page", "unlock_page"],
        "collection": [
            "wagtailimages.add_image",
            "wagtailimages.change_image",
            "wagtailimages.choose_image",
        ],
    },
    "Reviewers": {
        "model": [
            ADMIN,
            "news.approve_commentary",
            "news.view_draftrun",
            *_all("relatedlink", "view", app="news"),
            *_all("petition", "view"),
            *_all("letter", "view"),
            *_all("representative", "view"),
        ],
        "page": ["change_page"],
        "collection": ["wagtailimages.choose_image"],
    },
    "Moderators": {
        "model": [ADMIN, *_all("relatedlink", "view", "add", "change", "delete", app="news")],
        "page": [],
        "collection": [],
    },
    "Campaigners": {
        "model": [
            ADMIN,
            *_all("petition", *CONTENT),
            *_all("letter", *CONTENT),
            *_all("representative", *CONTENT),
            *_all("channelreport", "view", "change"),
            *_all("signature", "view", "moderate", "export", "invalidate"),
            *_all("invalidation", "view"),
            *_all("delivery", "view", "add", "change", "delete"),
            "advocacy.send_notice",
            *_all("subscriber", "view", app="newsletter"),
        ],
        "page": [],
        "collection": ["wagtailimages.add_image", "wagtailimages.choose_image"],
    },
}
WORKFLOW = "Campaigners approve"
WORKFLOW_MODELS = ("petition", "letter", "representative")


def _permission(apps, name):
    """The permission by its name; Wagtail makes those for snippets only after all migrations."""
    Permission = apps.get_model("auth.Permission")
    app_label, codename = name.split(".")
    found = Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
    if found is not None:
        return found
    action, model = codename.split("_", 1)
    if action not in {"publish", "lock", "unlock"}:
        raise LookupError(f"There is no permission {name}.")
    content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label=app_label, model=model
    )
    return Permission.objects.create(
        content_type=content_type, codename=codename, name=f"Can {action} {model}"
    )


def create(apps, schema_editor):
    """Make the groups, give each its permissions, and route proposals to the campaigners."""
    # Permissions are otherwise made after all migrations have run.
    for label in (
        "core",
        "newsletter",
        "advocacy",
        "news",
        "home",
        "wagtailcore",
        "wagtailadmin",
        "wagtailimages",
    ):
        create_permissions(installed.get_app_config(label), verbosity=0, apps=apps)
    Group = apps.get_model("auth.Group")
    home = apps.get_model("home.HomePage").objects.order_by("path").first()
    root_collection = apps.get_model("wagtailcore.Collection").objects.get(depth=1)
    GroupPagePermission = apps.get_model("wagtailcore.GroupPagePermission")
    GroupCollectionPermission = apps.get_model("wagtailcore.GroupCollectionPermission")
    for name, role in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        GroupPagePermission.objects.filter(group=group).delete()
        GroupCollectionPermission.objects.filter(group=group).delete()
        group.permissions.set([_permission(apps, permission) for permission in role["model"]])
        for codename in role["page"]:
            GroupPagePermission.objects.create(
                group=group,
                page_id=home.pk,
                permission=_permission(apps, f"wagtailcore.{codename}"),
            )
        for permission in role["collection"]:
            GroupCollectionPermission.objects.create(
                group=group,
                collection=root_collection,
                permission=_permission(apps, permission),
            )
    _replace_workflow(apps)


def _replace_workflow(apps):
    """Articles have the gate; what editors propose for the registry, campaigners approve."""
    ContentType = apps.get_model("contenttypes.ContentType")
    Workflow = apps.get_model("wagtailcore.Workflow")
    GroupApprovalTask = apps.get_model("wagtailcore.GroupApprovalTask")
    apps.get_model("wagtailcore.WorkflowPage").objects.all().delete()
    Workflow.objects.filter(name="Moderators approval").update(active=False)
    task_type, _ = ContentType.objects.get_or_create(
        app_label="wagtailcore", model="groupapprovaltask"
    )
    task = GroupApprovalTask.objects.create(name=WORKFLOW, content_type=task_type, active=True)
    task.groups.add(apps.get_model("auth.Group").objects.get(name="Campaigners"))
    workflow = Workflow.objects.create(name=WORKFLOW, active=True)
    apps.get_model("wagtailcore.WorkflowTask").objects.create(
        workflow=workflow, task=task, sort_order=0
    )
    for model in WORKFLOW_MODELS:
        content_type, _ = ContentType.objects.get_or_create(app_label="advocacy", model=model)
        apps.get_model("wagtailcore.WorkflowContentType").objects.update_or_create(
            content_type=content_type, defaults={"workflow": workflow}
        )


def keep(apps, schema_editor):
    """Going back leaves the groups: people may belong to them by then."""


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0002_front_page"),
        ("news", "0001_articles"),
        ("advocacy", "0007_campaigns"),
        ("newsletter", "0001_subscribers"),
        ("core", "0002_pictures_and_site"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
    ]

    operations = [migrations.RunPython(create, keep)]
