"""What differs between deployments, in one typed place.

A stage gives the defaults. An option may be set for good in cdk.json,

    "context": {"stages": {"prod": {"alarm_email": "ops@example.com"}}}

or for one run with `-c alarm_email=ops@example.com`, which wins.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

STAGES = ("local", "dev", "prod")

# What CloudWatch Logs accepts, as far as it makes sense here.
LOG_DAYS = (1, 3, 7, 14, 30, 60, 90, 180, 365, 400, 731, 1827)


class ConfigError(Exception):
    """An option is unknown or has a value that cannot be meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One deployment. docs/configuration.md explains every field; a test holds the two together.

    Times are days. Optional texts are None when not given.
    """

    stage: str
    region: str = "ap-northeast-1"
    alarm_email: str | None = None
    domain: str | None = None
    certificate_arn: str | None = None
    customer_key: bool = False
    fixed_ip: bool = False
    mail_identity: str | None = None
    amazon_account: str = "437568002678"
    sign_in_prefix: str | None = None
    deliveries_days: int = 30
    imports_days: int = 30
    mails_days: int = 180
    log_days: int = 30
    log_level: str = "INFO"
    port: int = 8080

    def __post_init__(self) -> None:
        if self.stage not in STAGES:
            raise ConfigError(f"stage is {self.stage!r}; it is one of {', '.join(STAGES)}")
        if self.log_days not in LOG_DAYS:
            raise ConfigError(f"log_days is {self.log_days}; CloudWatch Logs takes {LOG_DAYS}")
        if bool(self.domain) != bool(self.certificate_arn):
            raise ConfigError("domain and certificate_arn are given together or not at all")
        if self.fixed_ip and not self.cloud:
            raise ConfigError("fixed_ip needs an AWS account: it is for the stages dev and prod")
        if not (self.amazon_account.isdecimal() and len(self.amazon_account) == 12):
            raise ConfigError("amazon_account is an AWS account: twelve digits")
        for name in ("deliveries_days", "imports_days", "mails_days"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is a number of days, 1 or more")

    @property
    def cloud(self) -> bool:
        """In an AWS account, with the admin page, alarms and tracing; else on one machine."""
        return self.stage != "local"

    @property
    def protected(self) -> bool:
        """Data survives mistakes: point-in-time recovery, deletion protection, retention."""
        return self.stage == "prod"

    @property
    def visibility_factor(self) -> int:
        """A message's visibility time-out, in function time-outs.

        AWS advises 6, so that a throttled batch is not delivered twice at a time. On one machine
        nothing throttles, and what a killed function left behind should come back soon.
        """
        return 6 if self.cloud else 1

    def name(self, *parts: str) -> str:
        """A physical name: `banto-<stage>-<part>…`. Two stages can share an account."""
        return "-".join(("banto", self.stage, *parts))


_STAGE_DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "local": {"log_days": 7},
    "dev": {},
    # 13 months: Amazon's data protection policy asks for logs of a year.
    "prod": {"log_days": 400},
}


def _yes_or_no(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("true", "false", "yes", "no", "1", "0"):
        raise ValueError(text)
    return text in ("true", "yes", "1")


_READERS: Mapping[Any, Callable[[Any], Any]] = {
    str: str,
    str | None: lambda value: str(value) or None,
    int: int,
    bool: _yes_or_no,
}

OPTIONS: Mapping[str, Callable[[Any], Any]] = {f.name: _READERS[f.type] for f in fields(Config)}


def load(context: Callable[[str], Any]) -> Config:
    """The configuration of a CDK context (`node.try_get_context`). Raises ConfigError.

    The stage is `local` when none is said, because that one costs nothing and harms nobody.
    """
    stage = str(context("stage") or "local")
    kept: Mapping[str, Any] = (context("stages") or {}).get(stage, {})
    if unknown := sorted(set(kept) - set(OPTIONS)):
        raise ConfigError(f"cdk.json has unknown options for {stage}: {', '.join(unknown)}")
    given: dict[str, Any] = {**_STAGE_DEFAULTS.get(stage, {}), **kept, "stage": stage}
    for name in OPTIONS:
        if name != "stage" and (value := context(name)) is not None:
            given[name] = value
    return Config(**{name: _read(name, value) for name, value in given.items()})


def _read(name: str, value: Any) -> Any:
    try:
        return OPTIONS[name](value)
    except ValueError as error:
        raise ConfigError(f"{name} cannot be {value!r}") from error
