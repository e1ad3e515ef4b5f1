"""What pyHanko says of the seal of each file that is named, as JSON: validate.py ROOT FILE..."""

import json
import logging
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)
root, *files = sys.argv[1:]


def said(name):
    with open(name, "rb") as file:
        reader = PdfFileReader(file)
        (seal,) = reader.embedded_signatures
        context = ValidationContext(trust_roots=[load_cert_from_pemder(root)], allow_fetching=False)
        status = validate_pdf_signature(seal, context)
        stamp = status.timestamp_validity
        return {
            "coverage": seal.evaluate_signature_coverage().name,
            "intact": status.intact,
            "valid": status.valid,
            "trusted": status.trusted,
            "bottom_line": status.bottom_line,
            "attributes": sorted(str(it["type"].native) for it in seal.signer_info["signed_attrs"]),
            "certificates": len(seal.signed_data["certificates"]),
            "stamp": stamp and {"intact": stamp.intact, "valid": stamp.valid, "trusted": stamp.trusted},
        }


print(json.dumps([said(name) for name in files]))
