"""Which weights are used: the real huggingface_hub client against a real server on loopback."""

import hashlib
import re
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowlight.errors import LowlightError
from lowlight.limits import MAX_WEIGHTS_BYTES
from lowlight.network import weights
from lowlight.network.hub import Step, WeightsSource, next_step
from lowlight.network.hub_errors import explain
from lowlight.network.weights import BUNDLED_NAME, bundled, source_from
from tests.helpers.hub_client import TOKEN, HubClient
from tests.helpers.hub_server import Fault, HubServer

NETWORK = b"a pretend network, " * 500
BUNDLED = b"the bundled network"
COMMIT = "0123456789abcdef0123456789abcdef01234567"

LOAD = """
import logging, os, sys, time
from hashlib import sha256
from pathlib import Path
from lowlight.network.weights import load_weights

os.environ["LOWLIGHT_WEIGHTS"] = source
messages = []
handler = logging.Handler()
handler.emit = lambda record: messages.append([record.levelname, record.getMessage()])
logging.getLogger("lowlight").addHandler(handler)
start = time.monotonic()
weights = load_weights(bundled_folder=Path(folder), seconds=seconds)
result = {
    "origin": weights.origin,
    "sha256": weights.sha256,
    "content": sha256(weights.data).hexdigest(),
    "sentence": weights.sentence,
    "logged": messages,
    "seconds": time.monotonic() - start,
    "client": "huggingface_hub" in sys.modules,
}
logging.getLogger("lowlight").removeHandler(handler)
"""

CACHED = """
from huggingface_hub import try_to_load_from_cache
result = try_to_load_from_cache(repo_id, filename, revision=revision)
"""


def sha256(data):
    """The SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def source_of(repo_id, revision, *, filename="net.onnx", data=NETWORK):
    """A source whose SHA-256 is that of the data."""
    return WeightsSource(repo_id, revision, filename, sha256(data))


def load(client, source, folder, seconds=10):
    """Call load_weights in the client's process, LOWLIGHT_WEIGHTS being the source."""
    return client.run(LOAD, source=str(source), folder=str(folder), seconds=seconds)


def cached_path(client, source):
    """Where the client keeps the file."""
    return Path(client.run(CACHED, repo_id=source.repo_id, filename=source.filename, revision=source.revision))


def assert_bundled(found, words):
    """Check that the bundled weights came, with one warning that says what the sentence says, these words in it."""
    assert found["origin"] == "bundled"
    assert found["content"] == found["sha256"] == sha256(BUNDLED)
    assert words in found["sentence"]
    assert found["sentence"].endswith(" The bundled weights are used instead.")
    assert found["logged"] == [["WARNING", found["sentence"]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A bundled set."""
    folder = tmp_path_factory.mktemp("bundled")
    (folder / f"{BUNDLED_NAME}.onnx").write_bytes(BUNDLED)
    (folder / f"{BUNDLED_NAME}.sha256").write_text(f"{sha256(BUNDLED)}  {BUNDLED_NAME}.onnx\n")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Hub."""
    with HubServer(tmp_path_factory.mktemp("hub")) as server:
        yield server


@pytest.fixture(scope="module")
def client(server, tmp_path_factory):
    """A process that reaches the Hub."""
    with HubClient(server.url, tmp_path_factory.mktemp("home")) as client:
        yield client


@pytest.fixture(scope="module")
def with_token(server, tmp_path_factory):
    """A process that reaches the Hub and has an access token."""
    with HubClient(server.url, tmp_path_factory.mktemp("home"), HF_TOKEN=TOKEN) as client:
        yield client


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory, folder):
    """A process with one set of weights in its cache, whose Hub has gone; the cached source; the cache's folder."""
    home = tmp_path_factory.mktemp("left")
    with HubServer(tmp_path_factory.mktemp("gone")) as server, HubClient(server.url, home) as client:
        source = source_of("me/net", server.publish("me/net", {"net.onnx": NETWORK}))
        load(client, source, folder)
        server.close()
        yield client, source, home


@pytest.fixture(scope="module")
def offline(left_behind):
    """A process with HF_HUB_OFFLINE set, which has the same cache; the cached source."""
    _, source, home = left_behind
    with HubClient("http://127.0.0.1:9", home, HF_HUB_OFFLINE="1") as client:
        yield client, source


# Fetched and verified


def test_pinned_weights_are_fetched_and_verified(client, server, folder):
    """Weights named by commit and SHA-256 are fetched, and their own bytes are what is handed out."""
    revision = server.publish("me/good", {"net.onnx": NETWORK})
    server.publish("me/good", {"net.onnx": b"a later network"})
    found = load(client, source_of("me/good", revision), folder)
    assert found["content"] == found["sha256"] == sha256(NETWORK)
    assert found["origin"] == f"me/good@{revision[:7]}"
    assert found["logged"] == []


def test_file_may_lie_in_a_folder_of_the_repository(client, server, folder):
    """The file's path may have folders."""
    source = source_of("me/deep", server.publish("me/deep", {"a/b/net.onnx": NETWORK}), filename="a/b/net.onnx")
    assert load(client, source, folder)["content"] == sha256(NETWORK)


def test_cached_weights_ask_the_hub_nothing(client, server, folder):
    """A second start takes the weights from the cache, without a request."""
    source = source_of("me/again", server.publish("me/again", {"net.onnx": NETWORK}))
    load(client, source, folder)
    before = list(server.requests)
    assert load(client, source, folder)["content"] == sha256(NETWORK)
    assert server.requests == before


def test_damaged_cache_is_repaired(client, server, folder):
    """A cached file that was damaged is fetched anew, once, and serves."""
    source = source_of("me/rotten", server.publish("me/rotten", {"net.onnx": NETWORK}))
    load(client, source, folder)
    cached_path(client, source).write_bytes(NETWORK[:-1] + b"!")
    assert load(client, source, folder)["content"] == sha256(NETWORK)
    assert cached_path(client, source).read_bytes() == NETWORK
    assert server.requests.count(f"GET /me/rotten/resolve/{source.revision}/net.onnx") == 2


def test_damaged_cache_is_repaired_where_there_are_no_links(server, folder, tmp_path):
    """A damaged file is also replaced in a cache that holds copies in place of symbolic links."""
    source = source_of("me/copied", server.publish("me/copied", {"net.onnx": NETWORK}))
    with HubClient(server.url, tmp_path, HF_HUB_DISABLE_SYMLINKS="1") as client:
        load(client, source, folder)
        path = cached_path(client, source)
        path.write_bytes(b"rotten")
        assert not path.is_symlink()
        assert load(client, source, folder)["content"] == sha256(NETWORK)


def test_download_cut_once_is_tried_again(client, server, folder):
    """A connection that breaks once does not cost the weights."""
    source = source_of("me/cut", server.publish("me/cut", {"net.onnx": NETWORK}))
    with server.failing(Fault.CUT):
        assert load(client, source, folder)["content"] == sha256(NETWORK)


# The bundled weights serve


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.CORRUPT, "does not have the SHA-256"),
        (Fault.TRUNCATE, "could not be downloaded and stored whole"),
        (Fault.UNAVAILABLE, "answered the request for the configured weights with an error"),
    ],
)
def test_spoiled_download_is_refused(client, server, folder, fault, words):
    """One flipped bit, a missing half, or a Hub that is down: the bundled weights serve, and the sentence says why."""
    repo_id = f"me/{fault.name.lower()}"
    source = source_of(repo_id, server.publish(repo_id, {"net.onnx": NETWORK}))
    with server.failing(fault):
        assert_bundled(load(client, source, folder), words)
    assert load(client, source, folder)["content"] == sha256(NETWORK)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.EXPIRED, "it is wrong or has expired. Set HF_TOKEN to a new one"),
        (Fault.WRONG_TOKEN, "it is wrong or has expired. Set HF_TOKEN to a new one"),
        (Fault.GATED, "Ask for it on the repository's page, and set HF_TOKEN"),
        (Fault.NO_RIGHT, "Give it the right to read their repository"),
        (Fault.BUSY, "Try again in some minutes"),
    ],
)
def test_what_the_hub_refuses_names_the_cure(with_token, server, folder, fault, words):
    """A token that has expired, is wrong or has too few rights, a gated repository and a busy Hub are told apart."""
    repo_id = f"me/{fault.name.lower()}"
    source = source_of(repo_id, server.publish(repo_id, {"net.onnx": NETWORK}))
    with server.failing(fault):
        assert_bundled(load(with_token, source, folder), words)
    assert load(with_token, source, folder)["content"] == sha256(NETWORK)


def test_a_gated_repository_names_the_cure_without_a_token_too(client, server, folder):
    """The Hub then answers with another status, and the way in is the same."""
    source = source_of("me/shut", server.publish("me/shut", {"net.onnx": NETWORK}))
    with server.failing(Fault.GATED):
        assert_bundled(load(client, source, folder), "Ask for it on the repository's page, and set HF_TOKEN")


@pytest.mark.parametrize("fault", [Fault.LOGIN_PAGE, Fault.LOGIN_BARRED, Fault.LOGIN_ELSEWHERE])
def test_a_login_page_is_not_taken_for_the_hub(client, server, folder, fault):
    """A network's login page, however it is served, is called so, and is neither stored nor opened."""
    repo_id = f"me/{fault.name.lower()}"
    source = source_of(repo_id, server.publish(repo_id, {"net.onnx": NETWORK}))
    with server.failing(fault):
        assert_bundled(load(client, source, folder), "such as a network's login page")
    assert server.requests[-1] == f"HEAD /{repo_id}/resolve/{source.revision}/net.onnx"
    assert load(client, source, folder)["content"] == sha256(NETWORK)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"HF_ENDPOINT": "huggingface.co"}, "HF_ENDPOINT does not begin with https://"),
        ({"HF_ENDPOINT": "localhost:9"}, "HF_ENDPOINT does not begin with https://"),
        ({"ALL_PROXY": "socks5://127.0.0.1:9"}, "Install socksio, or name an HTTP proxy"),
        ({"ALL_PROXY": "socks4://127.0.0.1:9"}, "It must begin with http://, https://, socks5://"),
        ({"HF_TOKEN": "hf_\u00e4"}, "HF_TOKEN holds characters"),
        ({"HF_HUB_ETAG_TIMEOUT": "soon"}, "variables that begin with HF_"),
    ],
)
def test_wrong_settings_name_the_cure(folder, tmp_path, setting, words):
    """An address, a proxy, a token and a number that cannot be used lead to the bundled weights; each is told."""
    with HubClient("http://127.0.0.1:9", tmp_path, **setting) as client:
        assert_bundled(load(client, source_of("me/net", COMMIT), folder), words)


def test_stalled_download_is_given_up_in_time(client, server, folder):
    """A Hub that stops half-way holds a start up no longer than the time allowed."""
    source = source_of("me/stall", server.publish("me/stall", {"net.onnx": NETWORK}))
    with server.failing(Fault.STALL):
        found = load(client, source, folder, seconds=1)
    assert_bundled(found, "did not arrive within 1 seconds")
    assert found["seconds"] < 2


def test_other_content_than_pinned_is_refused(client, server, folder):
    """A file with another SHA-256 than the configured one is not used."""
    source = source_of("me/other", server.publish("me/other", {"net.onnx": b"something else"}))
    assert_bundled(load(client, source, folder), "does not have the SHA-256")


def test_missing_file_revision_and_repository_are_told_apart(client, server, folder):
    """Each thing that the Hub does not have is named."""
    revision = server.publish("me/there", {"net.onnx": NETWORK})
    missing_file = load(client, source_of("me/there", revision, filename="none.onnx"), folder)
    missing_revision = load(client, source_of("me/there", COMMIT), folder)
    missing_repository = load(client, source_of("me/nowhere", COMMIT), folder)
    assert_bundled(missing_file, "has no such file")
    assert_bundled(missing_revision, "has no such revision")
    assert_bundled(missing_repository, "does not exist on the Hub, or is private")


def test_oversize_file_is_not_downloaded(client, server, folder):
    """A file above the limit is refused by its announced size, before its content is asked for."""
    large = bytes(MAX_WEIGHTS_BYTES + 1)
    source = source_of("me/large", server.publish("me/large", {"net.onnx": large}), data=large)
    assert_bundled(load(client, source, folder), "10,485,761 bytes, and at most 10,485,760")
    assert f"GET /me/large/resolve/{source.revision}/net.onnx" not in server.requests


def test_largest_file_is_taken(client, server, folder):
    """A file of exactly the limit is taken."""
    large = bytes(MAX_WEIGHTS_BYTES)
    source = source_of("me/limit", server.publish("me/limit", {"net.onnx": large}), data=large)
    assert load(client, source, folder)["content"] == sha256(large)


def test_cached_weights_serve_when_the_hub_has_gone(left_behind, folder):
    """Weights fetched once need no Hub."""
    client, source, _ = left_behind
    assert load(client, source, folder)["content"] == sha256(NETWORK)


def test_host_that_does_not_listen_costs_little_time(left_behind, folder):
    """A Hub that nobody can reach is given up within 3 seconds."""
    client, _, _ = left_behind
    found = load(client, source_of("me/elsewhere", COMMIT), folder)
    assert_bundled(found, "cannot be reached")
    assert found["seconds"] < 3


def test_offline_without_cache_names_the_switch(offline, folder):
    """With HF_HUB_OFFLINE set and nothing cached, the sentence names HF_HUB_OFFLINE."""
    client, _ = offline
    assert_bundled(load(client, source_of("me/elsewhere", COMMIT), folder), "not cached, and HF_HUB_OFFLINE")


def test_offline_damaged_cache_is_refused(offline, folder):
    """With HF_HUB_OFFLINE set, the cached weights serve until they are damaged."""
    client, source = offline
    assert load(client, source, folder)["content"] == sha256(NETWORK)
    path = cached_path(client, source)
    path.write_bytes(b"rotten")
    found = load(client, source, folder)
    path.write_bytes(NETWORK)
    assert_bundled(found, "damaged in the cache, and HF_HUB_OFFLINE")


def test_nothing_configured_needs_no_client(folder, tmp_path):
    """Without LOWLIGHT_WEIGHTS the bundled weights come at once, and huggingface_hub is not even imported."""
    with HubClient("http://127.0.0.1:9", tmp_path) as client:
        found = load(client, "", folder)
    assert (found["origin"], found["content"], found["logged"]) == ("bundled", sha256(BUNDLED), [])
    assert not found["client"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("weights.onnx", "owner/name@REVISION/file.onnx#sha256=HASH; this is 'weights.onnx'"),
        (f"net@{COMMIT}/net.onnx#sha256={'0' * 64}", "named owner/name"),
        (f"me/net@main/net.onnx#sha256={'0' * 64}", "40 characters of 0-9 and a-f; this one is 'main'"),
        (f"me/net@{COMMIT.upper()}/net.onnx#sha256={'0' * 64}", "Copy it from the repository's history"),
        (f"me/net@{COMMIT}/net.keras#sha256={'0' * 64}", "must end in .onnx"),
        (f"me/net@{COMMIT}/../net.onnx#sha256={'0' * 64}", "must end in .onnx and be named in letters"),
        (f"me/net@{COMMIT}/net.onnx#sha256={'0' * 63}", "Run sha256sum on the file"),
    ],
)
def test_malformed_setting_is_explained(client, folder, text, words):
    """A LOWLIGHT_WEIGHTS that cannot be read leads to the bundled weights and to what has to be written."""
    found = load(client, text, folder)
    assert found["sentence"].startswith("LOWLIGHT_WEIGHTS cannot be used.")
    assert_bundled(found, words)


# The bundled set


def test_bundled_set_says_what_it_is(folder):
    """The bundled weights name their set, and the SHA-256 of the bytes that run."""
    weights = bundled(folder)
    assert (weights.data, weights.origin, weights.sha256) == (BUNDLED, "bundled", sha256(BUNDLED))
    assert BUNDLED_NAME in weights.sentence


@pytest.mark.parametrize("content", [b"", b"version https://git-lfs.github.com/spec/v1\n", BUNDLED[:-1] + b"!"])
def test_damaged_bundled_set_is_refused(tmp_path, content):
    """A bundled file that does not match its checksum is refused with what to do."""
    (tmp_path / f"{BUNDLED_NAME}.onnx").write_bytes(content)
    (tmp_path / f"{BUNDLED_NAME}.sha256").write_text(f"{sha256(BUNDLED)}  {BUNDLED_NAME}.onnx\n")
    with pytest.raises(LowlightError, match=rf"damaged: {len(content)} bytes .* Fetch the project's files again\."):
        bundled(tmp_path)


@pytest.mark.parametrize("ending", ["onnx", "sha256"])
def test_missing_bundled_file_is_named(folder, tmp_path, ending):
    """Without its network or its checksum the bundled set is said to be missing."""
    for file in folder.iterdir():
        if not file.name.endswith(ending):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(LowlightError, match="bundled weights are missing"):
        bundled(tmp_path)


# Pure decisions


@pytest.mark.parametrize(
    ("cached", "offline", "step"),
    [
        (NETWORK, False, Step.USE),
        (NETWORK, True, Step.USE),
        (None, False, Step.DOWNLOAD),
        (b"rotten", False, Step.DOWNLOAD),
        (None, True, Step.GIVE_UP),
        (b"rotten", True, Step.GIVE_UP),
    ],
)
def test_step_follows_from_the_facts(cached, offline, step):
    """The pinned file is used from the cache; any other state asks the Hub, where that is allowed."""
    assert next_step(cached, sha256(NETWORK), offline=offline) is step


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx2.RemoteProtocolError("cut"), "broke off"),
        (httpx2.ReadTimeout("late"), "did not answer in time"),
        (httpx2.ConnectTimeout("late"), "did not answer in time"),
        (httpx2.ProxyError("407 Proxy Authentication Required"), "Check HTTPS_PROXY and ALL_PROXY"),
        (httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate"), "SSL_CERT_FILE"),
        (PermissionError("/a/path"), "cache folder"),
        (ModuleNotFoundError("huggingface_hub"), "Install huggingface_hub"),
        (RuntimeError("/a/path"), "debug log"),
    ],
)
def test_every_error_has_a_sentence(error, words):
    """Whatever the client raises is said in words, without the path or the address in it."""
    assert words in explain(error)
    assert str(error) not in explain(error).replace("huggingface_hub", "", 1)


part = st.from_regex(r"[A-Za-z0-9_]{1,8}([.-][A-Za-z0-9_]{1,8}){0,2}", fullmatch=True).filter(
    lambda text: not text.endswith(".git")
)
sources = st.builds(
    WeightsSource,
    repo_id=st.builds("{}/{}".format, part, part),
    revision=st.from_regex(r"[0-9a-f]{40}", fullmatch=True),
    filename=st.lists(part, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".onnx"),
    sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)


@given(sources)
def test_source_is_read_back_as_written(source):
    """What str writes, parse reads, spaces around it or not."""
    assert WeightsSource.parse(str(source)) == WeightsSource.parse(f" {source}\n") == source


@given(sources)
def test_source_is_one_the_client_takes(source):
    """A repository name that is accepted here is accepted by huggingface_hub."""
    from huggingface_hub.utils import validate_repo_id

    validate_repo_id(source.repo_id)


@given(st.text() | st.builds("{}@{}/{}#sha256={}".format, st.text(), st.text(), st.text(), st.text()))
def test_any_text_is_read_or_refused_in_words(text):
    """Any text whatever gives a source that is safe to use, or the one error that reaches people, on one line."""
    try:
        outcome = source_from({"LOWLIGHT_WEIGHTS": text})
    except LowlightError as error:
        outcome = str(error)
    if isinstance(outcome, str):
        assert re.fullmatch(r"LOWLIGHT_WEIGHTS cannot be used\. .+\.", outcome)
    else:
        assert outcome is None or ".." not in Path(outcome.filename).parts


@pytest.mark.parametrize(
    "repo_id", [None, 7, "net", "a/b/c", "me/net.git", "me/n--t", "me/n..t", "-me/net", "me/" + "n" * 97]
)
def test_wrong_repository_name_is_refused(repo_id):
    """A source made in code is checked like one that is read."""
    with pytest.raises(LowlightError, match="named owner/name"):
        WeightsSource(repo_id, COMMIT, "net.onnx", "0" * 64)


@pytest.mark.parametrize(("value", "name"), [(None, "light-unet"), ("", "light-unet"), ("light-unet-small",) * 2])
def test_the_bundled_set_can_be_chosen(value, name):
    """LOWLIGHT_NETWORK names the set that serves; without it the default does."""
    assert weights.bundled_choice({} if value is None else {"LOWLIGHT_NETWORK": value}) == name


def test_a_network_that_is_none_is_named_and_the_default_serves(monkeypatch):
    """Another name is said to be none, and the page works all the same."""
    monkeypatch.setenv("LOWLIGHT_NETWORK", "huge")
    found = weights.load_weights()
    assert found.sha256 == weights.bundled().sha256
    assert "LOWLIGHT_NETWORK must name a bundled network" in found.sentence
    assert "'huge'" in found.sentence


def test_the_small_network_serves_when_it_is_chosen(monkeypatch):
    """The small set is another file, and is checked like the default."""
    monkeypatch.setenv("LOWLIGHT_NETWORK", weights.SMALL_NAME)
    found = weights.load_weights()
    assert found.sha256 == weights.bundled(name=weights.SMALL_NAME).sha256 != weights.bundled().sha256
    assert weights.SMALL_NAME in found.sentence
