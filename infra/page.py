"""The admin page as it is deployed: plain Python, no CDK, no build step.

Everything but index.html goes into a folder named after its content, `/v/<hash>/`, and may be
kept by browsers for ever; index.html names that folder, and is asked for each time. Modules
import one another by relative addresses, so only index.html has to be touched.
"""

import hashlib
import re
from pathlib import Path

from infra.bundle import ROOT

ADMIN = ROOT / "admin"
INDEX = "index.html"

# Globs of what stays here: types and notes are for us, index.html is deployed on its own.
LEFT_OUT = ("*.d.ts", "*.md", ".*", INDEX)

_ADDRESS = re.compile(r'(\b(?:src|href)=")(?:\./)?([\w-][^":]*")')


def version(admin: Path = ADMIN) -> str:
    """A short hash of every file."""
    digest = hashlib.sha256()
    for path in sorted(p for p in admin.rglob("*") if p.is_file()):
        digest.update(f"\0{path.relative_to(admin).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def index_html(folder: str, admin: Path = ADMIN) -> str:
    """index.html with its relative addresses led into `folder` (such as `v/1a2b`)."""
    html = (admin / INDEX).read_text(encoding="utf-8")
    return _ADDRESS.sub(rf"\g<1>/{folder}/\g<2>", html)
