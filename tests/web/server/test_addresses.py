"""Nothing of this machine, and nothing from elsewhere, is read on a visitor's word: held against the running page."""

import http.client
import json
import secrets
import socket
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

from lowlight.web.i18n import texts
from lowlight.web.uploads import as_upload, is_upload
from tests.helpers.places import DARK, PROJECT

USUAL = [0.0, 1.0, 2.0, 8, "same"]
"""What the controls stand at; an endpoint that is told less does not begin."""
FILE_DATA = {"meta": {"_type": "gradio.FileData"}}
META = pytest.mark.parametrize("meta", [FILE_DATA, {}], ids=["as Gradio marks files", "unmarked"])


def answer(address, method, path, body=None):
    """Return a request's status and text."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"content-type": "application/json"} if content else {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def enhanced(address, photo):
    """Send something as the photo to the endpoint for programs; return all that comes back."""
    status, text = answer(address, "POST", "/gradio_api/call/enhance", {"data": [photo, *USUAL]})
    if status == 200:
        _, text = answer(address, "GET", f"/gradio_api/call/enhance/{json.loads(text)['event_id']}")
    return text


def bringing_events(address):
    """Yield every event of the page that brings files: its number, its inputs' values, and its name."""
    config = json.loads(answer(address, "GET", "/config")[1])
    parts = {part["id"]: part for part in config["components"]}
    for event in config["dependencies"]:
        for _, name in event["targets"]:
            if name in ("arrived", "gathered", "referenced"):
                yield event["id"], [parts[number]["props"].get("value") for number in event["inputs"]], name


@contextmanager
def listener():
    """Listen on this machine; give the address of a picture there, and the list of those who came for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        came = []

        def accept():
            while True:
                try:
                    connection, peer = server.accept()
                except OSError:
                    return
                came.append(peer)
                connection.close()

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/photo.png", came
        server.shutdown(socket.SHUT_RDWR)


@META
@pytest.mark.parametrize(
    "path", ["/etc/passwd", str(DARK), "../../app.py", f"{PROJECT}/out/../lowlight/examples/coffee.png", "\0"]
)
def test_a_path_of_this_machine_is_refused(address, path, meta):
    """A file that nobody uploaded is not read, be it a photo or not, whatever the payload says of itself."""
    text = enhanced(address, {"path": path, "orig_name": "photo.png", **meta})
    assert "event: error" in text
    assert texts.BAD_REQUEST in text or texts.NO_PHOTO in text
    assert "photo_enhanced" not in text
    assert "root:" not in text


def test_an_upload_is_taken(address):
    """The same request with an upload is no error: what the other tests send fails for its photo alone."""
    with DARK.open("rb") as file:
        path = httpx.post(f"{address}/gradio_api/upload", files={"files": ("photo.png", file)}).json()[0]
    assert "photo_enhanced.png" in enhanced(address, {"path": path, "orig_name": "photo.png", **FILE_DATA})


@META
def test_no_event_of_the_page_reads_a_path_of_this_machine(address, meta):
    """The events that the page keeps for itself are as strict as the endpoint for programs."""
    tried = set()
    for event, values, name in bringing_events(address):
        photo = {"path": str(DARK), "orig_name": "photo.png", **meta}
        told = {"files": [photo]} if name == "gathered" else photo
        session = secrets.token_hex(8)
        body = {"data": values, "fn_index": event, "session_hash": session, "event_data": told}
        assert answer(address, "POST", "/gradio_api/queue/join", body)[0] == 200
        _, text = answer(address, "GET", f"/gradio_api/queue/data?session_hash={session}")
        assert "process_completed" in text
        assert "photo_enhanced" not in text
        assert texts.STARTING.format(name="photo.png") not in text
        assert "Reference: photo.png" not in text
        if name != "referenced":
            assert '"success":false' in text or texts.NO_PHOTO in text
        tried.add(name)
    assert tried == {"arrived", "gathered", "referenced"}


def test_an_address_in_place_of_a_photo_is_refused_in_words(address):
    """Neither this machine's own services nor anything public is asked, and the sentence says what to do."""
    with listener() as (local, came):
        for url in (local, "https://example.org/photo.png", "http://[::1]/a.png", "http://169.254.169.254/latest"):
            assert texts.NO_ADDRESS in enhanced(address, {"path": url, "url": url, **FILE_DATA})
            assert "event: complete" not in enhanced(address, {"path": url})
            assert "event: complete" not in enhanced(address, {"url": url, **FILE_DATA})
    assert came == []


def test_the_page_is_no_way_to_other_pages(address):
    """Gradio's addresses for files and for other pages fetch nothing."""
    with listener() as (local, came):
        for url in (local, "https://example.org/photo.png"):
            for path in ("file=", "file/", "proxy="):
                status, text = answer(address, "GET", f"/gradio_api/{path}{quote(url, safe=':/')}")
                assert status in {400, 403, 404}, (path, url, text)
    assert came == []


def test_a_name_that_cannot_be_looked_up_is_not_looked_up(address):
    """An address is refused before its name is looked up: the sentence comes, not the name server's complaint."""
    text = enhanced(address, {"path": "http://no-such-host.invalid/a.png", **FILE_DATA})
    assert texts.NO_ADDRESS in text


@pytest.mark.parametrize(
    "path", ["data:image/png;base64,AAAA", "data:,", "file:///etc/passwd", "ftp://127.0.0.1/a.png"]
)
def test_other_kinds_of_addresses_are_refused(address, path):
    """What only looks like an address is taken for a path, and is no upload."""
    assert "event: error" in enhanced(address, {"path": path, **FILE_DATA})


def test_files_of_this_machine_are_not_handed_out(address):
    """Only what belongs to the page can be fetched from it."""
    for path in ("/etc/passwd", f"{PROJECT}/app.py", str(DARK), "../../etc/passwd"):
        status, text = answer(address, "GET", f"/gradio_api/file={path}")
        assert (status, "root:" in text) == (403, False)


def test_only_the_folder_of_uploads_counts(tmp_path, monkeypatch):
    """A way out of it by dots or by a link is none."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "page"))
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "link.png").symlink_to(DARK)
    assert is_upload(tmp_path / "page" / "abc" / "photo.png")
    assert not is_upload(tmp_path / "page" / "link.png")
    assert not is_upload(tmp_path / "page" / ".." / "photo.png")
    assert not is_upload(Path(f"{tmp_path}/page/\0"))
    assert as_upload({"path": str(DARK)}) is None
