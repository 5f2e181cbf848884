"""How a consent can end, in the athlete's words: what happened, and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One page; ``status`` is that of the HTTP answer."""

    status: int
    title: str
    sentences: tuple[str, ...]


WELCOME = "You may close this page. To end it, tell the team's staff, or remove the app in your WHOOP app, at any time."

UNKNOWN = Outcome(
    404, "This is no invite", ("The link is incomplete, or it was replaced.", "Ask the team for a new one.")
)
EXPIRED = Outcome(410, "This invite has expired", ("Nothing was stored.", "Ask the team for a new one."))
USED = Outcome(
    410,
    "This invite has been used",
    ("An invite is good once. If it was you who used it, all is done.", "Otherwise ask the team for a new one."),
)
REPLAYED = Outcome(
    410,
    "This answer was handled before",
    (
        "An answer of WHOOP counts once. If you have seen that you are connected, all is done.",
        "Otherwise open the invite again and start anew.",
    ),
)
OTHER_BROWSER = Outcome(
    403,
    "This is not the browser that you started in",
    (
        "WHOOP's answer counts only in the browser in which the invite was opened, and for an hour.",
        "Open the invite again, in this browser, and let it keep cookies.",
    ),
)
FORGED_FORM = Outcome(
    403,
    "Your browser did not send what this page gave it",
    ("Nothing was started.", "Let your browser keep cookies, open the invite again, and press the button there."),
)
NO_ANSWER = Outcome(
    400,
    "That address holds no answer of WHOOP",
    ("Nothing was stored.", "Copy the whole address from the browser's address bar, from https to its last character."),
)
REFUSED = Outcome(
    200,
    "You have not agreed",
    ("Nothing was stored, and the team gets no data.", "Should you change your mind, open the invite again."),
)
WHOOP_REFUSED = Outcome(
    502,
    "WHOOP did not go along",
    (
        "WHOOP ended the request with an error. Nothing was stored.",
        "Open the invite again; if it fails once more, tell the team: the redirect address or the scopes of its WHOOP "
        "app may not be as its set-up says.",
    ),
)
SPENT_CODE = Outcome(
    410,
    "WHOOP no longer knows this answer",
    ("It waited too long, or was used before. Nothing was stored.", "Open the invite again and start anew."),
)
WRONG_ACCOUNT = Outcome(
    409,
    "This invite is for another athlete",
    (
        "You are signed in to WHOOP as somebody else. Nothing was stored.",
        "Sign out at WHOOP, sign in to your own account, and open the invite again.",
    ),
)
TOO_BUSY = Outcome(429, "Too many requests", ("Your network has asked too often.", "Wait a minute and try again."))


def unread(status: int) -> Outcome:
    """What was sent is too long, or does not tell how long it is."""
    return Outcome(status, "This cannot be read", ("What was sent is no form of this page.", "Open the invite again."))


def connected(integration: str, is_renewed: bool) -> Outcome:
    """Success."""
    if is_renewed:
        return Outcome(
            200, "Your consent is renewed", (f"You were connected to {integration}, and still are.", WELCOME)
        )
    return Outcome(200, "You are connected", (f"From now on {integration} receives your WHOOP data.", WELCOME))


def lost_scopes(scopes: list[str], is_withdrawn: bool) -> Outcome:
    """The athlete allowed less than was asked."""
    withdrawn = "and the access was withdrawn at WHOOP" if is_withdrawn else "but WHOOP did not confirm the withdrawal"
    return Outcome(
        409,
        "Something was left out",
        (
            f"You did not allow: {', '.join(scopes)}. Nothing was stored, {withdrawn}.",
            "Open the invite again and allow everything that is asked, or do not agree at all.",
        ),
    )


def unavailable(sentence: str) -> Outcome:
    """WHOOP, the warehouse or the set-up is in the way; the same address may be loaded again."""
    return Outcome(
        503,
        "That did not work yet",
        ("Wait a minute, then load this page again; your answer is kept.", f"If it stays, tell the team: {sentence}"),
    )
