"""Authlib, unmodified: its Flask integration, registered with the discovery address and credentials alone.

With PRIVATE_KEY (PEM) in place of a secret, it authenticates with its own `private_key_jwt`, as it comes.
"""

import json
import os
import subprocess

from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from flask import Flask, jsonify

ISSUER, REDIRECT_URI = os.environ["ISSUER"], os.environ["REDIRECT_URI"]
app = Flask(__name__)
app.secret_key = os.urandom(32)
oauth = OAuth(app)
# Authlib's own choice: a nonce, and no PKCE unless it is asked for.
client_kwargs = {"scope": "openid profile"}
credentials = {"client_secret": os.environ.get("CLIENT_SECRET")}
if private_key := os.environ.get("PRIVATE_KEY"):
    client_kwargs["token_endpoint_auth_method"] = PrivateKeyJWT.name
    credentials = {"client_secret": private_key, "client_auth_methods": [PrivateKeyJWT()]}
oauth.register(
    "portvakt",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_id=os.environ["CLIENT_ID"],
    client_kwargs=client_kwargs,
    **credentials,
)


@app.get("/login")
def login():
    return oauth.portvakt.authorize_redirect(REDIRECT_URI, acr_values=os.environ["ACR_VALUES"])


@app.get("/callback")
def callback():
    token = oauth.portvakt.authorize_access_token()
    userinfo = oauth.portvakt.userinfo(token=token)
    return jsonify(claims=token["userinfo"], userinfo=userinfo)


browser = app.test_client()
start = browser.get("/login").location
ended = subprocess.run(
    ["node", os.environ["LOGIN"], start, REDIRECT_URI], check=True, capture_output=True, text=True
).stdout.strip()
answer = browser.get("/callback?" + ended.split("?", 1)[1])
assert answer.status_code == 200, answer.text
print(json.dumps(answer.json))
