"""Guessing passwords: slowed down, without telling who is there and without locking anybody out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from post_office.models import STATUS, Email
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from tests.core.accounts.people import PASSWORD, give_password, is_in, person

pytestmark = pytest.mark.django_db
WRONG = "not the password at all"


def body(answer: Any, name: str) -> str:
    """A page without what is new in each: its token and what was typed."""
    text: str = answer.content.decode().replace(name, "NAME")
    return re.sub(r"[A-Za-z0-9]{64}", "TOKEN", text)


def guess(client: Client, name: str, times: int, **meta: str) -> list[int]:
    data = {"username": name, "password": WRONG}
    return [client.post("/admin/login/", data, **meta).status_code for _ in range(times)]  # type: ignore[arg-type]


def test_after_ten_guesses_one_waits_whether_the_name_is_known_or_not() -> None:
    known, unknown = person().username, "nobody-has-this"
    answers: dict[str, list[Any]] = {}
    for name in (known, unknown):
        client = Client()
        answers[name] = [give_password(client, name, WRONG) for _ in range(12)]
        assert [a.status_code for a in answers[name]] == [200] * 10 + [429] * 2
    for mine, theirs in zip(answers[known], answers[unknown], strict=True):
        assert body(mine, known) == body(theirs, unknown)
    assert "set a new password" in answers[known][-1].content.decode()


def test_a_refused_login_takes_the_same_work_whether_the_name_is_known_or_not(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import MD5PasswordHasher  # noqa: PLC0415 - counted below

    hashed: list[str] = []
    encode: Callable[..., str] = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str, *rest: Any) -> str:
        hashed.append(password)
        return encode(self, password, salt, *rest)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    work = {}
    give_password(Client(), "warm-up", WRONG)
    known = person().username
    for name in (known, "nobody-has-this"):
        hashed.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            give_password(Client(), name, WRONG)
        work[name] = (len(hashed), [query["sql"].split()[0] for query in queries])
    assert work[known] == work["nobody-has-this"]


def test_what_was_typed_for_a_name_is_written_down_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    give_password(Client(), "my secret typed into the wrong field", WRONG)
    entry = ModelLogEntry.objects.get(action="core.login.refused")
    assert entry.label == "A name that nobody has"
    assert "secret" not in f"{entry.data}{caplog.text}"


def test_the_right_password_is_not_looked_at_while_one_waits(client: Client) -> None:
    user = person()
    guess(client, user.username, 10)
    assert give_password(client, user).status_code == 429
    assert not is_in(client)


@pytest.mark.parametrize("name", ["{0}", " {0}", "{0} ", "{0:upper}"])
def test_other_spellings_of_a_name_are_the_same_name(client: Client, name: str) -> None:
    user = person(username="ferris")
    guess(client, user.username, 10)
    spelt = name.replace("{0:upper}", "FERRIS").format("ferris")
    assert guess(client, spelt, 1) == [429]


def test_strangers_elsewhere_do_not_stop_an_editor(client: Client) -> None:
    user = person()
    give_password(client, user)  # In this browser before.
    client.post("/admin/logout/")
    stranger = Client()
    for n in range(11):
        guess(stranger, user.username, 10, REMOTE_ADDR=f"198.51.100.{n}")
    # All networks together were too many: whoever comes with a new browser waits.
    assert guess(Client(), user.username, 1, REMOTE_ADDR="203.0.113.5") == [429]
    give_password(client, user)
    assert is_in(client)


def test_guessing_from_the_same_office_does_not_stop_an_editor(client: Client) -> None:
    user = person()
    give_password(client, user)
    client.post("/admin/logout/")
    assert guess(Client(), user.username, 12)[-1] == 429
    give_password(client, user)
    assert is_in(client)


def test_a_mailed_link_is_the_way_out(client: Client) -> None:
    user = person()
    guess(client, user.username, 11)
    client.post(reverse("wagtailadmin_password_reset"), {"email": user.email})
    path = Email.objects.get(to=user.email).message.split("http://localhost:8000")[1].split()[0]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    new = "quite another sentence of words"
    client.post(form, {"new_password1": new, "new_password2": new})
    assert give_password(client, user, new).status_code == 302
    assert is_in(client)


def test_a_browsers_cookie_speaks_for_one_account_and_cannot_be_made(
    client: Client, settings: Settings
) -> None:
    user, other = person(), person()
    answer = give_password(client, user)
    cookie = answer.cookies[settings.KNOWN_BROWSER_COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    client.post("/admin/logout/")
    guess(Client(), other.username, 11)
    assert guess(client, other.username, 1) == [429]
    client.cookies[cookie.key] = cookie.value[:-1] + "x"
    for n in range(11):
        guess(Client(), user.username, 10, REMOTE_ADDR=f"192.0.2.{n}")
    assert guess(client, user.username, 1, REMOTE_ADDR="203.0.113.9") == [429]


def test_a_cache_that_is_down_lets_people_in(client: Client, settings: Settings) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": "tests.core.test_limits.ClosedPort"},
    }
    user = person()
    guess(client, user.username, 12)
    assert give_password(client, user).status_code == 302


# The link for a new password ----------------------------------------------------------------------


def test_asking_for_a_link_tells_nobody_who_is_there(client: Client) -> None:
    client.post(reverse("wagtailadmin_password_reset"), {"email": "warm@newsroom.example"})
    user = person()
    seen = {}
    for address in (user.email, "nobody@newsroom.example"):
        with CaptureQueriesContext(connection) as queries:
            answer = client.post(
                reverse("wagtailadmin_password_reset"), {"email": address}, follow=True
            )
        work = [query["sql"].split()[0] for query in queries]
        seen[address] = (answer.redirect_chain, body(answer, address), work)
    assert seen[user.email][:2] == seen["nobody@newsroom.example"][:2]
    assert seen[user.email][2] == seen["nobody@newsroom.example"][2]
    assert not Email.objects.filter(to="nobody@newsroom.example").exists()


def test_a_mailbox_is_not_flooded_with_links(client: Client) -> None:
    user = person()
    cache.clear()
    for _ in range(8):
        answer = client.post(reverse("wagtailadmin_password_reset"), {"email": user.email})
        assert answer["Location"] == reverse("wagtailadmin_password_reset_done")
    assert Email.objects.filter(to=user.email).exclude(status=STATUS.failed).count() == 5


def test_a_password_is_set_by_its_link_once(client: Client) -> None:
    user = person()
    client.post(reverse("wagtailadmin_password_reset"), {"email": user.email})
    path = Email.objects.get(to=user.email).message.split("http://localhost:8000")[1].split()[0]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    new = "quite another sentence of words"
    client.post(form, {"new_password1": new, "new_password2": new})
    user.refresh_from_db()
    assert user.check_password(new)
    again = Client().get(path, follow=True)
    assert not again.redirect_chain
    assert "invalid" in again.content.decode()
    assert not user.check_password(PASSWORD)
