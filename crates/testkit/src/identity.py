"""A real identity provider (oidc-provider-mock, on Authlib) for one test. Writes its port, then answers until it is killed."""

import logging

from oidc_provider_mock import app
from werkzeug.serving import make_server

logging.getLogger("werkzeug").setLevel(logging.ERROR)
logging.getLogger("oidc_provider_mock").setLevel(logging.CRITICAL)
server = make_server("127.0.0.1", 0, app(require_client_registration=True, require_nonce=True), threaded=True)
print(server.server_port, flush=True)
server.serve_forever()
