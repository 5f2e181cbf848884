"""The pages that end a consent. Each explains to the athlete what happened and what to do next."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ResultPage:
    """One page. ``status`` is the HTTP status of the response."""

    status: int
    title: str
    explanation: str
    next_step: str


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
TOO_MANY_REQUESTS = ResultPage(
    429, "Too many requests", "Too many requests came from your network.", "Wait a minute and try again."
)


def invalid_body(status: int) -> ResultPage:
    """Return the page for a request body of missing, invalid or excessive length."""
    return ResultPage(
        status, "This request is not valid", "It did not come from a form on this site.", "Open your invitation again."
    )


def connected(integration: str, is_renewed: bool) -> ResultPage:
    """Return the page for an athlete who has consented, for the first time or again."""
    if is_renewed:
        return ResultPage(200, "Your consent was renewed", f"{integration} continues to receive your WHOOP data.", DONE)
    return ResultPage(200, "You are connected", f"From now on, {integration} receives your WHOOP data.", DONE)


def lost_scopes(scopes: list[str], is_withdrawn: bool) -> ResultPage:
    """Return the page for an athlete who allowed only some of the requested scopes."""
    withdrawal = "and the access was withdrawn at WHOOP" if is_withdrawn else "but WHOOP did not confirm the withdrawal"
    return ResultPage(
        409,
        "Some permissions are missing",
        f"You did not allow: {', '.join(scopes)}. None of your data were stored, {withdrawal}.",
        "Your team needs all of them. Open your invitation again and allow them all, or simply close this page.",
    )


def unavailable(message: str) -> ResultPage:
    """Return the page for a temporary failure, after which the same address can be loaded again."""
    return ResultPage(
        503,
        "Something went wrong",
        "Wait a minute, then reload this page. You do not have to start over.",
        f"If it fails again, send this message to your team: {message}",
    )
