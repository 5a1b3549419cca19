"""A mail server that does what a test tells it: what it answers next stands in `answers`, what it took in `mail`."""

import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

FOLDER, PORT, USER, PASSWORD = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]


def answer():
    """The next answer that was asked for; `ok` when there is none left."""
    path = os.path.join(FOLDER, "answers")
    with open(path, encoding="utf-8") as file:
        first, *rest = file.read().split() or ["ok"]
    with open(path, "w", encoding="utf-8") as file:
        file.write(" ".join(rest))
    return first


class Handler:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.told = answer()
        if self.told.startswith("rcpt:"):
            code = self.told.split(":")[1]
            return f"{code} <{address}> is not wanted here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        told = self.told
        if told == "drop":
            server.transport.abort()
            return "421 gone"
        if told not in ("ok", "take-and-drop"):
            return f"{told} not now, {envelope.rcpt_tos[0]}"
        Handler.count += 1
        name = os.path.join(FOLDER, "mail", f"{Handler.count:06}")
        with open(name + ".part", "w", encoding="utf-8") as file:
            told_by = envelope.original_content.decode("utf-8")
            json.dump({"from": envelope.mail_from, "to": envelope.rcpt_tos, "data": told_by}, file)
        os.rename(name + ".part", name)
        if told == "take-and-drop":
            server.transport.abort()
        return "250 taken"


def check(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def protection():
    """What TLS is spoken with, where a certificate was put into the folder."""
    certificate = os.path.join(FOLDER, "server.pem")
    if not os.path.exists(certificate):
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, os.path.join(FOLDER, "server.key"))
    return context


PROTECTION = protection()
AT_ONCE = os.path.exists(os.path.join(FOLDER, "at-once"))


def serve():
    login = {"authenticator": check, "auth_required": True, "auth_require_tls": False} if USER else {}
    later = {"tls_context": PROTECTION, "require_starttls": True} if PROTECTION and not AT_ONCE else {}
    return SMTP(Handler(), hostname="mail.example.test", enable_SMTPUTF8=True, **login, **later)


async def main():
    at_once = PROTECTION if AT_ONCE else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(serve, "127.0.0.1", PORT, reuse_address=True, ssl=at_once)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
