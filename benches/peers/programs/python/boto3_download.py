"""boto3, without a signature; files one after the other by download_file, as its documentation shows it."""

import boto3
from boto3.s3.transfer import TransferConfig
from botocore import UNSIGNED
from botocore.config import Config

from task import Clock, Task

task = Task()
endpoint, bucket, files = task.s3()
clock = Clock()
settings = {"signature_version": UNSIGNED, "s3": {"addressing_style": "path"}}
transfer = TransferConfig()
if task.connections:
    settings["max_pool_connections"] = task.connections
    transfer = TransferConfig(max_concurrency=task.connections)
client = boto3.client(
    "s3", endpoint_url=endpoint, region_name="us-east-1", verify=task.ca or True, config=Config(**settings)
)
for key, path, _ in files:
    client.download_file(bucket, key, path, Config=transfer)
clock.stop()
