"""How the numbers of a briefing are tied to their rows, kept in the file itself.

The record is JSON, packed into custom properties of the document: the one place that office
programs keep as it is, through saving and through editing. Each holds at most 250 letters, as
many as such programs take.
"""

import base64
import json
import re
import zipfile
import zlib
from io import BytesIO

from lxml import etree

from hg_analysis.briefings.content import Text

_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_NAME = "/docProps/custom.xml"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORM = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of every custom property
_LONG = 250


class Record:
    """What a briefing says and which rows its numbers come from.

    Attributes
    ----------
    language : {"en", "vi"}
    texts : list of [where, plain, keys]
        ``where`` names a slide as its number, as text, and is "" in documents; ``plain`` is the
        text as written; keys are ``[start, end, key]`` of each number.
    """

    def __init__(self, language, texts=()):
        self.language, self.texts = language, [*texts]

    def add(self, text, where=""):
        """Remember a text of the briefing; return it as written."""
        self.texts.append([where, text.plain, [list(key) for key in text.keys]])
        return text.plain

    def line(self, texts, where=""):
        """Remember the cells of a line of a table as one text, with bars between them."""
        self.add(Text.joined(texts, " | "), where)

    def store(self, package, part):
        """Put the record into a package of python-pptx or python-docx.

        Parameters
        ----------
        package
            ``presentation.part.package`` or ``document.part.package``.
        part : callable
            Called as ``part(name, content_type, blob)``; makes a part of that package.
        """
        told = json.dumps([self.language, self.texts], ensure_ascii=False, separators=(",", ":"))
        packed = base64.b64encode(zlib.compress(told.encode(), 9)).decode()
        root = etree.Element(
            f"{{{_PROPERTIES}}}Properties", nsmap={None: _PROPERTIES, "vt": _VALUES}
        )
        for number, at in enumerate(range(0, len(packed), _LONG)):
            about = {"fmtid": _FORM, "pid": str(number + 2), "name": f"hg-analysis-{number:04}"}
            held = etree.SubElement(root, f"{{{_PROPERTIES}}}property", about)
            etree.SubElement(held, f"{{{_VALUES}}}lpwstr").text = packed[at : at + _LONG]
        blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
        package.relate_to(part(_NAME, _TYPE, blob), _RELATION)

    @classmethod
    def read(cls, package):
        """Return the record of an opened file, None where it holds none or a broken one."""
        for relation in package.iter_rels() if hasattr(package, "iter_rels") else ():
            if relation.reltype == _RELATION and not relation.is_external:
                root = etree.fromstring(relation.target_part.blob)
                held = {each.get("name"): "".join(each.itertext()) for each in root}
                pieces = [held[n] for n in sorted(held) if re.fullmatch(r"hg-analysis-\d+", n)]
                try:
                    told = json.loads(zlib.decompress(base64.b64decode("".join(pieces))))
                    return cls(*told) if pieces else None
                except (ValueError, zlib.error):
                    return None
        return None


def same_bytes(blob):
    """Write an Office file again so that it tells no time: every entry of 1 January 1980."""
    again = BytesIO()
    with zipfile.ZipFile(BytesIO(blob)) as old, zipfile.ZipFile(again, "w") as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED, 9)
    return again.getvalue()
