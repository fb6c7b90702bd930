"""What /api/stock/imports answers: jobs that go on each time they are asked for."""

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.browser.fake_data import Json, minutes_ago
from tests.browser.fake_reply import Problem, Reply, Route, ok

if TYPE_CHECKING:
    from tests.browser.fake_api import Request


# What only the fake knows of a job.
OWN = ("asked", "outcome", "found")


class Imports:
    """Imports of products."""

    def __init__(self) -> None:
        super().__init__()
        self.imports: dict[str, Json] = {}
        #: What the next checked file comes to: clean or errors.
        self.next_import = "clean"
        #: What kind of file the next one turns out to be.
        self.next_kind = "plain"

    def imports_routes(self) -> list[Route]:
        return [
            ("POST", r"/stock/imports", "staff", self.upload),
            ("GET", r"/stock/imports", "", self.list_imports),
            ("GET", r"/stock/imports/([^/]+)", "", self.import_job),
            ("POST", r"/stock/imports/([^/]+)/apply", "staff", self.apply_import),
            ("POST", r"/stock/imports/([^/]+)/undo", "staff", self.undo_import),
            ("GET", r"/stock/exports/(goods|sets|warehouse).csv", "", self.export),
            (
                "GET",
                r"/stock/imports/([^/]+)/errors.csv",
                "",
                lambda _r, _id: (
                    200,
                    "行,列,値,理由\r\n3,売価,千円,整数ではありません\r\n".encode(),
                    {},
                ),
            ),
        ]

    def upload(self, request: "Request") -> Reply:
        id_ = f"imp-{len(self.imports) + 1}"
        name = unquote(request.headers["x-file-name"])
        self.imports[id_] = {
            "id": id_,
            "file_name": name,
            "kind": "plain",
            "state": "CHECKING",
            "reason": "",
            "total": 120,
            "done": 40,
            "created": 0,
            "changed": 0,
            "unchanged": 0,
            "errors_count": 0,
            "undone": 0,
            "kept": 0,
            "encoding": "cp932",
            "created_at": minutes_ago(0),
            "actor": {"kind": "staff", "id": "u-1", "name": "佐藤 花"},
            "rows": [],
            "errors": [],
            "asked": 0,
            "outcome": self.next_import,
            "found": self.next_kind,
        }
        return ok({"id": id_}, HTTPStatus.ACCEPTED)

    def list_imports(self, request: "Request") -> Reply:
        """Newest first, in pages."""
        known, start = list(self.imports.values())[::-1], int(request.query.get("next") or 0)
        end = start + int(request.query["limit"])
        rows = [
            {name: value for name, value in job.items() if name not in (*OWN, "rows", "errors")}
            for job in known[start:end]
        ]
        return ok({"items": rows, "next": str(end) if end < len(known) else None})

    def import_job(self, _request: "Request", id_: str) -> Reply:
        if id_ not in self.imports:
            raise Problem(404, "not_found", "There is no such import.")
        job = self.imports[id_]
        job["asked"] += 1
        if job["state"] == "CHECKING" and job["asked"] > 1:
            self._checked(job)
        elif job["state"] == "APPLYING" and job["asked"] > 2:
            job.update(state="DONE", done=job["total"])
        elif job["state"] == "UNDOING" and job["asked"] > 2:
            job.update(state="UNDONE", undone=2, kept=1)
        return ok({name: value for name, value in job.items() if name not in OWN})

    @staticmethod
    def _checked(job: Json) -> None:
        rows = [
            {
                "row": 2,
                "sku": "YUNOMI-AI",
                "action": "change",
                "changes": [
                    {"field": "price", "before": 2200, "after": 2420},
                    {"field": "on_hand", "before": 120, "after": 140},
                ],
            },
            {
                "row": 3,
                "sku": "HASHIOKI-5",
                "action": "create",
                "changes": [
                    {"field": "name", "before": None, "after": "箸置き 五色セット"},
                    {"field": "price", "before": None, "after": 1650},
                ],
            },
            {"row": 4, "sku": "MISO-500", "action": "unchanged", "changes": []},
        ]
        errors = [
            {"row": 5, "column": "売価", "value": "千円", "reason": "整数ではありません"},
            {
                "row": 9,
                "column": "JANコード",
                "value": "49012",
                "reason": "JANコードは8・12・13・14桁の数字です",
            },
        ]
        broken = job["outcome"] == "errors"
        job.update(
            state="READY",
            kind=job["found"],
            done=120,
            total=120,
            created=1,
            changed=1,
            unchanged=118 - 2 * broken,
            rows=rows,
            errors=errors if broken else [],
            errors_count=2 * broken,
        )

    def apply_import(self, _request: "Request", id_: str) -> Reply:
        job = self.imports[id_]
        if job["state"] != "READY" or job["errors_count"]:
            raise Problem(409, "conflict", "この取り込みは今は実行できません。")
        job.update(state="APPLYING", done=60, asked=1)
        return ok({"id": id_}, HTTPStatus.ACCEPTED)

    def undo_import(self, _request: "Request", id_: str) -> Reply:
        job = self.imports[id_]
        if job["state"] not in ("DONE", "APPLYING"):
            detail = "反映した取込、または反映中の取込だけを元に戻せます"
            raise Problem(409, "conflict", detail)
        job.update(state="UNDOING", undone=1, asked=1)
        return ok({"id": id_}, HTTPStatus.ACCEPTED)

    def export(self, request: "Request", kind: str) -> Reply:
        """Three pages of one row each."""
        encoding, n = request.query["encoding"], int(request.query.get("next") or 0)
        if encoding == "cp932" and kind == "sets":
            detail = "Shift_JISで書けない文字「𠮷」があります。文字コードにUTF-8を選んでください"
            raise Problem(409, "conflict", detail)
        bom = "\ufeff" if encoding == "utf-8" else ""
        text = f"{bom}商品コード,商品名\r\nSKU-{n},ソ十表{n}\r\n"
        return 200, text.encode(encoding), {"x-next-page": str(n + 1) if n < 2 else ""}
