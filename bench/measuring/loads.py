"""What is done to a server: each load is a function of a server that returns a list of results."""

import contextlib
import json
import os
import pathlib
import resource
import subprocess
import time

from .servers import FANOUT, Failed, progress


def cpu_times():
    """Seconds that all cores together were busy, and were withheld by the host."""
    fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    user, nice, system, _, _, irq, softirq, steal = (f / os.sysconf("SC_CLK_TCK") for f in fields)
    return user + nice + system + irq + softirq, steal


def process_cpu(pids):
    total = 0
    for pid in pids.split(","):
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return total


def children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Noise:
    """What others did to the machine meanwhile, as a share of its cores, in percent."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.busy, self.steal = cpu_times()
        self.own = process_cpu(self.server.pids) + children_cpu()
        self.began = time.monotonic()
        return self

    def __exit__(self, *_):
        busy, steal = cpu_times()
        own = process_cpu(self.server.pids) + children_cpu() - self.own
        capacity = (time.monotonic() - self.began) * os.cpu_count() / 100
        self.figures = {
            "others_pct": round(max(0, busy - self.busy - own) / capacity, 1),
            "steal_pct": round((steal - self.steal) / capacity, 1),
        }


def command(program, server, label, **options):
    line = [FANOUT / "build" / program, "--port", server.port, "--pids", server.pids]
    line += ["--label", label]
    if server.tokens:
        line += ["--tokens", server.tokens]
    for name, value in options.items():
        line += ["--" + name.replace("_", "-"), value]
    return [str(part) for part in line]


def execute(program, server, label, **options):
    done = subprocess.run(
        command(program, server, label, **options), stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise Failed(f"{label}: {program} ended with status {done.returncode}")
    return json.loads(done.stdout)


def measure(program, server, label, **options):
    with Noise(server) as noise:
        result = execute(program, server, label, **options)
    return result | noise.figures


def fanout(scenario, server, prefix="", **options):
    return measure(
        "fanout",
        server,
        f"{scenario} {server.name}",
        sub_req=server.requests[prefix + "subscribe"],
        pub_req=server.requests[prefix + "publish"],
        **options,
    )


def ingest(scenario, server, **options):
    publish = server.requests["publish"]
    return measure("ingest", server, f"{scenario} {server.name}", pub_req=publish, **options)


def warm(server, prefixes=("",)):
    """Lets a compiler see streams and publishes often enough: some 10,000 times."""
    for prefix in prefixes:
        fanout("warm", server, prefix, subs=500, rate=100, secs=8)
    ingest("warm", server, pubs=64, secs=5)


@contextlib.contextmanager
def held(server, label, subscribe, streams):
    """Streams that are open within the `with`; their result is complete after it."""
    line = command("fanout", server, label, sub_req=subscribe, subs=streams, hold=1)
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, text=True) as reader:
        try:
            if not reader.stdout.readline():
                raise Failed(f"{label}: fanout ended with status {reader.wait()}")
            result = {}
            yield result
            reader.stdin.close()
            result |= json.loads(reader.stdout.read())
        finally:
            reader.kill()


def idle(scenario, server, prefix, streams):
    """Streams that are left alone; before and with them all garbage is collected once."""
    subscribe = server.requests[f"{prefix}subscribe"]
    with Noise(server) as noise:
        server.collect()
        with held(server, f"{scenario} {server.name}", subscribe, streams) as result:
            server.collect()
    before, _, collected = result["rss_mb"]
    result["kb_kept_per_conn"] = round((collected - before) * 1024 / result["connected"], 2)
    return result | noise.figures


def reply_under_fanout(server, streams, seconds):
    """One publisher without pause while the streams are read by a program of their own."""
    label = f"reply-under-fanout {server.name}"
    publish = server.requests["publish"]
    with Noise(server) as noise:
        with held(server, label, server.requests["subscribe"], streams) as read:
            result = execute("ingest", server, label, pub_req=publish, pubs=1, secs=seconds)
    of_streams = ("subs", "connected", "closed", "delivered", "deliveries_per_s", "lat_ms")
    undelivered = result["messages"] * read["connected"] - read["delivered"]
    result |= {key: read[key] for key in of_streams} | {"undelivered": undelivered}
    return result | noise.figures


def storm(server, streams, missed, **options):
    return measure(
        "storm",
        server,
        f"storm {server.name}",
        sub_req=server.requests["user-subscribe"],
        again_req=server.requests["return"],
        pub_req=server.requests["publish"],
        hello_event=int(server.hello_event),
        array=server.array,
        subs=streams,
        missed=missed if server.name != "limit" else 0,
        **options,
    )


def fsync_probe(folder):
    line = [FANOUT / "build/fsync-probe", "--dir", folder, "--secs", "3"]
    line += ["--label", "ingest-1 fsync"]
    done = subprocess.run(line, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def fill(hub, messages):
    """Brings the log to a number of entries, which also warms its writing paths."""
    done, began = 0, time.monotonic()
    while done < messages:
        part = min(100_000, messages - done)
        result = ingest("fill", hub, pubs=8, array=100, messages=part, secs=300)
        if result["messages"] != part:
            raise Failed(f"the hub took {result['messages']} of {part} entries: {result}")
        done += part
        rate = done / (time.monotonic() - began)
        progress(f"log filled with {done:,} of {messages:,} entries ({rate:,.0f}/s)")


def start_times(hub, kind):
    """Seconds until ready after a clean stop, or after kill -9 in the middle of publishing."""
    if kind == "start":
        hub.stop()
    else:
        line = command("ingest", hub, "start-killed", pub_req=hub.requests["publish"], secs=30)
        publisher = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)  # so that publishes are in flight
        hub.kill()
        publisher.wait()
    ready_s = hub.start()
    stored_mb = hub.stored_bytes() >> 20
    return {"label": f"{kind} hub", "ready_s": round(ready_s, 3), "stored_mb": stored_mb}
