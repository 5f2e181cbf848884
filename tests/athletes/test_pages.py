"""The public pages: what they reject, which headers they send, and what they never show."""

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.athletes.fakes import Browser, form_token, title
from wearables.athletes.consent import result_pages
from wearables.athletes.consent.guard import MAX_BODY_BYTES, PER_ADDRESS, PER_INVITATION
from wearables.athletes.consent.invites import create_invite, find_invite
from wearables.athletes.consent.render import render, render_result
from wearables.core.errors import PermanentError
from wearables.core.settings import public_url, redirect_url

Make = Callable[..., Any]
SCRIPT = "<script>alert(1)</script>"


def begun(team: Any) -> bool:
    return team.rows("select count(*) from vault.invites where state_hash is not null") == [(1,)]


def test_every_page_has_strict_security_headers(consent: Make, browser: Browser) -> None:
    team = consent()
    url = create_invite("team", "coach").url
    pages = [
        browser.open(url),
        browser.open(url + "x"),
        browser.open(url.rpartition("/")[0] + "/"),
        browser.open(url + "/no/such/page"),
        browser.send_form(url, ""),
        browser.press(url),
        browser.accept(url, next(iter(team.world.athletes))),
        browser.open(url),
    ]
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "<script" not in page.text


def test_the_policy_allows_the_form_to_redirect_to_any_whoop_url(consent: Make, browser: Browser) -> None:
    team = consent()
    policy = browser.open(create_invite("team", "coach").url).headers["Content-Security-Policy"]
    assert policy.endswith(f"form-action 'self' https: {team.world.url}")


def test_the_cookie_is_hidden_from_scripts_other_sites_and_other_paths(
    consent: Make, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    consent()
    url = create_invite("team", "coach").url
    cookie = browser.open(url).headers["Set-Cookie"].lower()
    for attribute in ("httponly", "samesite=lax", "path=/consent", "max-age=3600"):
        assert attribute in cookie
    assert "secure" not in cookie
    monkeypatch.setenv("WEARABLES_PUBLIC_URL", "https://data.example.org/airflow/")
    cookie = browser.open(url).headers["Set-Cookie"].lower()
    assert "secure" in cookie
    assert "path=/airflow/consent" in cookie


@pytest.mark.parametrize("form", ["", "/answer"])
def test_a_forged_form_has_no_effect(consent: Make, browser: Browser, form: str) -> None:
    team = consent()
    url, other_url = create_invite("team", "coach").url, create_invite("team", "coach").url
    action = url + form
    good = form_token(browser.open(url).text)
    of_another_invite = form_token(browser.open(other_url).text)
    for token in ("", "forged", of_another_invite, good[:-1]):
        page = browser.send_form(action, "", token=token)
        assert (page.status_code, title(page)) == (403, result_pages.FORGED_FORM.title)
    with Browser() as other:
        assert other.send_form(action, "", token=good).status_code == 403
        other.open(url)
        assert other.send_form(action, "", token=good).status_code == 403
    assert not begun(team)


def test_redirects_lead_only_to_whoop(consent: Make, browser: Browser) -> None:
    team = consent()
    url = create_invite("team", "coach").url
    evil = "https://evil.example.org"
    token = form_token(browser.open(url).text)
    extras = {"next": evil, "redirect_uri": evil, "whoop_url": evil, "state": evil}
    query = "?" + "&".join(f"{name}={value}" for name, value in extras.items())
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers = {"Host": "evil.example.org", "X-Forwarded-Host": "evil.example.org", "Cookie": cookie}
    sent = browser.post(url + query, data={"token": token} | extras, headers=headers, allow_redirects=False)
    place = sent.headers["Location"]
    assert place.startswith(team.world.url + "/oauth/oauth2/auth?")
    assert "evil" not in place
    start = url.rpartition("/")[0]
    for address in (start + "/callback" + query, start + "//evil.example.org", url + "/" + query):
        page = browser.get(address, headers=headers, allow_redirects=False)
        assert "evil" not in page.headers.get("Location", "") + page.text
    pasted = browser.paste(url, f"{evil}/?state=abcdefgh&code=abcdefgh")
    assert "Location" not in pasted.headers
    assert "evil" not in pasted.text


def test_markup_in_a_name_is_escaped(consent: Make) -> None:
    consent()
    invite = find_invite(create_invite("team", "coach").url.rpartition("/")[2])
    page = render(
        "invite.html", invite=replace(invite, integration=SCRIPT, signed=SCRIPT), token=SCRIPT, comes_back=False
    ).body.decode()
    result = render_result(result_pages.connected(SCRIPT, is_renewed=True)).body.decode()
    for text in (page, result, render_result(result_pages.unavailable(SCRIPT)).body.decode()):
        assert "<script" not in text
        assert "&lt;script&gt;" in text


def test_markup_in_an_athlete_s_name_is_escaped(consent: Make, browser: Browser) -> None:
    team = consent(athletes=1)
    athlete_id, athlete = next(iter(team.world.athletes.items()))
    athlete.first_name = SCRIPT
    page = browser.accept(create_invite("team", "coach").url, athlete_id)
    assert title(page) == "You are connected"
    assert "<script" not in page.text
    assert team.rows("select first_name from ops.athletes") == [(SCRIPT,)]


def test_query_and_path_are_never_shown(consent: Make, browser: Browser) -> None:
    consent()
    start = create_invite("team", "coach").url.rpartition("/")[0]
    for address in (
        f"{start}/callback?error={SCRIPT}&state={SCRIPT}",
        f"{start}/{SCRIPT}",
        f"{start}/{SCRIPT}/{SCRIPT}",
    ):
        assert "script" not in browser.open(address).text


def test_too_many_requests_without_an_invitation_are_rejected(consent: Make, browser: Browser) -> None:
    consent()
    start, _, signed = create_invite("team", "coach").url.rpartition("/")
    made_up = [f"{start}/made.up", f"{start}/callback?state=abcdefgh&code=abcdefgh", f"{start}/{signed}x"]
    answers = [browser.open(made_up[count % 3]).status_code for count in range(PER_ADDRESS.amount + 1)]
    assert 429 not in answers[:-1]
    assert answers[-1] == 429
    refused = browser.open(made_up[0])
    assert (title(refused), refused.headers["Retry-After"]) == ("Too many requests", "60")
    assert "frame-ancestors" in refused.headers["Content-Security-Policy"]


def test_an_invitation_is_limited_by_itself_and_not_by_others_at_the_same_address(
    consent: Make, browser: Browser
) -> None:
    consent()
    one, other = create_invite("team", "coach").url, create_invite("team", "coach").url
    answers = [browser.open(one).status_code for _ in range(PER_INVITATION.amount + 1)]
    assert answers == [200] * PER_INVITATION.amount + [429]
    while browser.open(one.rpartition("/")[0] + "/made.up").status_code != 429:
        pass
    address = browser.consent(other, "")
    assert title(browser.open(address)) == "You did not agree"


def test_a_body_of_missing_or_excessive_length_is_not_read(consent: Make, browser: Browser) -> None:
    consent()
    url = create_invite("team", "coach").url
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    in_blocks = (b"x" * 1024 for _ in range(100))
    for status, body in ((411, in_blocks), (413, b"x" * (MAX_BODY_BYTES + 1))):
        refused = browser.post(url, data=body, headers=form, timeout=30)
        assert (refused.status_code, title(refused)) == (status, "This request is not valid")
        assert "frame-ancestors" in refused.headers["Content-Security-Policy"]


def test_no_secret_appears_in_a_page_or_a_log(
    consent: Make, browser: Browser, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    team = consent()
    athlete_id = next(iter(team.world.athletes))
    invite = create_invite("team", "coach")
    address = browser.consent(invite.url, athlete_id)
    pages = [browser.open(invite.url), browser.open(address), browser.open(address), browser.open(invite.url)]
    partial = browser.accept(create_invite("team", "coach").url, athlete_id, ["read:sleep", "offline"])
    shown = "".join(page.text for page in [*pages, partial])
    logged = caplog.text + "".join(capsys.readouterr()) + repr(invite) + repr(find_invite("made.up"))
    query = dict(pair.split("=") for pair in urlsplit(address).query.split("&"))
    secrets = [team.world.client_secret, query["code"], query["state"], *browser.cookies.values()]
    assert team.rows("select count(*) from vault.grants") == [(1,)]
    for secret in secrets:
        assert secret not in shown
        assert secret not in _our_lines(logged)
    assert invite.url.rpartition("/")[2] not in _our_lines(logged)


def _our_lines(logged: str) -> str:
    """Return the log without the lines of this test's own browser."""
    return "\n".join(line for line in logged.splitlines() if not re.search(r"connectionpool|urllib3", line))


@pytest.mark.parametrize(
    "address", ["ftp://x.example.org", "data.example.org", "https://", "https://x.example.org/?a=b"]
)
def test_an_invalid_public_url_is_rejected(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("WEARABLES_PUBLIC_URL", address)
    with pytest.raises(PermanentError, match="WEARABLES_PUBLIC_URL"):
        public_url()
    monkeypatch.setenv("WEARABLES_PUBLIC_URL", "https://data.example.org/")
    assert redirect_url() == "https://data.example.org/consent/callback"
    monkeypatch.setenv("WEARABLES_REDIRECT_URL", address)
    with pytest.raises(PermanentError, match="WEARABLES_REDIRECT_URL"):
        redirect_url()
