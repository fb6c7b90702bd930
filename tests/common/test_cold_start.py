import pytest

from common import cold_start


class Maker:
    """Counts what it makes."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, *args: object, **kwargs: object) -> object:
        self.made += 1
        return object()


def test_a_factory_runs_once_for_the_same_arguments() -> None:
    maker = Maker()
    make = cold_start.cold_start(lambda name, *, retry=True: maker(name, retry=retry))

    assert make("s3") is make("s3")
    assert make("s3", retry=False) is make("s3", retry=False)
    assert maker.made == 2
    assert make("sqs") is not make("s3")


def test_the_order_of_named_arguments_does_not_matter() -> None:
    make = cold_start.cold_start(lambda **kwargs: dict(kwargs))

    assert make(a=1, b=2) is make(b=2, a=1)
    assert make(a=2, b=1) is not make(a=1, b=2)


def test_none_and_false_are_remembered_too() -> None:
    maker = Maker()

    @cold_start.cold_start
    def nothing() -> None:
        maker()

    nothing()
    nothing()

    assert maker.made == 1


def test_a_failure_is_not_remembered() -> None:
    answers = iter([ValueError("not yet"), "ready"])

    @cold_start.cold_start
    def make() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ValueError, match="not yet"):
        make()
    assert make() == "ready"


def test_forgetting_drops_everything_of_every_factory() -> None:
    one = cold_start.cold_start(lambda: object())
    other = cold_start.cold_start(lambda: object())
    before = one(), other()

    cold_start.forget()

    assert one() is not before[0]
    assert other() is not before[1]


def test_a_factory_keeps_its_name_and_docstring() -> None:
    @cold_start.cold_start
    def bus() -> None:
        """The event bus."""

    assert (bus.__name__, bus.__doc__) == ("bus", "The event bus.")
