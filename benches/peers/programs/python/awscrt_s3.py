"""aws-crt, the S3 client that the AWS CLI calls the fast one, without a signature."""

from urllib.parse import urlsplit

from awscrt.http import HttpHeaders, HttpRequest
from awscrt.io import ClientTlsContext, TlsContextOptions
from awscrt.s3 import S3Client, S3RequestTlsMode, S3RequestType

from task import Clock, Task

task = Task()
endpoint, bucket, files = task.s3()
clock = Clock()
settings = {}
if task.connections:
    settings["max_active_connections_override"] = task.connections
if endpoint.startswith("https"):
    options = TlsContextOptions()
    options.override_default_trust_store_from_path(ca_filepath=task.ca)
    tls = ClientTlsContext(options).new_connection_options()
    tls.set_server_name("127.0.0.1")
    settings.update(tls_mode=S3RequestTlsMode.ENABLED, tls_connection_options=tls)
else:
    settings["tls_mode"] = S3RequestTlsMode.DISABLED
client = S3Client(region="us-east-1", **settings)
host = urlsplit(endpoint).netloc
requests = [
    client.make_request(
        type=S3RequestType.GET_OBJECT,
        request=HttpRequest("GET", f"/{bucket}/{key}", HttpHeaders([("Host", host)])),
        recv_filepath=path,
    )
    for key, path, _ in files
]
for request in requests:
    request.finished_future.result()
clock.stop()
