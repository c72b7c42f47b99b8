"""The handler for awslambdaric: runs the program with the event on stdin and returns its stdout.

awslambdaric has decoded the event, so it is encoded again for the program; the answer is returned as bytes, which
awslambdaric passes on without encoding them.
"""

import json
import os
import shlex
import subprocess

COMMAND = shlex.split(os.environ["BENCHMARK_COMMAND"])


def handler(event, context):
    text = json.dumps(event).encode()
    return subprocess.run(COMMAND, input=text, stdout=subprocess.PIPE, check=True).stdout
