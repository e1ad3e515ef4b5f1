"""How long it takes to set a document and to seal it: an order and a declaration of two pages each, and eleven pages of everything
that is hard to set. Each has to take less than half a second.

Makes a certificate with openssl, starts the example `specimen` and prints what it measured. Ends with status 1 when one is slower.

    cargo build --release -p documents --example specimen
    python3 bench/documents.py target/release/examples/specimen
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import time

LIMIT = 500.0

specimen = pathlib.Path(sys.argv[1]).resolve()
with tempfile.TemporaryDirectory() as folder:
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    words += ["-subj", "/O=Bench/CN=Seal", "-keyout", "key.pem", "-out", "seal.pem"]
    words += ["-addext", "keyUsage=critical,digitalSignature"]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    words = [specimen, "out", "seal.pem", "key.pem", str(int(time.time()) + 1)]
    said = subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    slow = False
    for name, size, took in re.findall(r"^(\S+) (\d+) bytes, ([\d.]+) ms$", said, re.MULTILINE):
        slow |= float(took) >= LIMIT
        print(f"{name:14} {int(size) // 1024:4} KiB {float(took):8.1f} ms")
    sys.exit(1 if slow else 0)
