"""A run goes to the Hugging Face Hub: in one commit, under a tag of its own, pinned for the page."""

from pathlib import Path
from typing import TYPE_CHECKING

from lowlight.errors import LowlightError, reason_for
from training.release.contents import Release, gather

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_NOT_LOGGED_IN = "There is no token for the Hub. Set HF_TOKEN to one with the right to write, or run: hf auth login."

_STATUS = {  # by the status of the Hub's answer
    401: "The Hub does not accept the token. Make a new one with the right to write, and set HF_TOKEN to it.",
    403: "The token may not write there. Give it the right to, or choose a repository of your own.",
    412: "Somebody else has changed the repository meanwhile. Look at what they did, then publish again.",
    429: "The Hub takes no more requests for now. Wait a while, then publish again.",
}

_KINDS = {  # by class name
    "OfflineModeIsEnabled": "HF_HUB_OFFLINE keeps the Hub out of reach. Unset it and publish again.",
    "RepositoryNotFoundError": "The repository exists, but the token may not see it. Give it the right to write there.",
    "HfHubHTTPError": "The Hub answered with an error. Try again later.",
    "TimeoutException": "The Hub did not answer in time. Check the network, and HF_ENDPOINT if it is set.",
    "ConnectError": "The Hub cannot be reached. Check the network, and HF_ENDPOINT if it is set.",
    "HTTPError": "The connection to the Hub broke off. Check the network and publish again.",
    "Exception": "Something unknown kept the release from the Hub. Publish again.",
}


def publish(
    run: Path,
    repo_id: str,
    *,
    tag: str,
    dry_run: bool = False,
    private: bool = False,
    name: str | None = None,
    terms: str | None = None,
    hardware: str | None = None,
    gallery: bool = True,
) -> str | None:
    """Check a run, upload it in one commit, tag the commit, and print the lines that pin it.

    Only the files that are listed go, each with the bytes that were checked. A tag is never overwritten: one that is
    taken is refused before anything is sent.

    Args:
        run: the run's folder, exported and, better, evaluated.
        repo_id: owner/name of the model repository on the Hub; made if it is missing.
        tag: the release's name there, "v1.0" for example.
        dry_run: print what would go, the card included, and send nothing.
        private: make the repository private; one that exists and is public is refused.
        name: which of the run's ONNX files, without .onnx, if there are several.
        terms: a licence's name on the Hub, where the data allow one; None is for research use only.
        hardware: what it was trained on, for the card.
        gallery: publish the evaluation's pictures too, which show photos of the data set.

    Returns:
        The commit, 40 hexadecimal characters; None after a dry run.

    Raises:
        LowlightError: the run is not fit to be published, the tag is taken, or the Hub refuses or cannot be reached.
    """
    release = gather(run, repo_id, tag=tag, name=name, terms=terms, hardware=hardware, gallery=gallery)
    print(f"{repo_id}, tag {tag}, {len(release.files)} files:\n{release.listing()}\n", flush=True)
    if dry_run:
        print(f"The card, README.md:\n\n{release.files['README.md'].decode()}\nA dry run: nothing was sent.")
        return None
    revision = send(release, private=private)
    print(f"Published as commit {revision}, tag {tag}.\n\n{release.pins(revision)}")
    return revision


def send(release: Release, *, private: bool) -> str:
    """Upload a release in one commit, tag it, and return the commit.

    Raises:
        LowlightError: as `publish`.
    """
    import huggingface_hub as hub  # here, since it takes half a second and a dry run needs none of it

    api = hub.HfApi()
    try:
        if hub.get_token() is None:
            raise LowlightError(_NOT_LOGGED_IN)
        head = _prepared(api, release, private=private)
        operations = [hub.CommitOperationAdd(path, data) for path, data in release.files.items()]
        message = f"Release {release.tag}"
        # create_commit rather than upload_folder, which makes several commits where it is slow
        revision = api.create_commit(release.repo_id, operations, commit_message=message, parent_commit=head).oid
    except LowlightError:
        raise
    except Exception as error:  # the client's errors share no base class but Exception
        raise LowlightError(f"Publishing failed. {explain(error)}") from error
    _tag(api, release, revision)
    return revision


def _prepared(api: "HfApi", release: Release, *, private: bool) -> str:
    """Refuse a tag that is taken, make the repository if it is missing, and return the main branch's commit."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        refs = api.list_repo_refs(release.repo_id)
    except RepositoryNotFoundError:
        api.create_repo(release.repo_id, private=private)
        refs = api.list_repo_refs(release.repo_id)
    else:
        if private and not api.model_info(release.repo_id).private:
            raise LowlightError(f"{release.repo_id} exists and is public. Make it private on its page first.")
    taken = {ref.name: ref.target_commit for ref in (*refs.tags, *refs.branches)}
    if release.tag in taken:
        raise LowlightError(
            f"{release.repo_id} has a tag {release.tag} already, on commit {taken[release.tag][:7]}. "
            "Tags are never overwritten: choose another. Nothing was sent."
        )
    return taken["main"]


def _tag(api: "HfApi", release: Release, revision: str) -> None:
    """Name the commit."""
    try:
        api.create_tag(release.repo_id, tag=release.tag, revision=revision)
    except Exception as error:  # as in `send`
        raise LowlightError(
            f"The files are published as commit {revision}, but without the tag {release.tag}. {explain(error)} "
            "Publishing again sets the tag and sends no file twice."
        ) from error


def explain(error: Exception) -> str:
    """Say why the Hub could not be written to and what to do, in words that hold no address and no path."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status in _STATUS:
        return _STATUS[status]
    return reason_for(error, _KINDS)
