"""The page folds as the server does: admin/lib/search.js on the same vectors, in Node."""

import json
import shutil
import subprocess

import pytest

from common.search import fold
from tests.conftest import ROOT

MODULE = ROOT / "admin" / "lib" / "search.js"
VECTORS = json.loads((ROOT / "tests" / "common" / "search_vectors.json").read_text("utf-8"))
# Latin, Greek, Cyrillic, kana, CJK marks and compatibility forms: what people type here.
BLOCKS = (
    *((0x20, 0x250), (0x370, 0x530), (0x2000, 0x2070), (0x2160, 0x2180), (0x2460, 0x2500)),
    *((0x3000, 0x3400), (0xF900, 0xFB00), (0xFF00, 0xFFF0), (0x4E00, 0x4F00)),
)
# JavaScript has no casefold, and takes the dotless i of Turkish for an i.
LETTERS = [chr(n) for first, end in BLOCKS for n in range(first, end) if chr(n) != "ı"]

pytestmark = pytest.mark.skipif(
    not (MODULE.exists() and shutil.which("node")), reason="no admin/lib/search.js or no node"
)


def folded(texts: list[str]) -> list[str]:
    script = (
        f"import {{ fold }} from {json.dumps(MODULE.as_uri())};"
        "const chunks = []; for await (const c of process.stdin) chunks.push(c);"
        "const texts = JSON.parse(Buffer.concat(chunks).toString());"
        "process.stdout.write(JSON.stringify(texts.map(fold)));"
    )
    run = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
    )
    found: list[str] = json.loads(run.stdout)
    return found


def test_the_page_folds_every_vector_as_the_server_does() -> None:
    assert folded([vector["in"] for vector in VECTORS]) == [vector["out"] for vector in VECTORS]


def test_the_page_folds_every_letter_people_type_here_as_the_server_does() -> None:
    here = dict(zip(LETTERS, folded(LETTERS), strict=True))

    assert {char: out for char, out in here.items() if out != fold(char)} == {}
