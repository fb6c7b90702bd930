"""Hypothesis without a stopwatch and without luck: a loaded machine fails nothing, and the same
examples are tried everywhere."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "banto",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("banto")
