"""Authlib, unmodified: a pushed request (its session authenticates the push), a refresh, a revocation."""

import json
import os
import subprocess
from urllib.parse import urlencode

from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import jwt
from authlib.oidc.core import CodeIDToken

ISSUER, CLIENT_ID, REDIRECT_URI = (os.environ[name] for name in ("ISSUER", "CLIENT_ID", "REDIRECT_URI"))
session = OAuth2Session(
    CLIENT_ID,
    os.environ["CLIENT_SECRET"],
    scope="openid profile offline_access",
    redirect_uri=REDIRECT_URI,
    token_endpoint_auth_method="client_secret_basic",
)
ca = {"verify": os.environ.get("REQUESTS_CA_BUNDLE", True)}
metadata = session.get(f"{ISSUER}/.well-known/openid-configuration", withhold_token=True, **ca).json()
keys = session.get(metadata["jwks_uri"], withhold_token=True, **ca).json()


def claims(token):
    verified = jwt.decode(token["id_token"], keys, claims_cls=CodeIDToken)
    verified.validate()
    return verified


uri, _ = session.create_authorization_url(
    metadata["authorization_endpoint"], nonce="the-nonce", acr_values=os.environ["ACR_VALUES"]
)
pushed = session.post(
    metadata["pushed_authorization_request_endpoint"],
    data=uri.split("?", 1)[1],
    headers={"Content-Type": "application/x-www-form-urlencoded"},
    auth=session.client_auth("client_secret_basic"),
    withhold_token=True,
    **ca,
)
assert pushed.status_code == 201, pushed.text
reference = {"client_id": CLIENT_ID, "request_uri": pushed.json()["request_uri"]}
start = metadata["authorization_endpoint"] + "?" + urlencode(reference)
ended = subprocess.run(
    ["node", os.environ["LOGIN"], start, REDIRECT_URI], check=True, capture_output=True, text=True
).stdout.strip()
token = session.fetch_token(metadata["token_endpoint"], authorization_response=ended, **ca)
refreshed = session.refresh_token(metadata["token_endpoint"], refresh_token=token["refresh_token"], **ca)
ask = {"token": refreshed["access_token"], **ca}
before = session.introspect_token(metadata["introspection_endpoint"], **ask).json()["active"]
session.revoke_token(metadata["revocation_endpoint"], token=token["refresh_token"], **ca)
after = session.introspect_token(metadata["introspection_endpoint"], **ask).json()["active"]
print(
    json.dumps(
        {
            "pushed": reference["request_uri"],
            "parameters": sorted(reference),
            "claims": claims(token),
            "refreshed": claims(refreshed),
            "before": before,
            "after": after,
        }
    )
)
