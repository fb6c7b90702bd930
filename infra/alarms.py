"""Who calls for help, and the dashboard. docs/operations.md says for each alarm what to do."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_cloudwatch as cw
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_dynamodb as ddb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config

_MINUTE = Duration.minutes(1)
_FIVE_MINUTES = Duration.minutes(5)

# Seconds that a message or a change may wait before somebody is told.
_OLD = 300
_LAGGING = 120


class Watch(Construct):
    """Alarms `banto-<stage>-<what>-<kind>`, all to one topic, and one dashboard.

    On one machine nobody would be told, so there it makes nothing.
    """

    def __init__(self, scope: Construct, id_: str, config: Config) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._ages: list[cw.IMetric] = []
        self._dead: list[cw.IMetric] = []
        self._errors: list[cw.IMetric] = []
        self._durations: list[cw.IMetric] = []
        self._lags: list[cw.IMetric] = []
        self._rows: list[list[cw.IWidget]] = []
        self._topic = self._make_topic() if config.cloud else None

    def _make_topic(self) -> sns.Topic:
        topic = sns.Topic(self, "Topic", topic_name=self._config.name("alarms"), enforce_ssl=True)
        if self._config.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(self._config.alarm_email))
        return topic

    def dead_letters(self, what: str, queue: sqs.IQueue) -> None:
        """Any message in a dead-letter queue."""
        metric = queue.metric_approximate_number_of_messages_visible(
            period=_MINUTE, statistic="Maximum", label=what
        )
        self._dead.append(metric)
        self._alarm(f"{what}-dead-letters", "Something failed for good.", metric, 1, 1)

    def age(self, what: str, queue: sqs.IQueue) -> None:
        """The oldest message of a queue has waited for five minutes."""
        metric = queue.metric_approximate_age_of_oldest_message(
            period=_MINUTE, statistic="Maximum", label=what
        )
        self._ages.append(metric)
        self._alarm(f"{what}-age", "A message waits too long.", metric, _OLD, 3)

    def lag(self, what: str, function: lambda_.IFunction) -> None:
        """A function is two minutes behind its table's stream."""
        metric = function.metric(
            "IteratorAge", period=_MINUTE, statistic="Maximum", label=what, unit=None
        )
        self._lags.append(metric)
        self._alarm(f"{what}-lag", "A stream is not followed.", metric, _LAGGING * 1000, 3)

    def function(self, what: str, function: lambda_.IFunction) -> None:
        """A function ends in errors, as a whole and not for single messages."""
        errors = function.metric_errors(period=_FIVE_MINUTES, statistic="Sum", label=what)
        self._errors.append(errors)
        self._durations.append(
            function.metric_duration(period=_FIVE_MINUTES, statistic="p95", label=what)
        )
        self._alarm(f"{what}-errors", "A function fails.", errors, 3, 2)

    def api(self, stage: apigw.HttpStage) -> None:
        """One in twenty requests is answered with an error of ours."""
        count = stage.metric_count(period=_FIVE_MINUTES, statistic="Sum", label="requests")
        faults = stage.metric_server_error(period=_FIVE_MINUTES, statistic="Sum", label="5xx")
        rate = cw.MathExpression(
            expression="IF(requests > 0, 100 * faults / requests, 0)",
            using_metrics={"requests": count, "faults": faults},
            period=_FIVE_MINUTES,
            label="5xx in percent",
        )
        self._alarm("api-errors", "The API answers with errors of its own.", rate, 5, 2)
        latency = [
            stage.metric_latency(period=_FIVE_MINUTES, statistic=statistic, label=statistic)
            for statistic in ("p50", "p95", "p99")
        ]
        self._rows.append(
            [
                _graph("API: requests and errors", [count, faults]),
                _graph("API: milliseconds", latency),
            ]
        )

    def hot_table(self, what: str, table: ddb.ITableV2) -> None:
        """Writes of a table are throttled: one item is hotter than DynamoDB allows."""
        metric = table.metric(
            "WriteThrottleEvents", period=_FIVE_MINUTES, statistic="Sum", label=what
        )
        self._alarm(f"{what}-throttles", "A table throttles writes.", metric, 1, 2)

    def notices(self, what: str, metric_name: str, description: str) -> None:
        """Something a person has to do before a day comes, counted by `common.observability.count`.

        The alarm ends within a day by itself, so that the next notice begins another one.
        """
        metric = cw.Metric(
            namespace="Banto",
            metric_name=metric_name,
            dimensions_map={"stage": self._config.stage},
            period=Duration.hours(6),
            statistic="Sum",
            label=what,
        )
        self._alarm(f"{what}-notices", description, metric, 1, 1)

    def late(self, what: str, metric_name: str, description: str) -> None:
        """Something that is looked at every minute stays behind for ten, counted by
        `common.observability.count`."""
        metric = cw.Metric(
            namespace="Banto",
            metric_name=metric_name,
            dimensions_map={"stage": self._config.stage},
            period=_FIVE_MINUTES,
            statistic="Maximum",
            label=what,
        )
        self._alarm(f"{what}-lag", description, metric, 1, 2)

    def account(self) -> None:
        """What is told for the whole account: Lambda's concurrency, and SES's opinion of us."""
        throttles = cw.Metric(
            namespace="AWS/Lambda",
            metric_name="Throttles",
            period=_FIVE_MINUTES,
            statistic="Sum",
            label="throttled",
        )
        self._alarm("lambda-throttles", "Lambda has no instance left.", throttles, 1, 3)
        reputation = []
        # SES looks at an account at 5 % bounces and 0.1 % complaints; be earlier.
        for name, limit in (("BounceRate", 0.03), ("ComplaintRate", 0.0008)):
            metric = cw.Metric(
                namespace="AWS/SES",
                metric_name=f"Reputation.{name}",
                period=Duration.hours(1),
                statistic="Average",
                label=name,
            )
            reputation.append(metric)
            what = f"mail-{name.removesuffix('Rate').lower()}-rate"
            self._alarm(what, "Mails are not welcome.", metric, limit, 1)
        self._rows.append(
            [_graph("Lambda: throttled", [throttles]), _graph("SES: reputation", reputation)]
        )

    def _alarm(
        self, what: str, description: str, metric: cw.IMetric, limit: float, periods: int
    ) -> None:
        if self._topic is None:
            return
        alarm = cw.Alarm(
            self,
            what,
            alarm_name=self._config.name(what),
            alarm_description=f"{description} See docs/operations.md.",
            metric=metric,
            threshold=limit,
            evaluation_periods=periods,
            comparison_operator=cw.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cw.TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self._topic))
        alarm.add_ok_action(actions.SnsAction(self._topic))

    def dashboard(self) -> None:
        """Everything that was declared so far on one page; called last."""
        if self._topic is None:
            return
        cw.Dashboard(
            self,
            "Dashboard",
            dashboard_name=self._config.name(),
            period_override=cw.PeriodOverride.AUTO,
            widgets=[
                [_graph("Dead letters", self._dead), _graph("Oldest message, s", self._ages)],
                [_graph("Behind the stream, ms", self._lags), _graph("Errors", self._errors)],
                [_graph("Duration p95, ms", self._durations)],
                *self._rows,
            ],
        )


def _graph(title: str, metrics: Sequence[cw.IMetric]) -> cw.GraphWidget:
    return cw.GraphWidget(title=title, left=list(metrics), width=12, height=6)
