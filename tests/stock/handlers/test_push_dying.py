"""stock.push_levels may die at any moment, and what was begun is carried on."""

from collections.abc import Callable
from typing import Any

from stock.domain.listing import State
from tests.dying import Deaths, Died, connection_lost, survive
from tests.stock.sync_world import World
from tests.stock.tables import fresh


def a_world() -> World:
    """A shop that shows 10, and is told 4 by a process that may die."""
    world = World(fresh())
    world.stock("TEA", 4)
    world.offer("TEA", quantity=10, known=10)
    return world


def carried_on(world: World) -> None:
    """What happens by itself after a death: the message comes again, the lease ends, and every
    minute shops with something to do are woken."""
    for _ in range(4):
        if not world.waiting() and world.listings.stand(["TEA"]).listings[0].state is State.IDLE:
            return
        world.time.forward(minutes=2)
        world.sync("TEA")


def ends_of(kind: Callable[[], BaseException]) -> list[Any]:
    worlds: list[World] = []

    def world() -> Callable[[], Any]:
        made = a_world()
        worlds[:] = [made]
        return lambda: look(made)

    def look(made: World) -> Any:
        carried_on(made)
        [one] = made.listings.stand(["TEA"]).listings
        return made.mall.shown["kissa", "tea-kissa"], one.state, made.waiting()

    def work() -> bool:
        try:
            worlds[0].sync("TEA")
        except Exception:  # noqa: BLE001 - the handler would have the message come again
            return False
        return True

    return survive(Deaths("dynamodb", kind=kind), world, work)


def test_a_death_at_any_moment_ends_alike() -> None:
    ends = ends_of(Died)

    assert len(ends) > 30
    assert ends == [(4, State.IDLE, [])] * len(ends)


def test_a_lost_answer_of_the_table_at_any_moment_ends_alike() -> None:
    ends = ends_of(connection_lost)

    assert ends == [(4, State.IDLE, [])] * len(ends)
