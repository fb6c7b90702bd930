"""Tables, bucket, queue and mail service that the mail functions find in their environment."""

import json
from typing import Any

import boto3

from common.dynamo import Table
from mail.domain.job import Job
from mail.repository.jobs import DynamoJobs
from tests.mail.builders import T0, shop_item
from tests.mail.ses_server import SesServer


class Stack:
    """Tables, bucket, queue and mail service that the handlers find in their environment."""

    def __init__(self, mail: Table, settings: Table, ses: SesServer, queue_url: str) -> None:
        self.mail = mail
        self.settings = settings
        self.ses = ses
        self.queue_url = queue_url
        self.jobs = DynamoJobs(mail, lambda: T0)

    def job(self, job_id: str) -> Job:
        found = self.jobs.get(job_id)
        assert found is not None
        return found

    def put_shop(self, **of_mail: str) -> None:
        self.settings.commit(self.settings.put(shop_item(**of_mail)))

    def waiting(self) -> list[Any]:
        """The bodies in the outbox queue, taken out."""
        sqs = boto3.client("sqs")
        found = []
        while True:
            answer = sqs.receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10)
            if not answer.get("Messages"):
                return found
            for message in answer["Messages"]:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
