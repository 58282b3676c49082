"""python3 sign-token.py KEY USER: prints a token for an hour, signed with a shared secret."""
import base64
import hashlib
import hmac
import json
import pathlib
import sys
import time


def encode(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


key_file, user = sys.argv[1:]
secret = pathlib.Path(key_file).read_bytes().removesuffix(b"\n")
now = int(time.time())
header = {"alg": "HS256", "kid": "shared"}
claims = {
    "iss": "shop", "aud": "tidings", "sub": user, "iat": now, "exp": now + 3600,
    "tidings": {"subscribe": ["topic:shop.#"]},
}
text = ".".join(encode(json.dumps(part).encode()) for part in (header, claims))
print(text + "." + encode(hmac.new(secret, text.encode(), hashlib.sha256).digest()))
