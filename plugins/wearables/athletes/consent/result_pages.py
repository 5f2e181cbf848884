"""The pages that end a consent. Each explains to the athlete what happened and what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class ResultPage:
    """One page. ``status`` is the HTTP status of the response.

    If ``retry_seconds`` is not 0, the browser reloads the page after that many seconds.
    """

    status: int
    title: str
    explanation: str
    next_step: str
    retry_seconds: int = 0


# How the invitation names collections, if it uses another word.
WORDS = {"cycle": "cycles", "workout": "workouts"}
NOTHING_STORED = "None of your data were stored."
DONE = "You can close this page. To stop at any time, ask your team's staff or remove the app in your WHOOP app."

UNKNOWN = ResultPage(
    404,
    "This invitation does not exist",
    "The link may be incomplete, or your team may have replaced it.",
    "Check that you copied the whole link, or ask your team.",
)
EXPIRED = ResultPage(410, "This invitation has expired", NOTHING_STORED, "Ask your team for a new one.")
USED = ResultPage(
    410,
    "This invitation has already been used",
    "Each invitation works once. If you used it yourself, there is nothing left to do.",
    "If you did not use it, ask your team for a new one.",
)
REPLAYED = ResultPage(
    410,
    "This address has already been used",
    "WHOOP's address works once. If you have already seen that you are connected, there is nothing left to do.",
    "Otherwise, open your invitation again and start over.",
)
OTHER_BROWSER = ResultPage(
    403,
    "Please use the browser you started in",
    "You have one hour to finish, in the browser in which you opened your invitation.",
    "Open your invitation again in this browser and allow cookies.",
)
FORGED_FORM = ResultPage(
    403,
    "Your browser did not send the expected cookie",
    "Nothing has happened yet.",
    "Allow cookies, open your invitation again and press the button there.",
)
NO_ANSWER = ResultPage(
    400,
    "This is not the address that WHOOP sent you to",
    NOTHING_STORED,
    "Copy the whole address from your browser's address bar, from https to the last character.",
)
DECLINED = ResultPage(
    200,
    "You did not agree",
    "That is fine. None of your data were stored, and your team will not receive any.",
    "If you change your mind, open your invitation again.",
)
WHOOP_ERROR = ResultPage(
    502,
    "WHOOP returned an error",
    NOTHING_STORED,
    "Open your invitation again. If the error persists, ask your team to check the redirect URL and the scopes of "
    "its WHOOP app.",
)
SPENT_CODE = ResultPage(
    410,
    "WHOOP no longer accepts this address",
    f"The address is too old or has already been used. {NOTHING_STORED}",
    "Open your invitation again and start over.",
)
WRONG_ACCOUNT = ResultPage(
    409,
    "This invitation is for another athlete",
    f"You are signed in to WHOOP with a different account. {NOTHING_STORED}",
    "Sign out of WHOOP, sign in to your own account and open your invitation again.",
)
FOLLOWS = ResultPage(
    200,
    Markup("You're done. Your data will follow."),  # Markup: do not escape the apostrophe
    "WHOOP is busy right now. We have kept your answer and will finish this for you, usually within a few minutes. You "
    "can close this page.",
    "If it takes too long, WHOOP may no longer accept your answer. Then nothing is stored, and you can open your "
    "invitation again.",
)
ERASED = ResultPage(
    410,
    "Your data were erased",
    f"After you agreed, your team erased your data. {NOTHING_STORED}",
    "If you would like to take part again, ask your team for a new invitation.",
)
BUSY = ResultPage(
    503,
    "One moment, please",
    "We are very busy right now. Nothing is lost, and you do not have to start over.",
    "This page tries again every few seconds. You do not have to do anything.",
    retry_seconds=5,
)
TOO_MANY_REQUESTS = ResultPage(
    429, "Too many requests", "Too many requests came from your network.", "Wait a minute and try again."
)


def invalid_body(status: int) -> ResultPage:
    """Return the page for a request body of missing, invalid or excessive length."""
    return ResultPage(
        status, "This request is not valid", "It did not come from a form on this site.", "Open your invitation again."
    )


def connected(integration: str, is_renewed: bool = False, declined: Sequence[str] = ()) -> ResultPage:
    """Return the page for an athlete who has consented, for the first time or again. ``declined`` are collections."""
    if is_renewed:
        title, explanation = "Your consent was renewed", f"{integration} continues to receive your WHOOP data."
    else:
        title, explanation = "You are connected", f"From now on, {integration} receives your WHOOP data."
    if declined:
        listed = ", ".join(WORDS.get(each, each) for each in declined)
        explanation += f" You chose not to share: {listed}. That is fine; we will not ask WHOOP for it."
    return ResultPage(200, title, explanation, DONE)


def lost_scopes(scopes: Sequence[str], is_withdrawn: bool) -> ResultPage:
    """Return the page for an athlete who left out a scope that every enrolment needs."""
    withdrawal = "and the access was withdrawn at WHOOP" if is_withdrawn else "but WHOOP did not confirm the withdrawal"
    return ResultPage(
        409,
        "Some permissions are missing",
        f"You did not allow: {', '.join(scopes)}. None of your data were stored, {withdrawal}.",
        "We need two permissions: read:profile, to know whose data we receive, and offline, to keep receiving them. "
        "Open your invitation again and allow both, or simply close this page.",
    )


def unavailable(message: str) -> ResultPage:
    """Return the page for a problem that the team must solve first. The athlete can then reload the same address."""
    return ResultPage(
        503,
        "Something went wrong",
        "This is not your fault. If you have already agreed at WHOOP, you do not have to start over.",
        f"Please send this message to your team, and reload this page later: {message}",
    )
