"""How the numbers of a briefing are tied to their rows, kept in the file itself.

The record is JSON, packed into custom properties of the document: the one place that office
programs keep as it is, through saving and through editing. Each holds at most 250 letters, as
many as such programs take.
"""

import base64
import errno
import json
import re
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from hg_analysis.briefings.content import Text
from hg_analysis.words import LANGUAGES

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
                try:
                    root = etree.fromstring(relation.target_part.blob)
                    held = {each.get("name", ""): "".join(each.itertext()) for each in root}
                    pieces = [held[n] for n in sorted(held) if re.fullmatch(r"hg-analysis-\d+", n)]
                    told = json.loads(zlib.decompress(base64.b64decode("".join(pieces))))
                    language, texts = told
                    texts = [[at, text, [[*key] for key in keys]] for at, text, keys in texts]
                    return cls(language, texts) if language in LANGUAGES else None
                except (ValueError, TypeError, zlib.error, etree.XMLSyntaxError):
                    return None
        return None


def opened(path):
    """Open a presentation or a document.

    Parameters
    ----------
    path : pathlib.Path
        Ends in .pptx or .docx.

    Raises
    ------
    OSError
        Where there is none, or it is another file, broken, or locked by a password.
    """
    from docx import Document
    from pptx import Presentation

    form = path.suffix.lower()
    if form not in (".pptx", ".docx"):
        raise OSError(errno.EINVAL, "neither a .pptx nor a .docx file; save it as one", str(path))
    with path.open("rb") as file:
        locked = file.read(4) == b"\xd0\xcf\x11\xe0"
    if locked:
        said = f"locked by a password, or of an old form; save it without one as {form}"
        raise OSError(errno.EINVAL, said, str(path))
    try:
        return (Presentation if form == ".pptx" else Document)(path)
    except Exception:  # a file can hold anything, and the libraries fail on it in many ways
        said = f"broken, or no {form} file; open it in an office program and save it anew"
        raise OSError(errno.EINVAL, said, str(path)) from None


def same_bytes(blob):
    """Return an office file that is the same for the same content: no clock in its parts."""
    with ZipFile(BytesIO(blob)) as old, ZipFile(content := BytesIO(), "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), ZIP_DEFLATED)
    return content.getvalue()
