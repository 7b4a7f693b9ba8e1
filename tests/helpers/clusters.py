"""A Ray cluster of two machines, which are processes on this one, and storage that speaks S3."""

import os
import signal
from contextlib import contextmanager
from unittest import mock

from moto.server import ThreadedMotoServer
from pyarrow.fs import FileSystem

from tests.helpers.places import PROJECT

MACHINE = {"num_cpus": 1, "memory": 3e9, "object_store_memory": 100_000_000, "include_dashboard": False}
"""What a machine of the cluster has."""


@contextmanager
def cluster(**has):
    """Start a machine with what `MACHINE` has, but for what is given here; ``add_node`` adds another."""
    seen = {
        "PYTHONPATH": str(PROJECT),
        "RAY_AUTH_MODE": "disabled",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    with mock.patch.dict(os.environ, seen):
        from ray.cluster_utils import Cluster

        stopping = signal.getsignal(signal.SIGTERM)
        machines = Cluster(initialize_head=True, head_node_args={**MACHINE, **has})
        try:
            yield machines
        finally:
            machines.shutdown()
            signal.signal(signal.SIGTERM, stopping)


@contextmanager
def storage(bucket):
    """Serve an empty bucket by the protocol of S3; the environment says where."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    seen = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    try:
        with mock.patch.dict(os.environ, seen):
            FileSystem.from_uri(f"s3://{bucket}?allow_bucket_creation=true")[0].create_dir(bucket)
            yield f"s3://{bucket}"
    finally:
        server.stop()
