"""What a file says of itself that PDF/A-3a and PDF/UA-1 ask for, as JSON: structure.py FILE. No substitute for veraPDF, which `./test --long` runs."""

import json
import re
import sys

from pyhanko.pdf_utils.generic import Dereferenceable
from pyhanko.pdf_utils.reader import PdfFileReader

with open(sys.argv[1], "rb") as file:
    reader = PdfFileReader(file)
    root = reader.root
    fonts, annotations, filters = [], [], set()
    for page in range(int(root["/Pages"]["/Count"])):
        reference = reader.find_page_for_modification(page)[0]
        page = reference.get_object()
        for font in page["/Resources"]["/Font"].values() if "/Font" in page["/Resources"] else []:
            font = font.get_object() if isinstance(font, Dereferenceable) else font
            below = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
            fonts.append(
                {
                    "embedded": any(it in below["/FontDescriptor"] for it in ("/FontFile", "/FontFile2", "/FontFile3")),
                    "unicode": "/ToUnicode" in font,
                }
            )
        for annotation in page.get("/Annots", []):
            annotation = annotation.get_object()
            annotations.append(
                {
                    "kind": annotation["/Subtype"],
                    "flags": int(annotation["/F"]),
                    "rectangle": [float(it) for it in annotation["/Rect"]],
                    "tagged": "/StructParent" in annotation,
                    "tabs": page.get("/Tabs"),
                }
            )
    xmp = root["/Metadata"].data.decode()
    print(
        json.dumps(
            {
                "part": re.search(r"<pdfaid:part>(.)<", xmp)[1],
                "conformance": re.search(r"<pdfaid:conformance>(.)<", xmp)[1],
                "ua": re.search(r"<pdfuaid:part>(.)<", xmp)[1],
                "intent": root["/OutputIntents"][0]["/S"],
                "profile": len(root["/OutputIntents"][0]["/DestOutputProfile"].data) > 0,
                "language": root["/Lang"],
                "marked": bool(root["/MarkInfo"]["/Marked"]),
                "structure": "/StructTreeRoot" in root,
                "title_shown": bool(root["/ViewerPreferences"]["/DisplayDocTitle"]),
                "flags": int(root["/AcroForm"]["/SigFlags"]) if "/AcroForm" in root else 0,
                "encrypted": reader.encrypted,
                "identifier": len(reader.trailer["/ID"]),
                "fonts": fonts,
                "annotations": annotations,
            }
        )
    )
