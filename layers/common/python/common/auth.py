"""Who did it, and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from common.errors import Forbidden, Unauthenticated


class Group(StrEnum):
    """Cognito groups. An administrator may do everything."""

    ADMIN = "admin"
    STAFF = "staff"
    SUPPORT = "support"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Actor:
    """Written into every history item. kind: staff | mall | system | rule | timer."""

    kind: str
    id: str
    name: str = ""

    def to_dict(self) -> dict[str, str]:
        return {"kind": self.kind, "id": self.id, "name": self.name}


SYSTEM = Actor("system", "banto", "Banto")
TIMER = Actor("timer", "banto", "Banto")


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in person and the groups of the token."""

    id: str
    name: str
    groups: frozenset[Group]

    @property
    def actor(self) -> Actor:
        return Actor("staff", self.id, self.name)

    def require(self, *allowed: Group) -> None:
        """Raises Forbidden unless the caller is in one of `allowed`, or an administrator."""
        if Group.ADMIN in self.groups or self.groups & set(allowed):
            return
        names = ", ".join(dict.fromkeys((*allowed, Group.ADMIN)))
        raise Forbidden(f"This needs one of the groups: {names}. Ask an administrator.")


def caller_of(claims: Mapping[str, Any]) -> Caller:
    """The caller of an access token's claims. Raises Unauthenticated without a subject.

    API Gateway hands `cognito:groups` over as the text `[admin staff]`, other verifiers as a list.
    """
    subject = str(claims.get("sub") or "")
    if not subject:
        raise Unauthenticated("The token names nobody.")
    raw = claims.get("cognito:groups") or ()
    # A group may be named `x,admin` or `not.admin`: only a whole word is a group of ours.
    names = raw.removeprefix("[").removesuffix("]").split() if isinstance(raw, str) else list(raw)
    groups = frozenset(group for group in Group if group.value in names)
    return Caller(subject, str(claims.get("username") or subject), groups)
