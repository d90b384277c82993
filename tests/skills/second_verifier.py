"""A second verifier of badges, which shares no code with qtrain or openbadgeslib: `cryptography` and `pyld` only.

The contexts are the published ones, by their SHA-256.
"""

import base64
import hashlib
import json
from importlib.resources import files

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from pyld import jsonld

CONTEXTS = {
    "https://www.w3.org/ns/credentials/v2": (
        "credentials-v2.json",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": (
        "ob-v3p0-context-3.0.3.json",
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": (
        "ob-v3p0-extensions.json",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
}
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def load(url, options=None):
    """A context from the disk; any other address is an error."""
    name, digest = CONTEXTS[url]
    content = files("openbadgeslib.ob3.contexts").joinpath(name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest
    return {"contextUrl": None, "documentUrl": url, "document": json.loads(content), "tag": "static"}


def base58(text):
    number = 0
    for letter in text:
        number = number * 58 + ALPHABET.index(letter)
    return number.to_bytes(64, "big")


def hashed(document):
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": load}
    return hashlib.sha256(jsonld.normalize(document, options).encode()).digest()


def accepts_document(text, key: bytes) -> bool:
    """Whether the JSON is signed by this Ed25519 key (32 bytes), by eddsa-rdfc-2022."""
    try:
        document = json.loads(text)
        proof = document.pop("proof")
        value = proof.pop("proofValue")
        if (proof["type"], proof["cryptosuite"], proof["proofPurpose"]) != (
            "DataIntegrityProof",
            "eddsa-rdfc-2022",
            "assertionMethod",
        ):
            return False
        signed = hashed({"@context": document["@context"], **proof}) + hashed(document)
        if value[0] != "z":
            return False
        Ed25519PublicKey.from_public_bytes(key).verify(base58(value[1:]), signed)
        return True
    except (ValueError, KeyError, IndexError, TypeError, OverflowError, AttributeError, InvalidSignature):
        return False
    except jsonld.JsonLdError:
        return False


def accepts_token(text, modulus: int) -> bool:
    """Whether the token is signed by this RSA key, by RS256."""
    try:
        parts = text.split(".")
        header, payload, signature = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in parts)
        rejoined = [base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (header, payload, signature)]
        if rejoined != parts or json.loads(header)["alg"] != "RS256":
            return False
        public = RSAPublicNumbers(65537, modulus).public_key()
        public.verify(signature, ".".join(parts[:2]).encode(), PKCS1v15(), SHA256())
        told = json.loads(payload)
        return told["iss"] == told["issuer"]["id"] and told["jti"] == told["id"]
    except (ValueError, KeyError, TypeError, InvalidSignature):
        return False
