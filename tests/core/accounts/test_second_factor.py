"""The second factor: asked for on every way in, taken once, and kept from those who guess."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from post_office.models import Email
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from cms.core.accounts import second_factor, standing, totp
from cms.core.accounts.second_factor import CodeRefused
from cms.core.models import RecoveryCode, SecondFactor, User
from tests.core.accounts.people import PASSWORD, SECRET, code_now, give_password, is_in, person
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def required(settings: Settings) -> None:
    settings.REQUIRE_MFA = True


# Codes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        # RFC 6238, appendix B, SHA-1, the last six digits.
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert totp.code_at(SECRET, seconds // totp.PERIOD) == code


@pytest.mark.parametrize(
    ("later", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_half_a_minute_wrong(later: int, taken: bool) -> None:
    step = totp.step_of(SECRET, code_now(later=later, now=NOW), now=NOW)
    assert (step == totp.step_at(NOW) + later) is taken


def test_a_secret_is_stored_encrypted_and_outlives_a_change_of_the_key(settings: Settings) -> None:
    stored = totp.closed(SECRET)
    assert SECRET not in stored
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key of the site, as long as it has to be"
    assert totp.opened(stored) == SECRET
    settings.SECRET_KEY_FALLBACKS = []
    assert totp.opened(stored) is None


def test_without_the_key_the_code_is_refused_with_the_way_out(settings: Settings) -> None:
    user = person(with_app=True)
    settings.SECRET_KEY = "another key of the site, as long as it has to be"
    with pytest.raises(CodeRefused, match="ask an administrator"):
        second_factor.check(user=user, code=code_now(), now=timezone.now())


def test_a_code_is_taken_once_and_none_before_it() -> None:
    user = person(with_app=True)
    earlier, code = code_now(later=-1, now=NOW), code_now(now=NOW)
    assert second_factor.check(user=user, code=f" {code[:3]} {code[3:]}", now=NOW) == "app"
    for used in (code, earlier):
        with pytest.raises(CodeRefused, match="used before"):
            second_factor.check(user=user, code=used, now=NOW)
    next_one = code_now(later=1, now=NOW)
    assert second_factor.check(user=user, code=next_one, now=NOW) == "app"


def test_the_code_that_set_the_app_up_opens_nothing_afterwards() -> None:
    user = person()
    code = code_now(now=NOW)
    second_factor.enrol(user=user, secret=SECRET, code=code, now=NOW)
    with pytest.raises(CodeRefused, match="used before"):
        second_factor.check(user=user, code=code, now=NOW)


def test_a_recovery_code_takes_the_place_of_the_app_once() -> None:
    user = person()
    codes = second_factor.enrol(user=user, secret=SECRET, code=code_now(now=NOW), now=NOW)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace("-", "") in kept for code in codes)
    assert second_factor.check(user=user, code=codes[0].lower(), now=NOW) == "recovery"
    with pytest.raises(CodeRefused):
        second_factor.check(user=user, code=codes[0], now=NOW)
    assert second_factor.codes_left(user) == second_factor.RECOVERY_CODES - 1
    assert Email.objects.filter(to=user.email, message__contains="recovery code was used").exists()


def test_a_recovery_code_of_somebody_else_opens_nothing() -> None:
    codes = second_factor.enrol(user=person(), secret=SECRET, code=code_now(now=NOW), now=NOW)
    with pytest.raises(CodeRefused):
        second_factor.check(user=person(with_app=True), code=codes[0], now=NOW)


def test_guessing_is_held_up_longer_and_longer_by_the_database(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    user, now = person(with_app=True), NOW
    for minutes in (1, 2, 4):
        for _ in range(second_factor.PATIENCE):
            with pytest.raises(CodeRefused, match="not right"):
                second_factor.check(user=user, code="000000", now=now)
        with pytest.raises(CodeRefused, match=rf"Wait {minutes} minute"):
            second_factor.check(user=user, code=code_now(now=now), now=now)
        now += timedelta(minutes=minutes)
    assert second_factor.check(user=user, code=code_now(now=now), now=now) == "app"
    assert SecondFactor.objects.get().failures == 0


@pytest.mark.parametrize(
    "hostile",
    ["", "\x00", "1" * 10_000, "\uff10\uff11\uff12\uff13\uff14\uff15", "abc", "-", "{{7*7}}"],
)
def test_whatever_is_typed_is_refused_in_words(hostile: str) -> None:
    with pytest.raises(CodeRefused):
        second_factor.check(user=person(with_app=True), code=hostile, now=NOW)


# Logging in ---------------------------------------------------------------------------------------


def test_with_a_password_alone_a_session_is_nobodys(client: Client, required: None) -> None:
    user = person(with_app=True)
    answer = give_password(client, user)
    assert (answer.status_code, answer["Location"]) == (302, reverse("core_login_code"))
    assert not is_in(client)
    assert client.get("/admin/login/")["Location"] == reverse("core_login_code")
    answer = client.post(reverse("core_login_code"), {"code": code_now()})
    assert answer["Location"] == reverse("wagtailadmin_home")
    assert is_in(client)


def test_the_key_of_a_session_changes_at_each_step(client: Client, required: None) -> None:
    user = person(with_app=True)
    keys = [client.session.session_key]
    give_password(client, user)
    keys.append(client.session.session_key)
    client.post(reverse("core_login_code"), {"code": code_now()})
    keys.append(client.session.session_key)
    assert len(set(keys)) == 3
    assert user.login_sessions.count() == 1


def test_whoever_has_an_app_is_asked_for_it_though_nobody_has_to_have_one(client: Client) -> None:
    give_password(client, person(with_app=True))
    assert not is_in(client)
    client.post(reverse("core_login_code"), {"code": code_now()})
    assert is_in(client)


def test_where_none_is_asked_for_the_password_does(client: Client) -> None:
    assert give_password(client, person())["Location"] == reverse("wagtailadmin_home")
    assert is_in(client)


def test_a_session_from_before_it_was_required_is_asked_too(
    client: Client, settings: Settings
) -> None:
    user = person(with_app=False)
    give_password(client, user)
    assert is_in(client)
    settings.REQUIRE_MFA = True
    assert not is_in(client)
    assert client.get("/admin/login/", follow=True).redirect_chain[-1][0] == reverse(
        "core_login_set_up"
    )


def test_whoever_has_no_app_sets_one_up_before_anything_else(
    client: Client, required: None
) -> None:
    user = person()
    give_password(client, user, next="/admin/reports/")
    page = client.get(reverse("core_login_code"), follow=True).content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    found = re.search(r'class="dt-key">([A-Z2-7 ]+)<', page)
    assert found
    secret = found[1].replace(" ", "")
    wrong = client.post(reverse("core_login_set_up"), {"code": "000000"})
    assert wrong.status_code == 400
    assert found[1] in wrong.content.decode()
    assert not SecondFactor.objects.exists()
    done = client.post(reverse("core_login_set_up"), {"code": code_now(secret=secret)})
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", done.content.decode())
    assert len(codes) == second_factor.RECOVERY_CODES
    assert 'href="/admin/reports/"' in done.content.decode()
    assert done.headers["Cache-Control"].count("no-store") == 1
    assert is_in(client)
    assert secret not in SecondFactor.objects.get().secret
    assert "new_second_factor" not in client.session


def test_setting_up_ends_the_other_sessions_which_had_no_second_factor(client: Client) -> None:
    user, other = person(), Client()
    for browser in (client, other):
        give_password(browser, user)
    client.get(reverse("core_login_set_up"))
    secret = totp.opened(client.session["new_second_factor"]) or ""
    asked = {"code": code_now(secret=secret), "password": PASSWORD}
    client.post(reverse("core_login_set_up"), asked)
    assert is_in(client)
    assert not is_in(other)


def test_an_open_browser_is_not_enough_to_add_an_app(client: Client) -> None:
    user = person()
    give_password(client, user)
    client.get(reverse("core_login_set_up"))
    secret = totp.opened(client.session["new_second_factor"]) or ""
    for password in ("", "not it"):
        asked = {"code": code_now(secret=secret), "password": password}
        answer = client.post(reverse("core_login_set_up"), asked)
        assert answer.status_code == 400
        assert b"password" in answer.content
    for _ in range(10):
        client.post(reverse("core_login_set_up"), {"code": "000000", "password": "not it"})
    asked = {"code": code_now(secret=secret), "password": PASSWORD}
    assert b"too many attempts" in client.post(reverse("core_login_set_up"), asked).content
    assert not SecondFactor.objects.exists()


def test_nobody_is_led_to_another_site_after_logging_in(client: Client, required: None) -> None:
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        user, browser = person(with_app=True), Client()
        give_password(browser, user, next=elsewhere)
        answer = browser.post(reverse("core_login_code"), {"code": code_now()})
        assert answer["Location"] == reverse("wagtailadmin_home")


def test_a_new_password_by_mail_does_not_open_the_admin(client: Client, required: None) -> None:
    user = person(with_app=True)
    client.post(reverse("wagtailadmin_password_reset"), {"email": user.email})
    mail = Email.objects.get(to=user.email)
    found = re.search(r"/admin/password_reset/confirm/\S+", mail.message)
    assert found
    form = client.get(found[0], follow=True).redirect_chain[-1][0]
    new = "quite another sentence of words"
    answer = client.post(form, {"new_password1": new, "new_password2": new})
    assert answer["Location"] == reverse("wagtailadmin_password_reset_complete")
    assert not is_in(client)
    give_password(client, user, password=new)
    assert not is_in(client)
    client.post(reverse("core_login_code"), {"code": code_now()})
    assert is_in(client)


def test_the_second_step_is_for_whoever_took_the_first(client: Client, required: None) -> None:
    person(with_app=True)
    assert client.get(reverse("core_login_code")).status_code == 302
    assert client.post(reverse("core_login_code"), {"code": code_now()}).status_code == 302
    assert client.get(reverse("core_login_set_up"))["Location"] == reverse("wagtailadmin_login")
    assert not is_in(client)


def test_no_second_app_is_set_up_beside_the_first(client: Client, required: None) -> None:
    user = person(with_app=True)
    give_password(client, user)
    assert client.get(reverse("core_login_set_up"))["Location"] == reverse("core_login_code")
    with pytest.raises(CodeRefused, match="already"):
        second_factor.enrol(user=user, secret=SECRET, code=code_now(now=NOW), now=NOW)


def test_one_can_begin_anew_as_somebody_else(client: Client, required: None) -> None:
    give_password(client, person(with_app=True))
    assert client.get(reverse("core_login_leave")).status_code == 405
    client.post(reverse("core_login_leave"))
    assert "_auth_user_id" not in client.session


def whole(user: User) -> Client:
    """A browser in which both steps were taken."""
    client = Client()
    client.force_login(user)
    session = client.session
    session[standing.MARK] = standing.GIVEN
    session.save()
    return client


def test_one_changes_the_app_with_a_code_of_it(required: None) -> None:
    user = person(with_app=True)
    client = whole(user)
    page = reverse("core_second_factor")
    refused = client.post(page, {"code": "000000", "do": "remove"})
    assert refused.status_code == 400
    assert SecondFactor.objects.exists()
    codes = client.post(page, {"code": code_now(later=-1), "do": "renew"}).content.decode()
    assert codes.count("<code>") == second_factor.RECOVERY_CODES
    assert client.post(page, {"code": code_now(), "do": "remove"})["Location"] == reverse(
        "core_login_set_up"
    )
    assert not SecondFactor.objects.exists()
    assert not is_in(client)


# Whoever lost it ----------------------------------------------------------------------------------


def test_an_administrator_resets_it_and_everybody_can_see_who_did(client: Client) -> None:
    lost, admin = person(with_app=True), UserFactory(is_superuser=True)
    theirs = whole(lost)
    assert is_in(theirs)
    client.force_login(admin)
    assert (
        "Reset the second factor"
        in client.get(reverse("core_access", args=[lost.pk])).content.decode()
    )
    client.post(reverse("core_reset_factor", args=[lost.pk]))
    assert not SecondFactor.objects.exists()
    assert not is_in(theirs)
    entry = ModelLogEntry.objects.get(action="core.second_factor.reset")
    assert (entry.user_id, entry.object_id) == (admin.pk, str(lost.pk))
    assert Email.objects.filter(to=lost.email, message__contains="administrator").exists()


def test_the_last_administrator_is_let_in_from_the_servers_command_line() -> None:
    user, out = person(with_app=True, is_superuser=True), StringIO()
    call_command("reset_second_factor", user.username, stdout=out)
    assert not SecondFactor.objects.exists()
    assert user.username in out.getvalue()
    assert ModelLogEntry.objects.get(action="core.second_factor.reset").user_id is None
    with pytest.raises(CommandError, match="no user"):
        call_command("reset_second_factor", "nobody-at-all", stdout=out)


# Every way in -------------------------------------------------------------------------------------


def everywhere() -> list[str]:
    """Every address of the admin that asks for no object, and some that do."""
    from django.urls import URLPattern, URLResolver, get_resolver  # noqa: PLC0415 - built late

    found: set[str] = set()

    def walk(patterns: list[Any], before: str) -> None:
        for one in patterns:
            route = before + str(one.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, route)
            elif isinstance(one, URLPattern):
                found.add("/" + _filled(route))

    walk(get_resolver().url_patterns, "")
    return sorted(address for address in found if address.startswith("/admin/"))


_CONVERTED = re.compile(r"<(?:(\w+):)?\w+>")


def _filled(route: str) -> str:
    route = re.sub(r"\(\?P<\w+>[^)]*\)|\([^)]*\)", "1", route)
    return re.sub(r"[\^$\\?]|\.\*", "", _CONVERTED.sub("1", route)).replace("//", "/")


OPEN = re.compile(r"/admin/(login/(code/|set-up/|leave/)?|password_reset/.*|jsi18n/|sprite/|/?)$")


def test_no_address_of_the_admin_knows_who_gave_only_a_password(
    client: Client, required: None
) -> None:
    give_password(client, person(with_app=True, is_superuser=True))
    addresses = [address for address in everywhere() if not OPEN.match(address)]
    assert len(addresses) > 200
    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 302:
            assert answer["Location"].startswith("/admin/login/"), (address, answer["Location"])
        else:
            assert answer.status_code == 404, (address, answer.status_code)
            assert "sidebar" not in answer.content.decode().lower(), address
