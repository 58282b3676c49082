"""The servers that are measured: started here, and ended by their own process ids only."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import queue
import re
import secrets
import shutil
import socket
import subprocess
import sys
import threading
import time

BENCH = pathlib.Path(__file__).resolve().parent.parent
FANOUT = BENCH / "fanout"
REQUESTS = FANOUT / "requests"


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Failed(Exception):
    """The run can't go on; the message says why."""


def require_free(port):
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind(("127.0.0.1", port))
        except OSError:
            raise Failed(f"port {port} is taken (expected free: another run, or its server?)")


def await_port(port, process, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"{process.args[0]} ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise Failed(f"nothing listens on port {port} after {seconds} s")


def children(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


class Server:
    """A server under load. `requests` names the templates of what it can do."""

    name: str
    port: int
    hello_event = False
    array = 0
    tokens = None
    requests = {}

    def __init__(self):
        self.process = None

    @property
    def pids(self):
        return str(self.process.pid)

    def collect(self):
        """Gives back memory that holds nothing, if the server would do so only later."""

    def stop(self):
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            progress(f"{self.name} did not end within 30 s of SIGTERM")
            self.process.kill()
            self.process.wait()
        self.process = None


PLAIN = {
    "subscribe": REQUESTS / "plain-subscribe.http",
    "publish": REQUESTS / "plain-publish.http",
    "user-subscribe": REQUESTS / "plain-subscribe.http",
    "user-publish": REQUESTS / "plain-publish.http",
}


class Limit(Server):
    """The least a server can do: it stores nothing, so nobody can come back for what was missed."""

    name = "limit"
    port = 9000
    requests = PLAIN | {"return": PLAIN["subscribe"]}

    def start(self):
        require_free(self.port)
        self.process = subprocess.Popen([FANOUT / "build/limit", str(self.port)])
        await_port(self.port, self.process)


class Nchan(Server):
    """nginx with nchan, which keeps messages in memory."""

    name = "nchan"
    port = 9001
    requests = PLAIN | {
        "return": REQUESTS / "plain-return.http",
        "unicast-subscribe": REQUESTS / "plain-unicast-subscribe.http",
        "unicast-publish": REQUESTS / "plain-unicast-publish.http",
        "person-subscribe": REQUESTS / "plain-unicast-subscribe.http",
        "person-publish": REQUESTS / "plain-unicast-publish.http",
    }

    def __init__(self, folder):
        super().__init__()
        self.folder = folder / "nchan"

    @staticmethod
    def installed():
        module = pathlib.Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
        return shutil.which("nginx") and module.exists()

    @property
    def pids(self):
        return ",".join(str(pid) for pid in children(self.process.pid))

    def start(self):
        require_free(self.port)
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        log = self.folder / "error.log"
        own = f"pid {self.folder}/pid; error_log {log};\n"
        configuration = self.folder / "nginx.conf"
        text = (FANOUT / "nchan.conf").read_text()
        configuration.write_text(text.replace("worker_processes", own + "worker_processes", 1))
        command = ["nginx", "-e", log, "-p", self.folder, "-c", configuration]
        self.process = subprocess.Popen(command)
        await_port(self.port, self.process)


class Hub(Server):
    """The hub, as a user would run it: `tidings serve --config bench/hub.yaml`."""

    name = "hub"
    port = 9002
    hello_event = True
    array = 100
    requests = {
        "subscribe": REQUESTS / "hub-subscribe.http",
        "publish": REQUESTS / "hub-publish.http",
        "ws-subscribe": REQUESTS / "hub-ws-subscribe.http",
        "ws-publish": REQUESTS / "hub-publish.http",
        "user-subscribe": REQUESTS / "hub-user-subscribe.http",
        "user-publish": REQUESTS / "hub-publish.http",
        "return": REQUESTS / "hub-user-return.http",
        "unicast-subscribe": REQUESTS / "hub-unicast-subscribe.http",
        "unicast-publish": REQUESTS / "hub-unicast-publish.http",
        "person-subscribe": REQUESTS / "hub-person-subscribe.http",
        "person-publish": REQUESTS / "hub-person-publish.http",
    }

    def __init__(self, launcher, log, users=10000):
        super().__init__()
        self.launcher = launcher
        self.log = log
        self.data = BENCH / "data"
        self.config = BENCH / "hub.yaml"
        self.users = users

    def prepare(self):
        """Makes a key, a token for each user, and room for a fresh store."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        secret = secrets.token_hex(32)
        key = self.data / "key"
        key.touch(0o600)
        key.write_text(secret)
        self.tokens = self.data / "tokens"
        self.tokens.touch(0o600)
        tokens = (token(secret, f"user-{i}") for i in range(self.users))
        self.tokens.write_text("\n".join(tokens))

    def start(self, ready_seconds=600):
        """Returns the seconds from the command to its `ready on` line."""
        require_free(self.port)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TIDINGS_")}
        command = [self.launcher, "serve", "--config", self.config]
        began = time.monotonic()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        lines = queue.SimpleQueue()
        threading.Thread(target=self.copy_output, args=(lines,), daemon=True).start()
        deadline = began + ready_seconds
        while True:
            try:
                at, line = lines.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                raise Failed(f"the hub was not ready within {ready_seconds} s; see {self.log}")
            if line is None:
                raise Failed(f"the hub ended before it was ready; see {self.log}")
            if line.startswith(b"ready on "):
                return at - began

    def copy_output(self, lines):
        with open(self.log, "ab", buffering=0) as log, self.process.stdout as output:
            for line in output:
                lines.put((time.monotonic(), line))
                log.write(line)
        lines.put((time.monotonic(), None))

    @property
    def pids(self):
        """The JVM: the launcher's process itself, or the java below it."""
        waiting = [self.process.pid]
        while waiting:
            pid = waiting.pop()
            if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "java":
                return str(pid)
            waiting += children(pid)
        return str(self.process.pid)

    def collect(self):
        """A full collection, after which the heap is as large as what lives in it."""
        pid = self.pids
        tool = pathlib.Path(f"/proc/{pid}/exe").resolve().with_name("jcmd")
        least = ["VM.set_flag MinHeapFreeRatio 0", "VM.set_flag MaxHeapFreeRatio 0"]
        usual = ["VM.set_flag MaxHeapFreeRatio 70", "VM.set_flag MinHeapFreeRatio 40"]
        for order in [*least, "GC.run", *usual]:
            subprocess.run([tool, pid, *order.split()], stdout=subprocess.DEVNULL, check=True)

    def kill(self):
        """kill -9, as in a crash."""
        pids = {int(self.pids), self.process.pid}
        for pid in pids:
            os.kill(pid, 9)
        self.process.wait()
        self.process = None

    def stored_bytes(self):
        return sum(f.stat().st_size for f in self.data.glob("tidings.db*"))


def signed_part(content):
    """A part of a JWT."""
    text = json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=")


BENCH_GRANTS = {"publish": ["topic:bench.#", "user:*"], "subscribe": ["topic:bench.#"]}


def claims(user, grants):
    """What a user's token says (RFC 7519), good for a day."""
    now = int(time.time())
    return {
        "iss": "bench",
        "aud": "tidings",
        "sub": user,
        "iat": now,
        "exp": now + 86400,
        "tidings": grants,
    }


def token(secret, user, grants=BENCH_GRANTS):
    """A JWT for the key in hub.yaml."""
    header = signed_part({"alg": "HS256", "typ": "JWT", "kid": "bench"})
    signed = header + b"." + signed_part(claims(user, grants))
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def machine():
    """What the figures were taken on."""
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    return {
        "cores": os.cpu_count(),
        "cpu": model[1] if model else "?",
        "memory_gb": round(int(memory[1]) / 2**20, 1) if memory else 0,
        "kernel": os.uname().release,
        "load_before": os.getloadavg()[0],
    }
