"""The sandbox behaves like WHOOP and injects faults on request."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from wearables_dev.sandbox import World

PATHS = {"cycle": "cycle", "recovery": "recovery", "sleep": "activity/sleep", "workout": "activity/workout"}


@pytest.fixture
def world(sandbox: Callable[..., Any]) -> World:
    return sandbox(athletes=3, days=40, per_minute=1000)


def ask(world: World, athlete_id: int, path: str, **query: Any) -> requests.Response:
    token = world.consent(athlete_id).access_token
    return requests.get(
        f"{world.url}/developer/v2/{path}", params=query, headers={"Authorization": f"Bearer {token}"}, timeout=5
    )


def refresh(world: World, token: str, **changes: Any) -> requests.Response:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": token,
        "client_id": world.client_id,
        "client_secret": world.client_secret,
        "scope": "offline",
    } | changes
    return requests.post(f"{world.url}/oauth/oauth2/token", data=form, timeout=5)


@pytest.mark.parametrize("collection", PATHS)
def test_pages_contain_every_record_once_newest_first(world: World, collection: str) -> None:
    for athlete_id in world.athletes:
        found, token = [], None
        while True:
            page = ask(world, athlete_id, PATHS[collection], limit=7, **({"nextToken": token} if token else {})).json()
            found += page["records"]
            token = page.get("next_token")
            if not token:
                break
        assert found == [record.payload for record in world.records[athlete_id, collection]]
    assert found


def test_a_record_across_the_boundary_of_two_periods_is_in_both(world: World) -> None:
    athlete_id = next(iter(world.athletes))
    cycle = world.records[athlete_id, "cycle"][5]
    middle = (cycle.start + (cycle.end - cycle.start) / 2).isoformat().replace("+00:00", "Z")
    for edge in ({"end": middle}, {"start": middle}):
        assert cycle.payload in ask(world, athlete_id, "cycle", limit=25, **edge).json()["records"]


def test_a_refresh_invalidates_both_tokens(world: World) -> None:
    athlete_id = next(iter(world.athletes))
    grant = world.consent(athlete_id)
    access, used = grant.access_token, grant.refresh_token
    pair = refresh(world, used).json()
    assert {access, used}.isdisjoint({pair["access_token"], pair["refresh_token"]})
    assert refresh(world, used).json()["error"] == "invalid_grant"
    url = f"{world.url}/developer/v2/cycle"
    assert requests.get(url, headers={"Authorization": f"Bearer {access}"}, timeout=5).status_code == 401
    assert requests.get(url, headers={"Authorization": f"Bearer {pair['access_token']}"}, timeout=5).status_code == 200


def test_without_offline_there_is_no_refresh_token(world: World) -> None:
    token = world.consent(next(iter(world.athletes))).refresh_token
    assert "refresh_token" not in refresh(world, token, scope="").json()


def test_a_wrong_secret_is_an_invalid_client(world: World) -> None:
    answer = refresh(world, "any", client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_consent_in_the_browser_leads_to_a_token_pair(world: World) -> None:
    athlete_id = list(world.athletes)[1]
    query = {
        "response_type": "code",
        "client_id": world.client_id,
        "redirect_uri": "https://team.example.org/back",
        "scope": "read:sleep offline",
        "state": "12345678",
    }
    url = f"{world.url}/oauth/oauth2/auth"
    assert "Bråtveit-Núñez" in requests.get(url, params=query, timeout=5).text
    back = requests.post(url, params=query, data={"athlete_id": athlete_id}, allow_redirects=False, timeout=5).headers[
        "location"
    ]
    assert back.startswith("https://team.example.org/back?code=")
    code = back.partition("code=")[2].partition("&")[0]
    redeem = {"grant_type": "authorization_code", "code": code, "redirect_uri": query["redirect_uri"]}
    pair = refresh(world, "", **redeem).json()
    assert pair["scope"] == "offline read:sleep"
    assert refresh(world, "", **redeem).json()["error"] == "invalid_grant"
    denied = requests.post(url, params=query, data={"athlete_id": ""}, allow_redirects=False, timeout=5)
    assert "error=access_denied" in denied.headers["location"]


def test_a_short_state_is_rejected(world: World) -> None:
    query = {"response_type": "code", "client_id": world.client_id, "redirect_uri": "https://x.example", "state": "1"}
    assert requests.get(f"{world.url}/oauth/oauth2/auth", params=query, timeout=5).status_code == 400


def test_the_limit_is_in_the_headers_and_is_enforced(sandbox: Callable[..., Any]) -> None:
    world = sandbox(athletes=1, days=3, per_minute=3)
    athlete_id = next(iter(world.athletes))
    answers = [ask(world, athlete_id, "cycle") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0].headers["X-RateLimit-Limit"] == "3, 3;window=60, 10000;window=86400"


@pytest.mark.parametrize(
    "query", [{"limit": 26}, {"limit": 0}, {"start": "2026-10-01"}, {"end": "soon"}, {"nextToken": "made-up"}]
)
def test_a_bad_query_is_rejected(world: World, query: dict) -> None:
    assert ask(world, next(iter(world.athletes)), "cycle", **query).status_code == 400


def test_a_recovery_cannot_be_requested_by_its_id(world: World) -> None:
    athlete_id = next(iter(world.athletes))
    cycle_id = world.records[athlete_id, "recovery"][0].id
    assert ask(world, athlete_id, f"recovery/{cycle_id}").status_code == 404
    assert ask(world, athlete_id, f"cycle/{cycle_id}/recovery").status_code == 200


def test_an_inactive_member_gets_403_and_a_revoked_grant_401(world: World) -> None:
    first, second, _ = world.athletes
    world.deactivate(first)
    assert ask(world, first, "cycle").status_code == 403
    token = world.consent(second).access_token
    world.revoke(second)
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{world.url}/developer/v2/cycle", headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize("kind", ["truncated", "disconnect"])
def test_a_connection_fault_raises_and_the_next_request_succeeds(world: World, kind: str) -> None:
    world.add_fault(kind)
    with pytest.raises(requests.RequestException):
        ask(world, next(iter(world.athletes)), "cycle")
    assert ask(world, next(iter(world.athletes)), "cycle").status_code == 200


def test_a_lost_answer_of_the_token_endpoint_has_still_rotated_the_tokens(world: World) -> None:
    token = world.consent(next(iter(world.athletes))).refresh_token
    world.add_fault("disconnect", collection="token")
    with pytest.raises(requests.RequestException):
        refresh(world, token)
    assert refresh(world, token).json()["error"] == "invalid_grant"


def test_the_controls_work_over_http(world: World) -> None:
    athlete_id = next(iter(world.athletes))
    base = f"{world.url}/sandbox"
    workout = world.records[athlete_id, "workout"][0].id
    url = f"{base}/athletes/{athlete_id}/workout/{workout}"
    assert requests.patch(url, json={"score_state": "UNSCORABLE"}, timeout=5).json()["score_state"] == "UNSCORABLE"
    assert requests.delete(url, timeout=5).status_code == 204
    assert requests.delete(url, timeout=5).status_code == 404
    assert requests.post(f"{base}/faults", json={"kind": "nosuch"}, timeout=5).status_code == 400
    assert requests.post(f"{base}/faults", json={"kind": "status", "status": 502}, timeout=5).status_code == 204
    assert ask(world, athlete_id, "cycle").status_code == 502
    assert requests.get(f"{base}/expected-metrics", timeout=5).json() == world.expected_metrics


def test_only_a_registered_redirect_uri_is_accepted(sandbox: Any) -> None:
    world = sandbox(athletes=1, days=3, redirect_uris=("https://team.example.org/back",))
    query = {"response_type": "code", "client_id": world.client_id, "state": "eight or more"}
    for uri, status in (("https://team.example.org/back", 200), ("https://team.example.org/back/", 400)):
        answer = requests.get(f"{world.url}/oauth/oauth2/auth", params=query | {"redirect_uri": uri}, timeout=20)
        assert answer.status_code == status
