"""Publishing: from a trained run to pinned weights that the page serves, against a real Hub server on loopback."""

import dataclasses
import functools
import json
import os
import re
import shutil
import socket
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import ModelCard
from PIL import Image

from lowlight import LowlightError, Settings, enhance, load_photo, shipped
from lowlight.limits import MAX_WEIGHTS_BYTES
from lowlight.network import weights
from lowlight.network.hub import WeightsSource
from lowlight.network.session import open_network
from lowlight.published import prepare
from tests.helpers.any_network import any_file
from tests.helpers.hub_client import TOKEN, HubClient
from tests.helpers.hub_server import HubError, HubServer
from tests.helpers.photos import dark_photo
from tests.helpers.places import EXAMPLES

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are no news

import keras

from training import experiments
from training.data import split_file, splits
from training.judge import evaluate
from training.models import networks
from training.release import contents, export, ingredients
from training.run import train

pytestmark = pytest.mark.training

REPO = "me/net"
ORIGINAL = experiments.load("original_cnn")
RELEASED = Path(experiments.__file__).with_name("original_cnn.weights.h5")

PUBLISH = """
import contextlib, io
from pathlib import Path
from lowlight.errors import LowlightError
from training.release.publish import publish

said, sentence = io.StringIO(), None
with contextlib.redirect_stdout(said):
    try:
        publish(Path(run), repo_id, **options)
    except LowlightError as error:
        sentence = str(error)
result = said.getvalue(), sentence
"""

SERVE = """
import numpy as np
from lowlight import enhance, load_photo
from lowlight.network.session import default_network
from lowlight.network.weights import load_weights

chosen = load_weights()
*_, last = enhance(load_photo(photo).rgb)
result = chosen.origin, chosen.sha256, default_network().name, last.picture.tolist()
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run that went the whole way on ten made-up pairs, 48 x 64: trained, exported, evaluated."""
    folder, run = tmp_path_factory.mktemp("pairs"), tmp_path_factory.mktemp("runs") / "smoke"
    for index in range(10):
        high = np.clip(dark_photo(48, 64, index).astype(int) * 5, 0, 255).astype(np.uint8)
        for side, picture in (("low", high // 8), ("high", high)):
            (folder / side).mkdir(exist_ok=True)
            Image.fromarray(picture).save(folder / side / f"{index}.png")
    found = splits.split_set(folder)
    smoke = dataclasses.replace(experiments.load("smoke"), steps_per_epoch=3, epochs=2, warmup_steps=1)
    split = functools.partial(split_file.write, sets=[found])
    train.train(smoke, found.parts["training"], found.parts["validation"], run, write_split=split)
    export.export(smoke, run / "best.weights.h5", run / "net.onnx")
    evaluate.evaluate(run / "net.onnx", found.parts["held-out"], run / contents.EVALUATION, split="made up, held-out")
    (run / "notes.txt").write_text("nobody's business")
    return run


@pytest.fixture
def run(trained, tmp_path):
    """A copy of that run, to do things to."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


class Hub(HubServer):
    """A Hub that can refuse, and that keeps what it was told about new repositories."""

    def __init__(self, folder):
        super().__init__(folder)
        self.refuses, self.created = {}, []

    def answer(self, request, path):
        """Answer as the Hub does, unless this kind of request is to be refused."""
        for part, status in self.refuses.items():
            if part in path and request.method != "GET":
                raise HubError(status)
        if path == "/api/repos/create":
            self.created.append(request.json)
        return super().answer(request, path)

    @property
    def state(self):
        """All that a client could have changed."""
        return {name: (dict(it.commits), dict(it.branches), dict(it.tags)) for name, it in self.repositories.items()}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A Hub and a publisher who is logged in, for all tests."""
    home = tmp_path_factory.mktemp("home")
    with Hub(home / "hub") as server, HubClient(server.url, home, HF_TOKEN=TOKEN) as client:
        yield server, client


@pytest.fixture
def hub(shared):
    """The Hub, empty."""
    server, _ = shared
    server.repositories.clear()
    server.requests.clear()
    server.created.clear()
    server.refuses = {}
    return server


@pytest.fixture
def publishing(shared):
    """Publish from the logged-in process: what was printed, and the sentence of the error if there was one."""
    return lambda run, **options: shared[1].run(PUBLISH, run=str(run), repo_id=REPO, options={"tag": "v1", **options})


def printed_source(said):
    """The printed LOWLIGHT_WEIGHTS line, read as the page reads it."""
    return WeightsSource.parse(re.search(r"^LOWLIGHT_WEIGHTS=(.+)$", said, re.M)[1])


@pytest.fixture
def photo(tmp_path):
    """A dark photo's file."""
    path = tmp_path / "night.png"
    Image.fromarray(dark_photo(40, 60)).save(path)
    return path


def test_what_is_trained_and_published_is_what_the_page_serves(publishing, hub, run, photo, tmp_path):
    """A run is trained, exported, evaluated and published, and a page elsewhere pulls that very commit and runs it."""
    said, sentence = publishing(run)
    source = printed_source(said)
    assert sentence is None
    assert hub.repositories[REPO].tags == {"v1": source.revision}
    with HubClient(hub.url, tmp_path / "elsewhere", LOWLIGHT_WEIGHTS=str(source)) as page:
        origin, digest, name, picture = page.run(SERVE, photo=str(photo))
    assert (origin, name) == (source.label, "smoke test")
    assert digest == source.sha256 == sha256((run / "net.onnx").read_bytes()).hexdigest()
    assert f"GET /{REPO}/resolve/{source.revision}/net.onnx" in hub.requests
    *_, ours = enhance(load_photo(photo).rgb, network=open_network((run / "net.onnx").read_bytes()))
    np.testing.assert_array_equal(picture, ours.picture)


def test_the_cards_lines_work_as_they_stand(publishing, hub, run, photo, tmp_path):
    """The Python on the card, run in a fresh process, enhances a photo with the published weights."""
    publishing(run)
    card = contents.gather(run, REPO, tag="v1").files["README.md"].decode()
    lines = "".join(re.findall(r"```python\n(.*?)```", card, re.S)).replace('"night', f'"{tmp_path}/night')
    shutil.copy(photo, tmp_path / "night.jpg")
    with HubClient(hub.url, tmp_path / "elsewhere") as reader:
        sentence = reader.run(
            f"{lines}\nfrom lowlight.network import session\nresult = session.default_network().sentence"
        )
    assert re.fullmatch(rf"Weights: {REPO}@[0-9a-f]{{7}}, verified\.", sentence)
    assert load_photo(tmp_path / "night_enhanced.jpg").rgb.shape == (40, 60, 3)


def test_one_commit_holds_what_was_listed_and_nothing_else(publishing, hub, run):
    """The release is one commit with the files that were listed; checkpoints, logs and notes stay at home."""
    said, _ = publishing(run)
    files = hub.repositories[REPO].commits[printed_source(said).revision]
    assert [line.split()[0] for line in said.splitlines() if line.endswith(" bytes")] == list(files)
    assert set(files) == {
        "README.md", "net.onnx", "net.sha256", "net.weights.h5", "config.json", "split.json", "history.json",
        "evaluation/summary.json", "evaluation/photos.csv", "evaluation/figures.jpg", "evaluation/worst.jpg",
    }  # fmt: skip
    assert sum("/commit/" in request for request in hub.requests) == 1


def test_a_space_preloads_the_same_commit(publishing, hub, run):
    """The lines for a Space's front matter name the repository, the file and the commit."""
    said, _ = publishing(run)
    revision = hub.repositories[REPO].tags["v1"]
    assert said.endswith(f"models:\n  - {REPO}\npreload_from_hub:\n  - {REPO} net.onnx {revision}\n")


def test_a_tag_is_never_overwritten(publishing, hub, run):
    """Publishing under a tag that is taken is refused before anything is sent, and the Hub is as it was."""
    publishing(run)
    before, asked = hub.state, len(hub.requests)
    (run / "history.json").write_text('[{"epoch": 1, "loss": 0.1, "val_psnr": 20.0}]')
    _, sentence = publishing(run)
    assert f"{REPO} has a tag v1 already" in sentence
    assert hub.state == before
    assert {request.split()[0] for request in hub.requests[asked:]} == {"GET"}
    said, _ = publishing(run, tag="v2")
    assert set(hub.repositories[REPO].tags) == {"v1", "v2"}
    assert hub.repositories[REPO].tags["v1"] != printed_source(said).revision


def test_a_dry_run_shows_everything_and_asks_nobody(publishing, hub, run):
    """A dry run prints files, sizes, repository, tag and the card, and makes no request at all."""
    said, sentence = publishing(run, dry_run=True)
    assert sentence is None
    assert hub.requests == []
    assert f"{REPO}, tag v1, 11 files" in said
    assert re.search(rf"net\.onnx +{(run / 'net.onnx').stat().st_size:,} bytes", said)
    assert contents.gather(run, REPO, tag="v1").files["README.md"].decode() in said
    assert said.endswith("nothing was sent.\n")


def test_without_a_token_nothing_is_tried(hub, run, tmp_path):
    """Who is not logged in is told how to, before the Hub is asked anything."""
    with HubClient(hub.url, tmp_path / "home") as stranger:
        _, sentence = stranger.run(PUBLISH, run=str(run), repo_id=REPO, options={"tag": "v1"})
    assert "Set HF_TOKEN" in sentence
    assert hub.requests == []


def test_without_a_network_the_sentence_says_so(run, tmp_path):
    """A Hub that cannot be reached is one sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with HubClient(url, tmp_path / "home", HF_TOKEN=TOKEN) as client:
            _, sentence = client.run(PUBLISH, run=str(run), repo_id=REPO, options={"tag": "v1"})
    assert sentence.startswith("Publishing failed. The Hub cannot be reached.")


@pytest.mark.parametrize(
    ("part", "status", "words"),
    [
        ("/api/repos/create", 403, "token may not write"),
        ("/api/repos/create", 401, "does not accept the token"),
        ("/preupload/", 403, "token may not write"),
        ("/commit/", 412, "Somebody else has changed"),
        ("/commit/", 500, "answered with an error"),
    ],
)
def test_a_refusal_is_a_sentence_and_leaves_no_release(publishing, hub, run, part, status, words):
    """What the Hub refuses is said in words without an address, and no tag and no file is there afterwards."""
    hub.refuses = {part: status}
    _, sentence = publishing(run)
    assert sentence.startswith("Publishing failed. ")
    assert words in sentence
    assert "http" not in sentence
    for _, branches, tags in hub.state.values():
        assert not tags
        assert not hub.repositories[REPO].commits[branches["main"]]


def test_a_release_without_its_tag_is_finished_by_publishing_again(publishing, hub, run):
    """When the tag fails the commit is named, and publishing again tags that commit and sends no file twice."""
    hub.refuses = {"/tag/": 500}
    _, sentence = publishing(run)
    revision = re.search("[0-9a-f]{40}", sentence)[0]
    assert hub.repositories[REPO].branches == {"main": revision}
    hub.refuses = {"/commit/": 500}
    hub.requests.clear()
    said, sentence = publishing(run)
    assert sentence is None
    assert not [request for request in hub.requests if request.startswith("PUT")]
    assert printed_source(said).revision == revision == hub.repositories[REPO].tags["v1"]


def test_private_is_private_from_the_start(publishing, hub, run):
    """A repository asked to be private is made private, and one that exists and is public is refused untouched."""
    assert publishing(run, private=True)[1] is None
    assert hub.created == [{"name": "net", "organization": "me", "visibility": "private"}]
    before = hub.state
    _, sentence = publishing(run, private=True, tag="v2")
    assert "is public" in sentence
    assert hub.state == before


def test_an_incomplete_run_is_told_all_it_lacks(run):
    """Every missing file is named, with the command that writes it."""
    for name in ("split.json", "net.weights.h5"):
        (run / name).unlink()
    with pytest.raises(LowlightError, match=r"net\.weights\.h5, split\.json are missing.*exporting"):
        contents.gather(run, REPO, tag="v1")


def test_several_networks_are_asked_about(run):
    """A run with two ONNX files publishes the one that is named, and none by guessing."""
    for suffix in (".onnx", ".weights.h5"):
        shutil.copy(run / f"net{suffix}", run / f"other{suffix}")
    (run / "other.sha256").write_text((run / "net.sha256").read_text())
    with pytest.raises(LowlightError, match="net, other"):
        contents.gather(run, REPO, tag="v1")
    assert contents.gather(run, REPO, tag="v1", name="other").network == "other.onnx"


@pytest.mark.parametrize(
    ("content", "checked", "words"),
    [
        (b"not what was exported", False, "does not match the checksum"),
        (b"no network", True, "no network this program can run"),
        (bytes(MAX_WEIGHTS_BYTES + 1), True, "too large"),
    ],
)
def test_a_network_the_page_would_refuse_is_not_published(run, content, checked, words):
    """What does not match its checksum, does not open or is too large for the page is refused."""
    (run / "net.onnx").write_bytes(content)
    if checked:
        (run / "net.sha256").write_text(sha256(content).hexdigest())
    with pytest.raises(LowlightError, match=words):
        contents.gather(run, REPO, tag="v1")


@pytest.mark.parametrize(("changed", "words"), [("weights", "other weights"), ("split", "another split")])
def test_figures_of_something_else_are_not_published(run, changed, words):
    """An evaluation of other weights, or on another split, is refused."""
    path = run / contents.EVALUATION / "summary.json"
    summary = json.loads(path.read_text())
    path.write_text(json.dumps(summary | {f"{changed}_sha256": "0" * 64}))
    with pytest.raises(LowlightError, match=words):
        contents.gather(run, REPO, tag="v1")


@pytest.mark.parametrize("tag", ["", "main", "v 1", "v1/x", "-v1"])
def test_a_tag_is_a_plain_name(run, tag):
    """A tag that is no plain name, or would stand for the main branch, is refused."""
    with pytest.raises(LowlightError, match=r"A tag is a name such as v1\.0"):
        contents.gather(run, REPO, tag=tag)


def test_damaged_records_are_a_sentence(run):
    """A record that is no JSON, or lacks what the card tells, is named."""
    (run / "history.json").write_text("[")
    with pytest.raises(LowlightError, match=r"history\.json is damaged"):
        contents.gather(run, REPO, tag="v1")
    (run / "history.json").write_text("[]")
    with pytest.raises(LowlightError, match="The card cannot be written"):
        contents.gather(run, REPO, tag="v1")


def test_the_card_gives_the_evaluations_figures_to_the_hub(run):
    """PSNR and SSIM stand in the card's model-index, plain and GT-mean, each labelled, as the evaluation found them."""
    card = ModelCard(contents.gather(run, REPO, tag="v1").files["README.md"].decode())
    mean = json.loads((run / contents.EVALUATION / "summary.json").read_text())["mean"]
    found = {(result.metric_name, result.metric_type): result.metric_value for result in card.data.eval_results}
    assert found == {
        ("PSNR", "psnr"): round(mean["psnr"], 4),
        ("SSIM", "ssim"): round(mean["ssim"], 4),
        ("GT-mean PSNR", "psnr"): round(mean["gt_mean_psnr"], 4),
        ("GT-mean SSIM", "ssim"): round(mean["gt_mean_ssim"], 4),
    }
    assert {result.dataset_split for result in card.data.eval_results} == {"held-out"}
    assert (card.data.pipeline_tag, card.data.license) == ("image-to-image", "other")
    assert "](evaluation/worst.jpg)" in card.text


def test_the_card_says_how_it_was_made(run):
    """The card names protocol, split hash, command, steps and hardware, and which terms hold."""
    split = sha256((run / "split.json").read_bytes()).hexdigest()
    made = contents.gather(run, REPO, tag="v1", hardware="two cores, a second", terms="cc-by-4.0").files
    text = made["README.md"].decode()
    for words in (
        "leak-free",
        split,
        "8 training, 1 validation, 1 held-out",
        "| Steps | 6, each of 4 patches",
        "two cores",
    ):
        assert words in text
    assert "license: cc-by-4.0" in text
    assert json.loads(made["config.json"])["command"] in text


def test_the_card_names_the_runs_that_were_mixed_in(run, tmp_path):
    """The other runs' commands, commits and steps are published, and no folder of theirs."""
    config = json.loads((run / "config.json").read_text())
    command = f"python -m training train smoke --data {tmp_path}/our485"
    (run / "config.json").write_text(json.dumps(config | {"command": command}))
    ingredients.record(run / "net.onnx", [run, run])
    files = contents.gather(run, REPO, tag="v1").files
    command = "python -m training train smoke --data our485"
    assert files["README.md"].decode().count(f"| Mixed with | `{command}`, 6 steps, commit `") == 2
    assert str(tmp_path) not in files["net.ingredients.json"].decode()
    ingredients.record(run / "net.onnx", [])
    assert "net.ingredients.json" not in contents.gather(run, REPO, tag="v1").files


def test_ingredients_of_another_file_are_not_published(run):
    """What was recorded for other weights is refused by name."""
    ingredients.record(run / "net.onnx", [run])
    recorded = run / "net.ingredients.json"
    recorded.write_text(recorded.read_text().replace('"sha256": "', '"sha256": "0'))
    with pytest.raises(LowlightError, match=r"net.ingredients.json is about another file than net.onnx"):
        contents.gather(run, REPO, tag="v1")


def test_without_an_evaluation_the_card_says_so(run):
    """A run that was never evaluated claims no figures."""
    shutil.rmtree(run / contents.EVALUATION)
    text = contents.gather(run, REPO, tag="v1").files["README.md"].decode()
    assert text.count("Not evaluated.") == 2
    assert "model-index" not in text


def test_pictures_can_stay_at_home(run):
    """Without the gallery no photo of the data set is published and the card shows none."""
    files = contents.gather(run, REPO, tag="v1", gallery=False).files
    assert not [path for path in files if path.endswith(".jpg")]
    assert "![" not in files["README.md"].decode()


def test_the_card_warns_of_leaks(run):
    """A split whose training pairs show LOL's test scenes is called by its name, beside the figures."""
    split = json.loads((run / "split.json").read_text())
    split["sets"][0] |= {"source": "LOL v1", "protocol": "official"}
    split["sets"][0]["parts"]["training"][0]["test_pairs"] = "111"
    (run / "split.json").write_text(json.dumps(split))
    text = contents.gather(run, REPO, tag="v1").files["README.md"].decode()
    assert "**1 training pairs show LOL's test scenes, which flatters**" in text
    assert "datasets:\n- geekyrakshit/LoL-Dataset" in text


@pytest.fixture
def lit_run(run):
    """A run of a light-guided network on LOL, another data set and well-lit photos, its split as the command has it."""
    (run / "net.onnx").write_bytes(any_file("same"))
    (run / "net.sha256").write_text(sha256((run / "net.onnx").read_bytes()).hexdigest())
    shutil.rmtree(run / contents.EVALUATION)
    (own,) = json.loads((run / "split.json").read_text())["sets"]
    entry = own["parts"]["training"][0]
    sets = [
        own | {"source": "LOL v1", "protocol": "rooms"},
        own | {"source": "brackets"},
        {
            "source": "photos",
            "protocol": "clean",
            "parts": {"training": 3 * [entry], "validation": [], "held-out": []},
            "left_out": {},
        },
    ]
    (run / "split.json").write_text(json.dumps({"sets": sets}))
    return run


def test_the_card_of_a_light_guided_network_says_what_it_is(lit_run):
    """It takes the brightened photo with its stops and leaves the light as it is; data, protocols and LOL's factor."""
    text = contents.gather(lit_run, REPO, tag="v1").files["README.md"].decode()
    for words in (
        "a map of how light each part is to be, brightening by it, and then this",
        "by how many stops each pixel was brightened, over 8; its sides are multiples of 8",
        "`thumbnail`, batch x 80 x 80 x 4",
        "`vertical`, batch x height/2 x 40",
        "It brightens nothing",
        "| Data | LOL v1: 8 training, 1 validation, 1 held-out; brackets: 8 training, 1 validation, 1 held-out;",
        "; photos: 3 training |",
        "LOL v1 by rooms (as leak-free, and no room",
        "brackets by leak-free (no scene",
        "photos by clean (well-lit photos, all of which train",
        "LOL's bright photos are faded: they were learned with colours 1.6 times as far from grey",
        "PSNR to the bright photo in the light given on validation",
        "LOL, whose photos come without a licence, and photos whose terms are not stated here",
        "It learnt from the photos named above",
    ):
        assert words in text, words
    for words in ("CLAHE", "exposure network", "thumbnail of about"):
        assert words not in text


def test_the_card_of_a_denoiser_says_what_it_is(run):
    """It takes a brightened picture of any size, and LOL's photos were taken as they are."""
    split = json.loads((run / "split.json").read_text())
    split["sets"][0]["source"] = "LOL v1"
    (run / "split.json").write_text(json.dumps(split))
    text = contents.gather(run, REPO, tag="v1").files["README.md"].decode()
    assert "local contrast (CLAHE), linear brightening, and then this, which takes out the noise" in text
    assert "The input is the brightened photo in [0, 1]" in text
    assert "It learnt from LOL's photos" in text
    assert "faded" not in text


def test_a_run_started_from_python_has_a_card_too(run):
    """Without a written split the card counts the pairs, and says that nobody wrote down which data they are of."""
    (run / "split.json").write_text('{"parts": {"training": ["1", "2"], "validation": ["3"]}}')
    shutil.rmtree(run / contents.EVALUATION)
    text = contents.gather(run, REPO, tag="v1").files["README.md"].decode()
    assert "data not recorded: 2 training, 1 validation" in text
    assert "data not recorded by a protocol not recorded." in text


def test_folders_of_the_machine_are_not_published(run):
    """The command's folders are cut to their last name before config.json and the card are written."""
    config = json.loads((run / "config.json").read_text())
    command = "python -m training train smoke --data '/home/me/my photos' --run=/home/me/runs/a --protocol leak-free"
    (run / "config.json").write_text(json.dumps(config | {"command": command}))
    files = contents.gather(run, REPO, tag="v1").files
    assert "/home/me" not in (files["config.json"] + files["README.md"]).decode()
    assert "train smoke --data 'my photos' --run=a --protocol leak-free" in files["README.md"].decode()


def test_an_export_is_three_files_that_belong_together(run, tmp_path):
    """The network, its checksum and the Keras weights it was made from lie side by side, the same bytes each time."""
    smoke = experiments.load("smoke")
    export.export(smoke, run / "best.weights.h5", tmp_path / "new" / "a.onnx")
    export.export(smoke, tmp_path / "new" / "a.weights.h5", tmp_path / "new" / "a.onnx")
    assert (tmp_path / "new" / "a.onnx").read_bytes() == (run / "net.onnx").read_bytes()
    assert (tmp_path / "new" / "a.weights.h5").read_bytes() == (run / "best.weights.h5").read_bytes()
    assert (tmp_path / "new" / "a.sha256").read_text().split() == [
        sha256((run / "net.onnx").read_bytes()).hexdigest(), "a.onnx",
    ]  # fmt: skip


def test_the_bundled_file_is_the_trained_model(tmp_path):
    """Exporting the released Keras weights gives the bundled file to the last byte."""
    export.export(ORIGINAL, RELEASED, tmp_path / "original-cnn.onnx")
    assert (tmp_path / "original-cnn.onnx").read_bytes() == weights.bundled(name=weights.ORIGINAL_NAME).data
    checksum = (tmp_path / "original-cnn.sha256").read_text()
    assert checksum == (shipped.BUNDLED_FOLDER / "original-cnn.sha256").read_text()


@pytest.mark.parametrize("name", ["dark-shelf.png", "bridge-at-night.jpg"])
def test_the_exported_network_gives_what_keras_gives(name):
    """On real photos ONNX Runtime and Keras differ by less than 0.001 on the scale of [0, 1]."""
    model = networks.original_cnn()
    model.load_weights(RELEASED)
    prepared = prepare(load_photo(EXAMPLES / name).rgb, Settings())
    picture = prepared.brightened((slice(100, 300), slice(50, 350)))
    ours = open_network(weights.bundled(name=weights.ORIGINAL_NAME).data)(picture)
    theirs = keras.ops.convert_to_numpy(model(picture[np.newaxis]))[0]
    assert np.abs(ours - theirs).max() < 1e-3
