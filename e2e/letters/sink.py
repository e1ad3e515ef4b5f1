"""A real SMTP server that keeps what it is sent: one JSON object a line on standard output.

  sink.py PORT [--certificate CHAIN KEY] [--user NAME PASSWORD] [--hold FILE]

`--hold`: while FILE exists, a letter is written down and its answer never comes. Ends with standard input.
"""

import argparse
import asyncio
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

arguments = argparse.ArgumentParser()
arguments.add_argument("port", type=int)
arguments.add_argument("--certificate", nargs=2)
arguments.add_argument("--user", nargs=2)
arguments.add_argument("--hold")
arguments = arguments.parse_args()


def say(**told):
    print(json.dumps(told), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return f"550 5.1.1 <{address}>: no such user here"
        envelope.rcpt_tos.append(address)
        return "250 yes"

    async def handle_DATA(self, server, session, envelope):
        say(
            to=envelope.rcpt_tos,
            sender=envelope.mail_from,
            tls=session.ssl is not None,
            user=bool(session.authenticated),
            message=envelope.content.decode("utf-8"),
        )
        if arguments.hold and os.path.exists(arguments.hold):
            await asyncio.Event().wait()
        return "250 kept"


def authenticate(server, session, envelope, mechanism, data):
    name, password = (it.encode() for it in arguments.user)
    # Not handled: the refusal is still to be said.
    return AuthResult(success=data.login == name and data.password == password, handled=False)


def serve():
    tls = None
    if arguments.certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*arguments.certificate)
    more = {}
    if arguments.user:
        more = {"authenticator": authenticate, "auth_required": True, "auth_require_tls": tls is not None}
    return SMTP(Handler(), tls_context=tls, require_starttls=tls is not None, hostname="localhost", **more)


async def main():
    loop = asyncio.get_running_loop()
    await loop.create_server(serve, "127.0.0.1", arguments.port)
    say(ready=True)
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main())
