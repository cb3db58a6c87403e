"""Receives signed webhooks. Python 3.9 or later; no package.

    WEBHOOK_SECRET=whsec_... python3 receiver.py

Python's standard library has no Ed25519. For a whpk_... key (signatures of version v1a) take
Ed25519PublicKey.from_public_bytes(key).verify(signature, signed) of the package "cryptography".
"""

import base64
import binascii
import hashlib
import hmac
import os
import queue
import sys
import threading
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ.get("WEBHOOK_SECRET", "")
PORT = int(os.environ.get("PORT", "8099"))
TOLERANCE_SECONDS = 5 * 60
MAX_BODY_BYTES = 1024 * 1024
MAX_TAKEN = 100_000

if not SECRET.startswith("whsec_"):
    sys.exit("WEBHOOK_SECRET has to be whsec_...")
KEY = base64.b64decode(SECRET[len("whsec_") :])


def is_right(given: str, signed: bytes) -> bool:
    """Whether one signature, such as "v1,<base64>", is right. Other versions are passed over."""
    version, _, text = given.partition(",")
    try:
        signature = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return False
    expected = hmac.new(KEY, signed, hashlib.sha256).digest()
    # Compared in constant time: how long it takes must not tell how much of a guess is right.
    return version == "v1" and hmac.compare_digest(signature, expected)


def is_signed(headers, body: bytes) -> bool:
    """body is the bytes as they came: JSON that is parsed and written again may differ."""
    webhook_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    # An old request may be one that somebody has recorded and sends again.
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    # While a secret is being changed there is a signature of each, with a blank between them.
    signatures = headers.get("webhook-signature", "").split(" ")
    return any(is_right(each, signed) for each in signatures)


# In earnest a unique column of the database that the calls go into: it outlives a restart.
taken: "OrderedDict[str, None]" = OrderedDict()
taken_lock = threading.Lock()
waiting: "queue.Queue[tuple[str, bytes]]" = queue.Queue()


def is_new(webhook_id: str) -> bool:
    """The same webhook comes again when our answer was lost: with the same id."""
    with taken_lock:
        if webhook_id in taken:
            return False
        taken[webhook_id] = None
        if len(taken) > MAX_TAKEN:
            taken.popitem(last=False)
        return True


def work() -> None:
    """Your own work. It comes after the answer: Onhook waits for that no longer than 10 seconds."""
    while True:
        webhook_id, body = waiting.get()
        print(f"took {webhook_id}: {len(body)} bytes", flush=True)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def receive(self) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(int(length))
        if not is_signed(self.headers, body):
            return self.answer(401)
        webhook_id = self.headers["webhook-id"]
        if is_new(webhook_id):
            waiting.put((webhook_id, body))
        self.answer(200)

    do_POST = do_PUT = do_GET = receive

    def log_message(self, *_args) -> None:
        """No line per request: the query of a GET holds what the call holds."""


threading.Thread(target=work, daemon=True).start()
server = ThreadingHTTPServer(("127.0.0.1", PORT), Receiver)
print(f"Listening on http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
