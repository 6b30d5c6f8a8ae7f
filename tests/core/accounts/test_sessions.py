"""Sessions: seen, ended, and over by themselves."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from wagtail.models import ModelLogEntry

from cms.core.accounts import audit, sessions
from cms.core.models import LoginSession, User
from tests.core.accounts.people import PASSWORD, give_password, is_in, person
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/140.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.0", "A program"),
        ("", "A program"),
        ("<script>" * 10_000, "A program"),
    ],
)
def test_a_browser_is_named_as_people_name_it(agent: str, told: str) -> None:
    assert sessions.device(agent) == told


def logged_in(user: User, **headers: str) -> Client:
    client = Client(headers={"User-Agent": FIREFOX, **headers})
    give_password(client, user)
    assert is_in(client)
    return client


def test_one_sees_where_one_is_logged_in_and_ends_one_or_all_others() -> None:
    user = person()
    here, there, elsewhere = (logged_in(user) for _ in range(3))
    page = here.get(reverse("core_own_sessions")).content.decode()
    assert page.count("Firefox on Linux") >= 3
    assert "127.0.0.0/24" in page
    keys = [client.session.session_key or "" for client in (here, there, elsewhere)]
    assert not any(key in page for key in keys), "the key of a session is its secret"
    handle = sessions.handle(there.session.session_key or "")
    here.post(reverse("core_end_own_sessions"), {"session": handle})
    assert (is_in(here), is_in(there), is_in(elsewhere)) == (True, False, True)
    here.post(reverse("core_end_own_sessions"))
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert [e.data for e in ModelLogEntry.objects.filter(action=audit.SESSIONS_ENDED)] == [
        {"count": 1},
        {"count": 1},
    ]


def test_nobody_ends_a_session_of_somebody_else_as_ones_own() -> None:
    mine, theirs = logged_in(person()), logged_in(person())
    for named in (sessions.handle(theirs.session.session_key or ""), "x", "\x00"):
        answer = mine.post(reverse("core_end_own_sessions"), {"session": named}, follow=True)
        assert "had ended already" in answer.content.decode()
    assert is_in(theirs)


def test_an_administrator_ends_somebodys_sessions() -> None:
    user, admin = person(), Client()
    theirs = logged_in(user)
    admin.force_login(UserFactory(is_superuser=True))
    assert "Firefox on Linux" in admin.get(reverse("core_access", args=[user.pk])).content.decode()
    admin.post(reverse("core_end_sessions", args=[user.pk]))
    assert not is_in(theirs)
    assert is_in(admin)


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    user = person()
    here, there = logged_in(user), logged_in(user)
    before = here.session.session_key
    new = "quite another sentence of words"
    answer = here.post(
        reverse("wagtailadmin_account"),
        {
            "name_email-first_name": "Noor",
            "name_email-last_name": "Haddad",
            "name_email-email": user.email,
            "theme-theme": "system",
            "theme-contrast": "system",
            "theme-density": "default",
            "theme-keyboard_shortcuts": "on",
            "password-old_password": PASSWORD,
            "password-new_password1": new,
            "password-new_password2": new,
        },
    )
    assert answer.status_code == 302, answer.context["panels_by_tab"]
    user.refresh_from_db()
    assert user.check_password(new)
    assert (is_in(here), is_in(there)) == (True, False)
    assert here.session.session_key != before
    assert user.login_sessions.count() == 1


def test_a_session_ends_30_days_after_it_began_however_busy() -> None:
    user = person()
    client = logged_in(user)
    session = client.session
    session[sessions.SINCE] = int(time.time() - sessions.LONGEST.total_seconds() - 60)
    session.save()
    assert not is_in(client)
    assert sessions.of(user) == []


def test_a_session_that_is_to_end_with_the_browser_ends_a_day_after_its_last_use() -> None:
    user = person()
    logged_in(user)
    row = LoginSession.objects.get(user=user)
    assert row.expire_date <= timezone.now() + sessions.IDLE
    row.delete()
    give_password(Client(), user, remember="on")
    row = LoginSession.objects.get(user=user)
    assert row.expire_date > timezone.now() + timedelta(days=13)


def test_when_a_session_was_last_seen_is_written_down_now_and_then() -> None:
    user = person()
    client = logged_in(user)
    session = client.session
    session[sessions.SEEN] -= 3600
    session.save()
    long_ago = LoginSession.objects.get(user=user).seen_at
    is_in(client)
    now = LoginSession.objects.get(user=user).seen_at
    assert long_ago is not None
    assert now is not None
    assert now - long_ago > timedelta(minutes=59)


def test_logging_out_and_being_deleted_end_the_session() -> None:
    user = person()
    client = logged_in(user)
    client.post(reverse("wagtailadmin_logout"))
    assert not LoginSession.objects.filter(user=user).exists()
    client = logged_in(user)
    user.delete()
    assert not is_in(client)
    assert not LoginSession.objects.exclude(user=None).exists()


def test_the_sweep_forgets_what_is_over() -> None:
    now = timezone.now()
    user = person()
    for n, left in enumerate((-1, 1)):
        LoginSession.objects.create(
            session_key=f"key-{n}", user=user, expire_date=now + timedelta(days=left)
        )
    jobs = [
        DBTaskResult.objects.create(
            status=status,
            finished_at=ended,
            args_kwargs={"args": [], "kwargs": {}},
            task_path="cms.core.tasks.deliver_mail",
            backend_name="default",
            run_after=now,
            exception_class_path="",
            traceback="",
        )
        for status, ended in (
            ("SUCCESSFUL", now - timedelta(days=15)),
            ("FAILED", now - timedelta(days=15)),
            ("SUCCESSFUL", now - timedelta(days=13)),
            ("RUNNING", None),
        )
    ]
    old, kept = (
        ModelLogEntry.objects.create(
            label="x", object_id=user.pk, action=action, timestamp=now - timedelta(days=181)
        )
        for action in (audit.LOGIN, audit.FACTOR_RESET)
    )
    call_command("sweep", verbosity=0)
    assert list(LoginSession.objects.values_list("session_key", flat=True)) == ["key-1"]
    assert set(DBTaskResult.objects.values_list("pk", flat=True)) >= {jobs[2].pk, jobs[3].pk}
    assert not DBTaskResult.objects.filter(pk__in=[jobs[0].pk, jobs[1].pk]).exists()
    assert not ModelLogEntry.objects.filter(pk=old.pk).exists()
    assert ModelLogEntry.objects.filter(pk=kept.pk).exists()
