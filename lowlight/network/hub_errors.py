"""Why weights could not be had from the Hub and what to do about it: one sentence for each way in which it fails."""

from typing import Any

from lowlight.errors import LowlightError, reason_for
from lowlight.messages import Message

NOT_THE_HUB = Message(
    "Something else than the Hub answered the request for the configured weights, such as a network's login page. "
    "Open any page in a browser and log in, or check HF_ENDPOINT if it is set."
)
"""For answers that look like none of the Hub's."""

_TOKEN_REFUSED = Message(
    "The Hub refused the access token: it is wrong or has expired. "
    "Set HF_TOKEN to a new one, or for public weights unset it and run hf auth logout."
)
_BY_STATUS = {
    403: Message(
        "The access token may not read the configured weights. "
        "Give it the right to read their repository, on the Hub's page of access tokens."
    ),
    429: Message(
        "The Hub has had too many requests from this address. "
        "Try again in some minutes; with HF_TOKEN set, more are let through."
    ),
}
_BY_WORDS = {  # where one class of errors stands for several reasons
    "socksio": Message(
        "ALL_PROXY or HTTPS_PROXY names a SOCKS proxy, and the package for it is missing. "
        "Install socksio, or name an HTTP proxy."
    ),
    "scheme for proxy URL": Message(
        "The address in ALL_PROXY or HTTPS_PROXY is no proxy's. "
        "It must begin with http://, https://, socks5:// or socks5h://."
    ),
    "CERTIFICATE_VERIFY_FAILED": Message(
        "Whoever answered the request for the configured weights could not prove to be the Hub, as when a network has "
        "a login page. Open any page in a browser and log in, or name your proxy's certificates in SSL_CERT_FILE."
    ),
}
_REASONS = {  # by the name of the client's error class: this must work when the client itself cannot be imported
    "RepositoryNotFoundError": Message(
        "The repository of the configured weights does not exist on the Hub, or is private. "
        "Check its name, or give HF_TOKEN the right to read it."
    ),
    "RevisionNotFoundError": Message(
        "The repository of the configured weights has no such revision. Copy the commit from its history."
    ),
    "RemoteEntryNotFoundError": Message(
        "The revision of the configured weights has no such file. Check the file's path in the repository."
    ),
    "GatedRepoError": Message(
        "The repository of the configured weights is open to those who asked for access. "
        "Ask for it on the repository's page, and set HF_TOKEN to an access token of that account."
    ),
    "HfHubHTTPError": Message(
        "The Hub answered the request for the configured weights with an error. Try again later."
    ),
    "ConnectError": Message(
        "The Hub cannot be reached for the configured weights. Check the network, and HF_ENDPOINT if it is set."
    ),
    "TimeoutException": Message(
        "The Hub did not answer in time for the configured weights. Check the network, and HF_ENDPOINT if it is set."
    ),
    "HTTPError": Message(
        "The connection to the Hub broke off before the configured weights had arrived. "
        "Check the network and try again."
    ),
    "OSError": Message(
        "The configured weights could not be downloaded and stored whole. "
        "Check the network, and that the Hub's cache folder (HF_HOME) can be written and has room."
    ),
    "ProxyError": Message(
        "The proxy did not let the request for the configured weights through. "
        "Check HTTPS_PROXY and ALL_PROXY, a name and password in them too."
    ),
    "UnsupportedProtocol": Message(
        "HF_ENDPOINT does not begin with https:// or http://. Write the whole address of the Hub, or unset it."
    ),
    "UnicodeEncodeError": Message("HF_TOKEN holds characters that no access token has. Copy it again from the Hub."),
    "ImportError": Message("The Hub's client is not installed. Install huggingface_hub to use the configured weights."),
    "Exception": Message(
        "The configured weights could not be fetched, for a reason that only the debug log explains. "
        "Check the variables that begin with HF_."
    ),
}


def explain(error: Exception) -> Message:
    """Say why a fetch failed and what to do, in words that hold no address and no path."""
    if isinstance(error, LowlightError):
        return error.message
    answer = getattr(error, "response", None)
    if answer is not None:
        return _refused(answer, error)
    told = str(error)
    return next((reason for words, reason in _BY_WORDS.items() if words in told), None) or reason_for(error, _REASONS)


def _refused(answer: Any, error: Exception) -> Message:  # noqa: ANN401 -- the client may be one that cannot be imported
    """Say what an answer means that is an error."""
    if _is_a_strangers(answer):
        return NOT_THE_HUB
    reason = reason_for(error, _REASONS)
    if reason is _REASONS["GatedRepoError"]:
        return reason
    if answer.status_code == 401 and "authorization" in answer.request.headers:
        return _TOKEN_REFUSED  # the Hub says so of any repository, or that there is none
    return _BY_STATUS.get(answer.status_code, reason)


def _is_a_strangers(answer: Any) -> bool:  # noqa: ANN401 -- as above
    """Whether a page came where the Hub would have given a code; when it is down itself, it too sends a page."""
    login_required = 511
    coded = any(name in answer.headers for name in ("x-error-code", "x-error-message", "x-request-id"))
    page = str(answer.headers.get("content-type", "")).startswith("text/html")
    return bool(answer.status_code == login_required or (page and not coded and answer.status_code < 500))
