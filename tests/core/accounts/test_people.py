"""Who may look after whose login."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from cms.core.accounts import totp
from cms.core.models import SecondFactor, User
from tests.core.accounts.people import PASSWORD, SECRET
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
ROLES = ["Editors", "Reviewers", "Moderators", "Campaigners"]
VIEWS = [("core_access", "get"), ("core_end_sessions", "post"), ("core_reset_factor", "post")]
XHR = {"X-Requested-With": "XMLHttpRequest"}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def somebody(who: str) -> User:
    """An administrator, or somebody with a role."""
    is_superuser = who == "administrator"
    user: User = UserFactory(is_superuser=is_superuser, role=None if is_superuser else who)
    return user


def keeper() -> User:
    """Somebody who looks after people, and is no administrator."""
    group = Group.objects.create(name="Keepers")
    group.permissions.add(
        Permission.objects.get(codename="access_admin"),
        Permission.objects.get(codename="change_user"),
        Permission.objects.get(codename="add_user"),
    )
    user: User = UserFactory(role="Keepers")
    return user


@pytest.mark.parametrize(("name", "method"), VIEWS)
@pytest.mark.parametrize(
    ("who", "whose", "status"),
    [
        *((role, "colleague", 403) for role in ROLES),
        *((role, "administrator", 403) for role in ROLES),
        ("administrator", "colleague", 200),
        ("administrator", "administrator", 200),
        ("keeper", "colleague", 200),
        ("keeper", "administrator", 403),
    ],
)
def test_who_may_look_after_whose_login(
    who: str, whose: str, status: int, name: str, method: str
) -> None:
    person = UserFactory(
        role="Editors" if whose == "colleague" else None, is_superuser=whose == "administrator"
    )
    SecondFactor.objects.create(user=person, secret=totp.closed(SECRET))
    client_of(person)
    user = keeper() if who == "keeper" else somebody(who)
    ask = getattr(client_of(user), method)
    answer = ask(reverse(name, args=[person.pk]), headers=XHR)
    assert answer.status_code == (302 if status == 200 and method == "post" else status)
    changed = (person.login_sessions.count(), SecondFactor.objects.count())
    reached = status == 200
    assert (
        changed
        == {
            "core_access": (1, 1),
            "core_end_sessions": (0, 1) if reached else (1, 1),
            "core_reset_factor": (0, 0) if reached else (1, 1),
        }[name]
    )


@pytest.mark.parametrize(
    ("name", "method"),
    [*VIEWS, ("core_own_sessions", "get"), ("core_end_own_sessions", "post")],
)
def test_nobody_in_particular_sees_and_changes_nothing(
    client: Client, name: str, method: str
) -> None:
    person = UserFactory()
    args = [] if "own" in name else [person.pk]
    assert getattr(client, method)(reverse(name, args=args)).status_code == 302
    assert getattr(client, method)(reverse(name, args=args), headers=XHR).status_code == 403


def test_what_changes_something_is_posted() -> None:
    user = UserFactory(is_superuser=True)
    for name in ("core_end_sessions", "core_reset_factor"):
        assert client_of(user).get(reverse(name, args=[user.pk])).status_code == 405
    assert client_of(user).get(reverse("core_end_own_sessions")).status_code == 405


def test_one_does_not_reset_ones_own() -> None:
    user = UserFactory(is_superuser=True)
    client = client_of(user)
    SecondFactor.objects.create(user=user, secret=totp.closed(SECRET))
    assert client.post(reverse("core_reset_factor", args=[user.pk])).status_code == 404
    assert SecondFactor.objects.exists()


def test_ending_all_of_ones_own_sessions_leads_to_the_login() -> None:
    user = UserFactory(is_superuser=True)
    answer = client_of(user).post(reverse("core_end_sessions", args=[user.pk]))
    assert answer["Location"] == reverse("wagtailadmin_login")
    assert not user.login_sessions.exists()


def test_whoever_keeps_people_does_not_become_an_administrator() -> None:
    keepers, boss, colleague = keeper(), somebody("administrator"), somebody("Editors")
    before = User.objects.filter(pk=boss.pk).values().get()
    group = Group.objects.get(name="Keepers")
    client = client_of(keepers)

    def edit(person: User, **more: str) -> None:
        address = f"{person.pk}@newsroom.example"
        given = {"first_name": "New", "last_name": "Name", "is_active": "on", "email": address}
        url = reverse("wagtailusers_users:edit", args=[person.pk])
        client.post(url, {**given, "username": person.username, **more})

    edit(boss)
    for person in (colleague, keepers):
        edit(person, is_superuser="on")
    add = {"username": "x", "email": "x@x.example", "first_name": "X", "last_name": "Y"}
    secret = {"password1": PASSWORD, "password2": PASSWORD, "is_superuser": "on"}
    client.post(reverse("wagtailusers_users:add"), {**add, **secret})
    for action, data in (("set_active_state", {}), ("assign_role", {"role": str(group.pk)})):
        url = reverse("wagtail_bulk_action", args=["core", "user", action])
        client.post(f"{url}?id={boss.pk}&id={colleague.pk}", data)
    assert User.objects.filter(pk=boss.pk).values().get() == before
    assert not boss.groups.exists()
    assert list(User.objects.filter(is_superuser=True)) == [boss]
    # What they are there for, they can still do.
    edit(colleague)
    client.post(f"{url}?id={colleague.pk}", {"role": str(group.pk)})
    colleague.refresh_from_db()
    assert colleague.first_name == "New"
    assert group in colleague.groups.all()
