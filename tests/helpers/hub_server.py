"""A Hugging Face Hub on loopback for tests: a real HTTP server that the real huggingface_hub client talks to.

It speaks the part of the Hub's protocol that publishing and fetching models need: repositories, commits of regular and
large (LFS "basic") files, branches, tags, pinned downloads with ETag and ranges, listings, and the Hub's error codes.
Anything that writes needs a token; any token will do. Faults can be asked for, to see how a download copes.
"""

import base64
import contextlib
import hashlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

LARGE_SUFFIXES = (".onnx", ".safetensors", ".bin", ".h5", ".keras", ".npz")
LARGE_BYTES = 1024 * 1024


class Fault(Enum):
    """What can go wrong with the body of a download."""

    CORRUPT = "one bit of the body is flipped"
    TRUNCATE = "half of the file is sent, as if it were all of it"
    CUT = "the connection is cut half-way, once"
    STALL = "half of the file is sent, then nothing more"
    UNAVAILABLE = "every request for a file is answered with status 503"
    GATED = "every request for a file is refused: its readers must have asked for access"
    EXPIRED = "every request with a token is refused: the token has expired"
    WRONG_TOKEN = "every request with a token is refused: the token is none"
    NO_RIGHT = "every request for a file is refused: the token has not the right to read it"
    BUSY = "every request for a file is refused: there were too many"
    LOGIN_PAGE = "every request for a file is answered with a network's login page"
    LOGIN_BARRED = "every request for a file is refused with a network's login page"
    LOGIN_ELSEWHERE = "every request for a file is sent on to a network's login page on another host"


@dataclass(frozen=True)
class Entry:
    """A file in a commit; its content is stored under its SHA-256."""

    sha256: str
    size: int
    git_oid: str
    large: bool

    @property
    def etag(self) -> str:
        """What the Hub gives as ETag: the SHA-256 of a large file, the git object of a regular one."""
        return self.sha256 if self.large else self.git_oid

    def listing(self, path: str) -> dict[str, Any]:
        """Describe the file as the Hub's tree does."""
        lfs = {"lfs": {"oid": self.sha256, "size": self.size, "pointerSize": 134}} if self.large else {}
        return {"type": "file", "path": path, "size": self.size, "oid": self.git_oid, **lfs}


Files = dict[str, Entry]


@dataclass
class Repository:
    """A model or data set repository (named ``datasets/owner/name``): every commit is the whole set of its files."""

    name: str
    commits: dict[str, Files] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def commit(self, files: Files, branch: str = "main") -> str:
        """Make a commit the head of a branch and return its 40-character name."""
        revision = hashlib.sha1(f"{self.name} {branch} {len(self.commits)}".encode()).hexdigest()
        self.commits[revision] = files
        self.branches[branch] = revision
        return revision

    def find(self, revision: str) -> str:
        """Return the commit that a branch, a tag or a commit's own name stands for."""
        commit = self.branches.get(revision) or self.tags.get(revision) or revision
        if commit not in self.commits:
            raise HubError(404, "RevisionNotFound")
        return commit


class HubError(Exception):
    """An answer that refuses, with the Hub's own code for it where it has one."""

    def __init__(self, status: int, code: str = "", **more: str):
        super().__init__(status, code)
        self.status, self.code, self.more = status, code, more


@dataclass(frozen=True)
class Request:
    """What an endpoint is given: the parts its pattern captured come as arguments."""

    method: str
    headers: Any
    query: dict[str, list[str]]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body or b"{}")


@dataclass(frozen=True)
class Answer:
    """A status, headers and a body; ``length`` promises more than is sent, and the connection then ends or hangs."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    stall: bool = False

    @property
    def content(self) -> bytes:
        """The body as it travels."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Endpoint = Callable[..., Answer]
_ENDPOINTS: list[tuple[str, re.Pattern[str], bool, Endpoint]] = []
_REPO = r"((?:datasets/)?[^/]+/[^/]+)"
_REF = r"([^/]+)"


def endpoint(methods: str, pattern: str, *, writes: bool = False) -> Callable[[Endpoint], Endpoint]:
    """Register a `HubServer` method for the requests whose method and path match."""

    def register(function: Endpoint) -> Endpoint:
        _ENDPOINTS.append((methods, re.compile(pattern), writes, function))
        return function

    return register


class HubServer:
    """A Hub at ``url``, for as long as the ``with`` block lasts.

    Attributes:
        requests: one ``METHOD /path`` for each request, in order.
        fault: what goes wrong with downloads now, if anything.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.repositories: dict[str, Repository] = {}
        self.requests: list[str] = []
        self.fault: Fault | None = None
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = _HttpServer(("127.0.0.1", 0), self)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening and hang up; a second time it does nothing."""
        if self.closing.is_set():
            return
        self.closing.set()
        self._http.shutdown()
        self._http.hang_up()
        self._http.server_close()
        self._thread.join()

    @contextlib.contextmanager
    def failing(self, fault: Fault) -> Iterator[None]:
        """Let downloads go wrong inside the ``with`` block."""
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None

    def publish(self, repo_id: str, files: dict[str, bytes]) -> str:
        """Put files on the main branch without a client, making the repository if need be; return the commit."""
        with self._lock:
            repository = self.repositories.setdefault(repo_id, Repository(repo_id))
            kept = repository.commits.get(repository.branches.get("main", ""), {})
            added = {path: self._store(data, large=_is_large(path, len(data))) for path, data in files.items()}
            return repository.commit(kept | added)

    def answer(self, request: Request, path: str) -> Answer:
        """Find the endpoint for a request and let it answer."""
        self.requests.append(f"{request.method} {path}")
        path = path.replace("/api/datasets/", "/api/models/datasets/", 1)  # a data set is named datasets/owner/name
        for methods, pattern, writes, function in _ENDPOINTS:
            match = pattern.fullmatch(path)
            if match and request.method in methods.split():
                if writes and not request.headers.get("Authorization", "").startswith("Bearer "):
                    raise HubError(401)
                return function(self, request, *(unquote(part or "") for part in match.groups()))
        raise HubError(404)

    # Repositories and names

    @endpoint("GET", "/api/whoami-v2", writes=True)
    def _whoami(self, _: Request) -> Answer:
        return Answer({"name": "me", "type": "user", "orgs": [], "auth": {}})

    @endpoint("POST", "/api/repos/create", writes=True)
    def _create_repo(self, request: Request) -> Answer:
        repo_id = f"{request.json.get('organization') or 'me'}/{request.json['name']}"
        about = {"id": repo_id, "name": repo_id, "url": f"{self.url}/{repo_id}"}
        with self._lock:
            if repo_id in self.repositories:
                return Answer({"error": "You already created this model repo", **about}, 409)
            self.repositories[repo_id] = Repository(repo_id)
            self.repositories[repo_id].commit({})
        return Answer(about)

    @endpoint("GET", f"/api/models/{_REPO}/refs")
    def _refs(self, _: Request, repo_id: str) -> Answer:
        repository = self._repository(repo_id)
        return Answer(
            {
                "branches": _references("refs/heads/", repository.branches),
                "tags": _references("refs/tags/", repository.tags),
                "converts": [],
                "pullRequests": [],
            }
        )

    @endpoint("POST", f"/api/models/{_REPO}/tag/{_REF}", writes=True)
    def _create_tag(self, request: Request, repo_id: str, revision: str) -> Answer:
        repository = self._repository(repo_id)
        return self._add_reference(repository, repository.tags, request.json["tag"], revision)

    @endpoint("POST", f"/api/models/{_REPO}/branch/{_REF}", writes=True)
    def _create_branch(self, request: Request, repo_id: str, branch: str) -> Answer:
        repository = self._repository(repo_id)
        return self._add_reference(repository, repository.branches, branch, request.json.get("startingPoint", "main"))

    # Uploads

    @endpoint("POST", "/api/validate-yaml")
    def _validate_yaml(self, _: Request) -> Answer:
        return Answer({"errors": [], "warnings": []})

    @endpoint("POST", f"/api/models/{_REPO}/preupload/{_REF}", writes=True)
    def _preupload(self, request: Request, repo_id: str, revision: str) -> Answer:
        repository = self._repository(repo_id)
        present = repository.commits[repository.find(revision)]
        return Answer({"files": [_upload_mode(file, present.get(file["path"])) for file in request.json["files"]]})

    @endpoint("POST", rf"/{_REPO}\.git/info/lfs/objects/batch", writes=True)
    def _lfs_batch(self, request: Request, _: str) -> Answer:
        objects = [
            {**wanted} if self._blob(wanted["oid"]).exists() else {**wanted, "actions": self._upload_to(wanted["oid"])}
            for wanted in request.json["objects"]
        ]
        return Answer(
            {"transfer": "basic", "objects": objects}, headers={"Content-Type": "application/vnd.git-lfs+json"}
        )

    @endpoint("PUT", "/lfs/([0-9a-f]{64})")  # like the Hub's storage: the address itself is the permission
    def _lfs_upload(self, request: Request, oid: str) -> Answer:
        if hashlib.sha256(request.body).hexdigest() != oid:
            raise HubError(400)
        self._store(request.body, large=True)
        return Answer()

    @endpoint("POST", f"/api/models/{_REPO}/commit/{_REF}", writes=True)
    def _commit(self, request: Request, repo_id: str, branch: str) -> Answer:
        repository = self._repository(repo_id)
        with self._lock:
            if branch not in repository.branches:
                raise HubError(404, "RevisionNotFound")
            files = dict(repository.commits[repository.branches[branch]])
            for line in request.body.splitlines():
                self._apply(files, **json.loads(line))
            revision = repository.commit(files, branch)
        return Answer({"success": True, "commitOid": revision, "commitUrl": f"{self.url}/{repo_id}/commit/{revision}"})

    # Listings and downloads

    @endpoint("GET", f"/api/models/{_REPO}(?:/revision/{_REF})?")
    def _model_info(self, _: Request, repo_id: str, revision: str) -> Answer:
        repository = self._repository(repo_id)
        commit = repository.find(revision or "main")
        siblings = [{"rfilename": path} for path in repository.commits[commit]]
        return Answer(
            {"_id": repo_id, "id": repo_id, "sha": commit, "private": False, "tags": [], "siblings": siblings}
        )

    @endpoint("GET", f"/api/models/{_REPO}/tree/{_REF}(?:/(.+))?")
    def _tree(self, _: Request, repo_id: str, revision: str, folder: str) -> Answer:
        repository = self._repository(repo_id)
        files = repository.commits[repository.find(revision)]
        start = f"{folder}/" if folder else ""
        return Answer([entry.listing(path) for path, entry in files.items() if path.startswith(start)])

    @endpoint("POST", f"/api/models/{_REPO}/paths-info/{_REF}")
    def _paths_info(self, request: Request, repo_id: str, revision: str) -> Answer:
        repository = self._repository(repo_id)
        files = repository.commits[repository.find(revision)]
        paths = parse_qs(request.body.decode())["paths"]
        return Answer([files[path].listing(path) for path in paths if path in files])

    @endpoint("GET HEAD", f"/{_REPO}/resolve/{_REF}/(.+)")
    def _resolve(self, request: Request, repo_id: str, revision: str, path: str) -> Answer:
        if refusal := self._refusal(token="Authorization" in request.headers):
            return refusal
        repository = self._repository(repo_id)
        commit = repository.find(revision)
        entry = repository.commits[commit].get(path)
        if entry is None:
            raise HubError(404, "EntryNotFound", **{"X-Repo-Commit": commit})
        headers = {"ETag": f'"{entry.etag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        if entry.large:
            headers |= {"X-Linked-ETag": headers["ETag"], "X-Linked-Size": str(entry.size)}
        whole = Answer(self._blob(entry.sha256).read_bytes(), headers=headers)
        if request.method == "HEAD":
            return whole
        return self._spoil(_from_range(whole, request.headers.get("Range")))

    def _refusal(self, *, token: bool) -> Answer | None:
        """Return what is answered in place of a file, as the fault says.

        The Hub's headers are those that huggingface_hub reads, and that people quote in its issues.
        """
        page, html = b"<!DOCTYPE html><title>Welcome</title>Log in to use this network.", {"Content-Type": "text/html"}
        match self.fault:
            case Fault.UNAVAILABLE:
                raise HubError(503)
            case Fault.GATED:
                raise HubError(403 if token else 401, "GatedRepo")
            case Fault.EXPIRED if token:
                raise HubError(401, **{"X-Error-Message": 'User Access Token "for tests" is expired'})
            case Fault.WRONG_TOKEN if token:
                raise HubError(401, **{"X-Error-Message": "Invalid credentials in Authorization header"})
            case Fault.NO_RIGHT:
                raise HubError(403, **{"X-Error-Message": "Your token may not read this"})
            case Fault.BUSY:
                raise HubError(429)
            case Fault.LOGIN_PAGE:
                return Answer(page, headers=html)
            case Fault.LOGIN_BARRED:
                return Answer(page, 511, headers=html)
            case Fault.LOGIN_ELSEWHERE:
                return Answer(
                    page, 302, headers=html | {"Location": f"{self.url.replace('127.0.0.1', 'localhost')}/login"}
                )
        return None

    def _spoil(self, answer: Answer) -> Answer:
        """Do to a download what the fault says."""
        body, half = answer.body, answer.body[: len(answer.body) // 2]
        if self.fault is Fault.CORRUPT:
            return replace(answer, body=bytes([body[0] ^ 1]) + body[1:])
        if self.fault is Fault.TRUNCATE:
            return replace(answer, body=half)
        if self.fault is Fault.STALL:
            return replace(answer, body=half, length=len(body), stall=True)
        if self.fault is Fault.CUT:
            self.fault = None
            return replace(answer, body=half, length=len(body))
        return answer

    # Storage

    def _repository(self, repo_id: str) -> Repository:
        if repo_id not in self.repositories:
            raise HubError(404, "RepoNotFound")
        return self.repositories[repo_id]

    def _blob(self, sha256: str) -> Path:
        return self.folder / sha256

    def _store(self, data: bytes, *, large: bool) -> Entry:
        digest = hashlib.sha256(data).hexdigest()
        self._blob(digest).write_bytes(data)
        return Entry(digest, len(data), hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest(), large)

    def _upload_to(self, oid: str) -> dict[str, Any]:
        return {"upload": {"href": f"{self.url}/lfs/{oid}"}}

    def _add_reference(self, repository: Repository, references: dict[str, str], name: str, revision: str) -> Answer:
        with self._lock:
            if name in references:
                raise HubError(409)
            references[name] = repository.find(revision)
        return Answer({})

    def _apply(self, files: Files, key: str, value: dict[str, Any]) -> None:
        """Carry out one line of a commit."""
        if key == "file":
            files[value["path"]] = self._store(base64.b64decode(value["content"]), large=False)
        elif key == "lfsFile":
            files[value["path"]] = self._store(self._blob(value["oid"]).read_bytes(), large=True)
        elif key in {"deletedFile", "deletedFolder"}:
            gone = [path for path in files if path == value["path"] or path.startswith(f"{value['path'].rstrip('/')}/")]
            for path in gone:
                del files[path]


def _is_large(path: str, size: int) -> bool:
    return size > LARGE_BYTES or path.endswith(LARGE_SUFFIXES)


def _references(prefix: str, references: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "ref": prefix + name, "targetCommit": commit} for name, commit in references.items()]


def _upload_mode(file: dict[str, Any], present: Entry | None) -> dict[str, Any]:
    """Say how a file is to be uploaded; the oid of the present one lets the client leave out what has not changed."""
    mode = "lfs" if _is_large(file["path"], file["size"]) else "regular"
    return {"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": present.etag if present else None}


def _from_range(answer: Answer, wanted: str | None) -> Answer:
    """Cut an answer to an open range, ``bytes=N-``; without one it stays whole."""
    match = re.fullmatch(r"bytes=(\d+)-", wanted or "")
    if match is None:
        return answer
    start, size = int(match[1]), len(answer.body)
    if start >= size:
        raise HubError(416)
    headers = answer.headers | {"Content-Range": f"bytes {start}-{size - 1}/{size}"}
    return replace(answer, body=answer.body[start:], status=206, headers=headers)


class _HttpServer(ThreadingHTTPServer):
    """The sockets and threads under a `HubServer`; closing it leaves none behind."""

    daemon_threads = False

    def __init__(self, address: tuple[str, int], hub: HubServer):
        super().__init__(address, _Handler)
        self.hub = hub
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, lets the Hub answer it, writes the answer."""

    protocol_version = "HTTP/1.1"
    server: _HttpServer

    def _serve(self) -> None:
        address = urlsplit(self.path)
        request = Request(self.command, self.headers, parse_qs(address.query), self._body())
        try:
            answer = self.server.hub.answer(request, address.path)
        except HubError as error:
            codes = {"X-Error-Code": error.code, "X-Error-Message": error.code} if error.code else {}
            answer = Answer({"error": error.code or "refused"}, error.status, codes | error.more)
        with contextlib.suppress(ConnectionError):  # the client may have gone
            self._write(answer)

    do_GET = do_HEAD = do_POST = do_PUT = _serve  # noqa: N815 -- the names that http.server looks for

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _write(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content) if answer.length is None else answer.length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.content)
        self.close_connection = self.close_connection or answer.length is not None
        if answer.stall:
            self.server.hub.closing.wait(timeout=60)

    def log_message(self, *_: object) -> None:
        """Keep quiet: `HubServer.requests` is the log."""
