"""An area's part of the stack: `area.function(...)` is one line a Lambda."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.access import Access
from infra.alarms import Watch
from infra.api import Api
from infra.config import Config
from infra.data import Data
from infra.function import AreaFunction
from infra.layers import area_code
from infra.network import Network
from infra.queues import WorkQueue, dead_letters, work_queue


@dataclass(frozen=True, slots=True)
class Platform:
    """What every area stands on."""

    config: Config
    data: Data
    layers: Sequence[lambda_.ILayerVersion]
    api: Api
    watch: Watch
    # The fixed outgoing address, if that is wished.
    network: Network | None = None

    @property
    def relay(self) -> str:
        """Name of the one function in the network, support.relay_request; "" without it."""
        return self.config.name("support", "relay_request") if self.network else ""


class Trigger(Protocol):
    """What starts a function; infra/triggers.py has them all."""

    def attach(self, area: "Area", function: AreaFunction) -> None:
        """Connect it, with dead-letter queue and alarms where something can get lost."""


class Area(Construct):
    """Functions and queues of `functions/<name>/`."""

    def __init__(self, scope: Construct, name: str, platform: Platform) -> None:
        super().__init__(scope, name.title())
        self.name = name
        self.platform = platform
        self._code = area_code(platform.config, name)
        self._queues: dict[str, sqs.IQueue] = {}

    @property
    def queues(self) -> Mapping[str, sqs.IQueue]:
        """Every queue so far by its short name; dead letters are `<name>-dead`.

        A function that watches them is declared last; a test sees to it.
        """
        return dict(self._queues)

    def queue(self, name: str, *, seconds: int = 30, tries: int = 8) -> WorkQueue:
        """A queue for one function with that time-out. After `tries` a message is dead: with 8,
        37 minutes after it failed first (`common.consumer.pause_before`)."""
        config = self.platform.config
        made = work_queue(self, config, self.name, name, seconds=seconds, tries=tries)
        self._queues[name] = made.queue
        self._keep_dead(name, made.dead)
        self.platform.watch.age(f"{self.name}-{name}", made.queue)
        return made

    def dead_letters(self, name: str) -> sqs.Queue:
        """A dead-letter queue for what does not come from a queue."""
        made = dead_letters(self, self.platform.config, self.name, name)
        self._keep_dead(name, made)
        return made

    def _keep_dead(self, name: str, queue: sqs.Queue) -> None:
        self._queues[f"{name}-dead"] = queue
        self.platform.watch.dead_letters(f"{self.name}-{name}", queue)

    def function(
        self,
        name: str,
        *,
        on: Sequence[Trigger],
        access: Sequence[Access],
        seconds: int = 30,
        memory: int = 512,
        network: Network | None = None,
    ) -> AreaFunction:
        """`functions/<area>/handlers/<name>.py` as a Lambda. seconds: time-out; memory: MB.
        network: where it runs, if not outside of all.

        Raises AccessError when the access contradicts itself.
        """
        made = AreaFunction(
            self,
            name,
            config=self.platform.config,
            area=self.name,
            code=self._code,
            layers=self.platform.layers,
            access=access,
            seconds=seconds,
            memory=memory,
            network=network,
        )
        self.platform.watch.function(f"{self.name}-{name}", made)
        for trigger in on:
            trigger.attach(self, made)
        return made
