"""A bucket server (moto) behind a door that is as strict as Amazon's and does what a test tells it.

The door checks each signature by Amazon's own library, its time and its content. What it does next stands in `answers`, a
word a call: `ok`, a status such as `503`, `drop` to hang up after half of what is sent, `take-and-drop` to do it and hang up.
`put:drop` waits for the next call of that method. While a file `down` is there, it hangs up on everybody.
"""

import base64
import datetime
import hashlib
import io
import json
import os
import re
import socket
import sys
import threading
from urllib.parse import parse_qs, unquote

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3.models import FakeMultipart, s3_backends
from werkzeug.serving import WSGIRequestHandler, make_server

FOLDER, KEY, SECRET, REGION = sys.argv[1:5]
ACCOUNT = "123456789012"
LOCK = threading.Lock()
BEGUN = {}


def begin(self, *given, **named):
    plain_begin(self, *given, **named)
    BEGUN[self.id] = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


# moto says of every upload that it was begun in 2010
plain_begin, FakeMultipart.__init__ = FakeMultipart.__init__, begin


def with_times(answer):
    """A list of uploads with the times at which they were begun."""
    text = b"".join(answer).decode()
    told = lambda upload: re.sub(
        "<Initiated>.*?</Initiated>",
        f"<Initiated>{BEGUN.get(re.search('<UploadId>(.*?)</UploadId>', upload[0])[1], '')}</Initiated>",
        upload[0],
    )
    # both times are of one length, so the length that was told stays right
    return [re.sub("<Upload>.*?</Upload>", told, text, flags=re.S).encode()]


def answer(method):
    path = os.path.join(FOLDER, "answers")
    with LOCK:
        with open(path, encoding="utf-8") as file:
            words = file.read().split()
        if not words:
            return "ok"
        whose, colon, word = words[0].partition(":")
        if colon and whose.upper() != method:
            return "ok"
        with open(path, "w", encoding="utf-8") as file:
            file.write(" ".join(words[1:]))
        return word if colon else words[0]


def ahead():
    """By how many seconds a test wants this server's clock to be ahead."""
    try:
        with open(os.path.join(FOLDER, "ahead"), encoding="utf-8") as file:
            return int(file.read() or 0)
    except FileNotFoundError:
        return 0


def refused(environ, body):
    """Why the call is not let in: a status, a code and more; nothing when it is."""
    given = environ.get("HTTP_AUTHORIZATION", "")
    if not given.startswith("AWS4-HMAC-SHA256 "):
        return 403, "AccessDenied", ""
    parts = dict(part.strip().split("=", 1) for part in given.split(" ", 1)[1].split(","))
    key, day, region, _, _ = parts["Credential"].split("/")
    if key != KEY:
        return 403, "InvalidAccessKeyId", ""
    if region != REGION:
        return 400, "AuthorizationHeaderMalformed", f"<Region>{REGION}</Region>"
    moment = environ["HTTP_X_AMZ_DATE"]
    at = datetime.datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if abs((datetime.datetime.now(datetime.timezone.utc) - at).total_seconds() + ahead()) > 900:
        return 403, "RequestTimeTooSkewed", ""
    if environ["HTTP_X_AMZ_CONTENT_SHA256"] != hashlib.sha256(body).hexdigest():
        return 400, "XAmzContentSHA256Mismatch", ""
    query = environ.get("QUERY_STRING", "")
    url = f"http://{environ['HTTP_HOST']}{environ['RAW_URI'].split('?')[0]}" + (f"?{query}" if query else "")
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=url, data=body)
    for name in parts["SignedHeaders"].split(";"):
        request.headers[name] = environ.get("HTTP_" + name.upper().replace("-", "_"), "")
    request.context["timestamp"] = moment
    request.context["signing"] = {}
    auth = S3SigV4Auth(Credentials(KEY, SECRET), "s3", REGION)
    signed = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    for name in environ:
        sent = name[5:].lower().replace("_", "-")
        if name.startswith("HTTP_X_AMZ_") and sent not in parts["SignedHeaders"].split(";"):
            return 403, "AccessDenied", ""
    return None if signed == parts["Signature"] else (403, "SignatureDoesNotMatch", "")


def everything():
    found = []
    for name, bucket in s3_backends[ACCOUNT]["aws"].buckets.items():
        for key, versions in bucket.keys.lists():
            for version in versions:
                value = version.value if hasattr(version, "value") else b""
                about = json.dumps(dict(getattr(version, "metadata", {})))
                found.append([f"{name}/{key}", base64.b64encode(value).decode(), about])
        for upload in bucket.multiparts.values():
            for part in upload.parts.values():
                found.append([f"{name}/{upload.key_name} (part)", base64.b64encode(part.value).decode(), ""])
    return found


def ask(query):
    """What a test asks of the server itself."""
    backend = s3_backends[ACCOUNT]["aws"]
    words = {name: values[0] for name, values in parse_qs(query).items()}
    if "make" in words:
        bucket = backend.create_bucket(words["make"], REGION)
        if words.get("keep") == "versions":
            backend.put_bucket_versioning(words["make"], "Enabled")
        if words.get("keep") == "locked":
            backend.put_bucket_versioning(words["make"], "Enabled")
            bucket.object_lock_enabled = True
            bucket.default_lock_mode, bucket.default_lock_days = "COMPLIANCE", 1
        return []
    return everything()


class Door:
    def __init__(self, inside):
        self.inside = inside

    def __call__(self, environ, start):
        sock = environ["werkzeug.socket"]
        if environ["PATH_INFO"] == "/_test":
            out = json.dumps(ask(environ.get("QUERY_STRING", ""))).encode()
            start("200 OK", [("Content-Length", str(len(out)))])
            return [out]
        if os.path.exists(os.path.join(FOLDER, "down")):
            return hang_up(sock)
        method = environ["REQUEST_METHOD"]
        told, length = answer(method), int(environ.get("CONTENT_LENGTH") or 0)
        if told == "drop":
            environ["wsgi.input"].read(length // 2)
            return hang_up(sock)
        body = environ["wsgi.input"].read(length)
        if told.isdigit():
            return error(start, int(told), "SlowDown" if told == "503" else "InternalError", "")
        why = refused(environ, body)
        if why:
            return error(start, *why)
        environ["wsgi.input"] = io.BytesIO(body)
        if told == "overwrite":
            # a server that never heard of conditions
            environ.pop("HTTP_IF_NONE_MATCH", None)
        if told == "take-and-drop":
            b"".join(self.inside(environ, lambda *_: None))
            return hang_up(sock)
        if method == "GET" and "uploads=" in environ.get("QUERY_STRING", ""):
            return with_times(self.inside(environ, start))
        return self.inside(environ, start)


def hang_up(sock):
    sock.shutdown(socket.SHUT_RDWR)
    return []


def error(start, status, code, more):
    out = f"<Error><Code>{code}</Code><Message>as told</Message>{more}</Error>".encode()
    start(f"{status} told", [("Content-Length", str(len(out))), ("Content-Type", "application/xml")])
    return [out]


class Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_):
        pass

    def make_environ(self):
        return {**super().make_environ(), "werkzeug.socket": self.connection}

    def connection_dropped(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass


server = make_server(
    "127.0.0.1",
    0,
    Door(DomainDispatcherApplication(create_backend_app)),
    threaded=True,
    request_handler=Quiet,
)
print(server.server_port, flush=True)
sys.stderr = open(os.devnull, "w", encoding="utf-8")
server.serve_forever()
