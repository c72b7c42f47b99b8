"""Several events at once in one shim: how many a second, and what a lane costs in memory.

    lanes.py [--seconds S] [--lanes 1,8,16] -- SHIM COMMAND [ARG...]

A Runtime API with a thread per connection hands out events as fast as they are taken and compares each answer with its
event. It prints one line of JSON: {"1": {"per_second": …, "rss_kb": …, "answers": …}, "8": …}. Exit status: 0 every
answer was right, 1 not so.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time


class RuntimeAPI:
    """Counts the answers of one shim; a wrong one, or a shim that ends, is a failure."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.number = self.answers = self.wrong = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def event(self):
        with self.lock:
            self.number += 1
            return "id-%d" % self.number, b'{"n":"%08d","data":"%s"}' % (self.number, b"x" * 70)

    def serve(self, connection):
        with connection, connection.makefile("rb") as stream:
            event, identifier = None, None
            while line := stream.readline():
                path, length = line.split()[1].decode(), 0
                while field := stream.readline().strip():
                    name, value = field.split(b":", 1)
                    if name.lower() == b"content-length":
                        length = int(value)
                body = stream.read(length)
                if path.endswith("/next"):
                    identifier, event = self.event()
                    deadline = int(time.time() * 1000) + 60000
                    head = (
                        f"HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: {identifier}\r\n"
                        f"Lambda-Runtime-Deadline-Ms: {deadline}\r\nContent-Length: {len(event)}\r\n\r\n"
                    )
                    connection.sendall(head.encode() + event)
                    continue
                with self.lock:
                    self.answers += 1
                    self.wrong += body != event or not path.endswith(f"/invocation/{identifier}/response")
                connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")


def resident_kb(pid):
    with open(f"/proc/{pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def measure(command, lanes, seconds):
    api = RuntimeAPI()
    variables = {"AWS_LAMBDA_RUNTIME_API": api.address, "AWS_LAMBDA_MAX_CONCURRENCY": str(lanes)}
    shim = subprocess.Popen(command, env=os.environ | variables, start_new_session=True, stdin=subprocess.DEVNULL)
    try:
        patience = time.monotonic() + 20
        while api.answers < 3 * lanes and time.monotonic() < patience and shim.poll() is None:
            time.sleep(0.01)
        before, start = api.answers, time.monotonic()
        time.sleep(seconds)
        count, took = api.answers - before, time.monotonic() - start
        if shim.poll() is not None or api.wrong or not count:
            sys.exit(f"lanes.py: {lanes} lanes: {api.wrong} wrong answers of {api.answers}, status {shim.poll()}")
        return {"per_second": count / took, "rss_kb": resident_kb(shim.pid), "answers": count}
    finally:
        if shim.poll() is None:
            shim.send_signal(signal.SIGTERM)
        try:
            shim.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(shim.pid, signal.SIGKILL)
        api.listener.close()


def main(arguments):
    seconds, lanes = 4.0, [1, 8, 16]
    while arguments and arguments[0] != "--":
        option, value, *arguments = arguments
        if option == "--seconds":
            seconds = float(value)
        elif option == "--lanes":
            lanes = [int(word) for word in value.split(",")]
        else:
            sys.exit(f"lanes.py: unknown option '{option}'")
    print(json.dumps({str(count): measure(arguments[1:], count, seconds) for count in lanes}))


if __name__ == "__main__":
    main(sys.argv[1:])
