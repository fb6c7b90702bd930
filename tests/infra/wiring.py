"""Handlers against infra: what would go wrong only after a deployment."""

from collections.abc import Mapping, Set

# What every function gets; read by common.settings.Runtime and declared by no handler.
GIVEN_TO_ALL = frozenset({"STAGE", "POWERTOOLS_SERVICE_NAME", "LOG_LEVEL"})


def differences(files: Mapping[str, Set[str]], functions: Mapping[str, Set[str]]) -> list[str]:
    """What the two do not agree on, a line each.

    files: `<area>.<name>` of each handler file → the variables its Env declares.
    functions: `<area>.<name>` of each function of the stack → the variables it is given.
    """
    found = [
        f"{name}: a handler without a line in infra/areas" for name in files.keys() - functions
    ]
    found += [
        f"{name}: a line in infra/areas without a handler" for name in functions.keys() - files
    ]
    for name in files.keys() & functions:
        given = functions[name] - GIVEN_TO_ALL
        found += [f"{name}: declares {v}, is not given it" for v in files[name] - given]
        found += [f"{name}: is given {v}, does not declare it" for v in given - files[name]]
        found += [f"{name}: is not given {v}" for v in GIVEN_TO_ALL - functions[name]]
    return sorted(found)
