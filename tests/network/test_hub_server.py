"""The tests' Hub, seen by the real client."""

import hashlib

import pytest

from tests.helpers.hub_client import TOKEN, HubClient
from tests.helpers.hub_server import Fault, HubServer

CARD = b"---\nlicense: mit\n---\n# A network\n"
NETWORK = b"pretend network" * 100


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Hub for this file's tests."""
    with HubServer(tmp_path_factory.mktemp("hub")) as server:
        yield server


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    """The real client, logged in."""
    with HubClient(server.url, tmp_path_factory.mktemp("home"), HF_TOKEN=TOKEN) as client:
        client.run("import huggingface_hub")
        yield client


@pytest.fixture
def folder(tmp_path):
    """A folder to publish: a card and a network."""
    (tmp_path / "README.md").write_bytes(CARD)
    (tmp_path / "net.onnx").write_bytes(NETWORK)
    return str(tmp_path)


def test_uploaded_folder_comes_back_byte_for_byte(client, folder):
    """A folder published by the client is fetched back as it was, small files and large ones."""
    found = client.run(
        """
        from pathlib import Path
        from huggingface_hub import HfApi, snapshot_download
        api = HfApi()
        api.create_repo("me/whole")
        revision = api.upload_folder(repo_id="me/whole", folder_path=folder).oid
        copy = Path(snapshot_download("me/whole", revision=revision))
        result = {path.name: path.read_bytes().decode() for path in copy.iterdir()}
        """,
        folder=folder,
    )
    assert found == {"README.md": CARD.decode(), "net.onnx": NETWORK.decode()}


def test_unchanged_folder_makes_no_commit(client, server, folder):
    """Publishing the same folder again leaves the commit as it was."""
    server.publish("me/same", {"README.md": CARD, "net.onnx": NETWORK})
    before, after = client.run(
        """
        from huggingface_hub import HfApi
        api = HfApi()
        before = api.model_info("me/same").sha
        api.upload_folder(repo_id="me/same", folder_path=folder)
        result = before, api.model_info("me/same").sha
        """,
        folder=folder,
    )
    assert before == after


def test_revision_stays_what_it_was(client, server):
    """A commit gives its own files for ever, whatever is published later."""
    first = server.publish("me/pinned", {"net.onnx": b"first"})
    server.publish("me/pinned", {"net.onnx": b"second"})
    found = client.run(
        """
        from pathlib import Path
        from huggingface_hub import hf_hub_download
        result = [Path(hf_hub_download("me/pinned", "net.onnx", revision=name)).read_text() for name in (first, "main")]
        """,
        first=first,
    )
    assert found == ["first", "second"]


def test_tag_is_made_once(client, server):
    """A tag names a commit; making it a second time is refused with 409."""
    revision = server.publish("me/tagged", {"net.onnx": NETWORK})
    tags, status = client.run(
        """
        from huggingface_hub import HfApi
        from huggingface_hub.errors import HfHubHTTPError
        api = HfApi()
        api.create_tag("me/tagged", tag="v1.0", revision=revision)
        tags = {tag.name: tag.target_commit for tag in api.list_repo_refs("me/tagged").tags}
        try:
            api.create_tag("me/tagged", tag="v1.0")
        except HfHubHTTPError as error:
            result = tags, error.response.status_code
        """,
        revision=revision,
    )
    assert (tags, status) == ({"v1.0": revision}, 409)


def test_branch_moves_alone(client, server):
    """A commit on a branch leaves the main branch alone."""
    revision = server.publish("me/branched", {"net.onnx": NETWORK})
    branch, main, files = client.run(
        """
        from huggingface_hub import HfApi
        api = HfApi()
        api.create_branch("me/branched", branch="try/out")
        api.upload_file(repo_id="me/branched", path_or_fileobj=b"note", path_in_repo="a/b.txt", revision="try/out")
        heads = {branch.name: branch.target_commit for branch in api.list_repo_refs("me/branched").branches}
        result = heads["try/out"], heads["main"], api.list_repo_files("me/branched", revision="try/out")
        """
    )
    assert main == revision != branch
    assert sorted(files) == ["a/b.txt", "net.onnx"]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("api.model_info('me/none')", "RepositoryNotFoundError"),
        ("api.model_info('me/errors', revision='none')", "RevisionNotFoundError"),
        ("api.hf_hub_download('me/errors', 'none.txt')", "RemoteEntryNotFoundError"),
        ("api.create_repo('me/errors')", "HfHubHTTPError"),
        ("HfApi(token=False).create_repo('me/new')", "HfHubHTTPError"),
        ("api.create_commit('me/errors', [], commit_message='x', revision='none')", "RevisionNotFoundError"),
    ],
)
def test_refusals_reach_the_client_as_its_own_errors(client, server, call, error):
    """What is missing, taken or not allowed is refused with the codes that the client knows."""
    server.publish("me/errors", {"a.txt": b"a"})
    found = client.run(
        """
        from huggingface_hub import HfApi
        api = HfApi()
        try:
            eval(call)
        except Exception as error:
            result = type(error).__name__
        """,
        call=call,
    )
    assert found == error


def test_cut_connection_is_tried_again(client, server):
    """A download whose connection is cut once ends whole."""
    server.publish("me/cut", {"net.onnx": NETWORK})
    with server.failing(Fault.CUT):
        found = client.run(
            """
            from pathlib import Path
            from huggingface_hub import hf_hub_download
            result = Path(hf_hub_download("me/cut", "net.onnx")).read_text()
            """
        )
    assert found == NETWORK.decode()
    assert server.requests.count("GET /me/cut/resolve/main/net.onnx") == 2


def test_range_gives_the_rest_of_a_file(client, server):
    """A download may begin anywhere in the file."""
    server.publish("me/range", {"a.txt": b"0123456789"})
    status, text = client.run(
        """
        from huggingface_hub import get_session, hf_hub_url
        answer = get_session().get(hf_hub_url("me/range", "a.txt"), headers={"Range": "bytes=7-"})
        result = answer.status_code, answer.text
        """
    )
    assert (status, text) == (206, "789")


def test_size_and_hash_are_listed(client, server):
    """A large file's size and SHA-256 are known without fetching it."""
    server.publish("me/info", {"net.onnx": NETWORK})
    size, sha256 = client.run(
        """
        from huggingface_hub import HfApi
        info = HfApi().get_paths_info("me/info", ["net.onnx"])[0]
        result = info.size, info.lfs.sha256
        """
    )
    assert (size, sha256) == (len(NETWORK), hashlib.sha256(NETWORK).hexdigest())
