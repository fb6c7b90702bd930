"""`make run` (`python -m local.run [FOLDER]`): the whole stack on this machine, until Ctrl-C.

    FOLDER            where data and logs are kept; .local when it is not said
PORT=8080         where the admin page is
ENGINE_PORT=4580  where the AWS emulator listens
DEMO=4            orders that the Shopify shop takes a minute, the others an eighth; 0: none
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from local import demo
from local.client import ApiFailed, SignInFailed
from local.deploy import ROOT
from local.engine import Engine
from local.mall import Malls
from local.ministack import tail
from local.people import GROUPS
from local.ports import Unusable, port_of, require_free
from local.stack import Stack
from local.terminal import Terminal

HOME = ROOT / ".local"
# Seconds between two looks whether the emulator still lives.
LOOKS_EVERY = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """Somebody pressed Ctrl-C (or ended us in another polite way) while we were starting."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the environment says. orders: a minute."""

    page_port: int
    engine_port: int
    orders: float

    @classmethod
    def of(cls, env: Mapping[str, str]) -> "Options":
        """Raises Unusable for a value that cannot be meant."""
        demo = env.get("DEMO", "4")
        try:
            orders = float(demo)
        except ValueError:
            orders = -1
        if not 0 <= orders <= 600:
            raise Unusable(f"DEMO={demo} is no number of orders a minute from 0 to 600.")
        return cls(
            page_port=port_of(env.get("PORT", "8080"), variable="PORT"),
            engine_port=port_of(env.get("ENGINE_PORT", "4580"), variable="ENGINE_PORT"),
            orders=orders,
        )


class Interrupts:
    """Counts polite requests to stop. The first one raises Stopped while `raising`."""

    def __init__(self) -> None:
        self.count = 0
        self.raising = True
        self.asked = threading.Event()
        for number in SIGNALS:
            signal.signal(number, self._asked)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self.asked.set()
        if self.raising:
            self.raising = False
            raise Stopped

    def ignore(self) -> None:
        """From now on nothing interrupts us: all that is left is to leave."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def again(self) -> bool:
        """Whether it was asked for more than once."""
        return self.count > 1


class Session:
    """One run: engine, demo data, emulated malls."""

    def __init__(self, options: Options, terminal: Terminal, home: Path) -> None:
        self._options = options
        self._terminal = terminal
        self.home = home
        self.engine = Engine(
            home,
            page_port=options.page_port,
            engine_port=options.engine_port,
            terminal=terminal,
        )
        self.malls: Malls | None = None

    def start(self) -> Stack:
        """Raises Unusable with what to do."""
        if self.engine.ministack.stop_leftover():
            self._terminal.say("  An emulator of an earlier run was still there; it is stopped.")
        require_free(self._options.page_port, what="the admin page", variable="PORT")
        require_free(self._options.engine_port, what="the AWS emulator", variable="ENGINE_PORT")
        stack = self.engine.open()
        with self._terminal.step("Setting up the demo shops and their goods"):
            orders, aws = self._options.orders, stack.aws.url
            self.malls = Malls(self.home, stack.origin, demo.MALLS, orders, aws)
            self.malls.open()
            demo.prepare(stack, malls=self.malls.urls)
        self.malls.begin()
        return stack

    def stop(self, interrupts: Interrupts) -> bool:
        """Returns whether the state was written."""
        if self.malls is not None:
            self.malls.close()
        return self.engine.close(interrupts.again)


def welcome(stack: Stack, home: Path, took: float, malls: Mapping[str, str]) -> str:
    """What a person needs to begin."""
    others = ", ".join(GROUPS[1:])
    webhooks = "\n".join(
        f"    {stack.origin}/webhooks/{shop.id:8}  {shop.channel:8}  secret {shop.secret}"
        for shop in demo.SHOPS
    )
    # malls/http_mall.py says what they can be told.
    rows = "\n".join(f"    {url}/_mall  {stem}" for stem, url in sorted(malls.items()))
    disturb = f"\n  The emulated malls, and where each of them obeys:\n{rows}\n" if malls else ""
    return f"""
  Banto is running at  {stack.origin}
  Sign in as           admin
  with the password    {stack.password}   (the same for {others})

  Webhooks for you to try:
{webhooks}
{disturb}
  Ready after {took:.0f} s. Data and logs are in {home}. Ctrl-C stops everything, and the next
  `make run` goes on with the data; `make clean` forgets it.
"""


def serve(session: Session, terminal: Terminal, interrupts: Interrupts) -> int:
    """Start, wait for Ctrl-C, stop. Returns the exit status."""
    began = time.monotonic()
    status = 0
    try:
        stack = session.start()
        took = time.monotonic() - began
        malls = session.malls.urls if session.malls is not None else {}
        terminal.say(welcome(stack, session.home, took, malls))
        watch(session.engine, interrupts)
    except Stopped:
        pass
    except (Unusable, ApiFailed, SignInFailed) as error:
        terminal.say(f"✗ {error}")
        status = 1
    finally:
        # Whatever happened, nothing that we started stays behind.
        interrupts.raising = False
        end(session, terminal, interrupts)
        interrupts.ignore()
    return status


def end(session: Session, terminal: Terminal, interrupts: Interrupts) -> None:
    """Stop everything, and say so when that takes time."""
    if session.engine.ministack.alive():
        terminal.say()
        with terminal.step("Stopping (Ctrl-C again: without waiting for work under way)"):
            clean = session.stop(interrupts)
    else:
        clean = session.stop(interrupts)
    if not clean:
        terminal.say("✗ The emulator did not write its state; what is new since the start is lost.")


def watch(engine: Engine, interrupts: Interrupts) -> None:
    """Wait until somebody asks us to stop. Raises Unusable when the emulator ends before that."""
    interrupts.raising = False
    while not interrupts.asked.wait(LOOKS_EVERY):
        if not engine.ministack.alive():
            log = engine.ministack.log
            raise Unusable(
                f"The AWS emulator has ended by itself. Its log, {log}, ends with:\n{tail(log)}"
            )


def main(env: Mapping[str, str], arguments: Sequence[str] = ()) -> int:
    """Returns the exit status."""
    terminal = Terminal()
    try:
        options = Options.of(env)
    except Unusable as error:
        terminal.say(f"✗ {error}")
        return 1
    home = Path(*arguments[:1] or (HOME,))
    return serve(Session(options, terminal, home), terminal, Interrupts())


if __name__ == "__main__":
    sys.exit(main(os.environ, sys.argv[1:]))
