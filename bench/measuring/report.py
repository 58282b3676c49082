"""Medians, spread, ratios, and the bars that they are held against."""

import statistics


def nested(*path):
    def figure(result):
        for key in path:
            result = result[key]
        return result

    return figure


FAN_OUT = {
    "CPU us/delivery": nested("cpu_us_per_delivery"),
    "p50 ms": nested("lat_ms", "p50"),
    "p99 ms": nested("lat_ms", "p99"),
    "reply mean ms": nested("ack_ms", "mean"),
    "reply p99 ms": nested("ack_ms", "p99"),
}
INGEST = {
    "messages/s": nested("messages_per_s"),
    "reply p50 ms": nested("ack_ms", "p50"),
    "reply p99 ms": nested("ack_ms", "p99"),
    "CPU us/message": nested("cpu_us_per_message"),
}
IDLE = {
    "KB/connection": nested("kb_kept_per_conn"),
    "… with garbage": nested("kb_per_conn"),
    "resident MB": lambda r: r["rss_mb"][1],
    "CPU s to connect": nested("cpu_connect_s"),
}
FIGURES = {
    "idle-10k": IDLE,
    "ws-idle-10k": IDLE,
    "steady-1k": FAN_OUT,
    "ws-steady-1k": FAN_OUT,
    "wide-10k": FAN_OUT,
    "users-10k": FAN_OUT,
    "burst-1k": FAN_OUT,
    "lone-1": FAN_OUT,
    "unicast-10k": FAN_OUT,
    "people-10k": FAN_OUT,
    "reply-under-fanout": {
        "reply mean ms": nested("ack_ms", "mean"),
        "reply p99 ms": nested("ack_ms", "p99"),
        "messages/s": nested("messages_per_s"),
        "deliveries/s": nested("deliveries_per_s"),
        "p99 ms": nested("lat_ms", "p99"),
    },
    "storm": {
        "hello p50 s": lambda r: r["hello_ms"]["p50"] / 1000,
        "hello p99 s": lambda r: r["hello_ms"]["p99"] / 1000,
        "hello all s": lambda r: r["hello_ms"]["max"] / 1000,
        "caught up p50 s": lambda r: r["caught_up_ms"]["p50"] / 1000,
        "caught up p99 s": lambda r: r["caught_up_ms"]["p99"] / 1000,
        "caught up all s": lambda r: r["caught_up_ms"]["max"] / 1000,
        "CPU s": nested("server_cpu_s"),
    },
    "ingest-1": INGEST,
    "ingest-100": INGEST,
    "start": {"ready s": nested("ready_s")},
    "start-killed": {"ready s": nested("ready_s")},
}
PROBE = {"fsyncs/s": nested("fsyncs_per_s"), "fsync p99 ms": nested("fsync_ms", "p99")}


class Runs:
    """The results of one run of the bench: scenario → server → one result a round."""

    def __init__(self):
        self.by_scenario = {}

    def add(self, result):
        scenario, server = result["label"].split()
        self.by_scenario.setdefault(scenario, {}).setdefault(server, []).append(result)

    def values(self, scenario, server, figure):
        results = self.by_scenario.get(scenario, {}).get(server, [])
        figures = PROBE if server == "fsync" else FIGURES[scenario]
        return [figures[figure](r) for r in results] if figure in figures else []

    def median(self, scenario, server, figure):
        values = self.values(scenario, server, figure)
        return statistics.median(values) if values else None

    def ratio(self, scenario, figure, other):
        hub, peer = (self.median(scenario, s, figure) for s in ("hub", other))
        return hub / peer if hub is not None and peer else None


def number(value):
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if value < 1 else f"{value:.2f}"


def spread(values):
    if not values:
        return "–"
    median = number(statistics.median(values))
    return median if len(values) == 1 else f"{median} ({number(min(values))}–{number(max(values))})"


def table(runs):
    """All figures as a table in Markdown: median (lowest–highest), and ratios of medians."""
    lines = [
        "| scenario | figure | limit | nchan | hub | hub/limit | hub/nchan |",
        "|---|---|---|---|---|---|---|",
    ]
    for scenario, by_server in runs.by_scenario.items():
        for figure in FIGURES[scenario]:
            cells = [spread(runs.values(scenario, s, figure)) for s in ("limit", "nchan", "hub")]
            ratios = [number(runs.ratio(scenario, figure, s)) for s in ("limit", "nchan")]
            lines.append(f"| {scenario} | {figure} | {' | '.join(cells + ratios)} |")
        if "fsync" in by_server:
            for figure in PROBE:
                probe = spread(runs.values(scenario, "fsync", figure))
                lines.append(f"| {scenario} | raw probe: {probe} {figure} | | | | | |")
    return "\n".join(lines)


class Bar:
    """One row of the table of promises. `measure` returns a number, or None if it was not run."""

    def __init__(self, name, text, measure, limit, aim, at_least=False, unit=""):
        self.name, self.text, self.measure = name, text, measure
        self.limit, self.aim, self.at_least, self.unit = limit, aim, at_least, unit

    def holds(self, value, limit):
        return value >= limit if self.at_least else value <= limit


def cpu_ratio(scenario):
    return lambda runs: runs.ratio(scenario, "CPU us/delivery", "limit")


def hub_figure(scenario, figure):
    return lambda runs: runs.median(scenario, "hub", figure)


def reply_growth(runs):
    wide, lone = (runs.median(s, "hub", "reply mean ms") for s in ("wide-10k", "lone-1"))
    return None if wide is None or lone is None else wide - lone


def sockets_cpu(runs):
    """CPU a delivery over WebSocket, as a multiple of that over server-sent events."""
    socket, events = (
        runs.median(s, "hub", "CPU us/delivery") for s in ("ws-steady-1k", "steady-1k")
    )
    return socket / events if socket and events else None


BARS = [
    Bar("CPU a delivery, wide-10k", "≤ 1.25 × limit", cpu_ratio("wide-10k"), 1.25, 1.05, unit=" ×"),
    Bar("CPU a delivery, steady-1k", "≤ 2.0 × limit", cpu_ratio("steady-1k"), 2.0, 1.3, unit=" ×"),
    Bar(
        "CPU a delivery, steady-1k, against nchan",
        "below nchan",
        lambda runs: runs.ratio("steady-1k", "CPU us/delivery", "nchan"),
        0.9999,
        0.9999,
        unit=" ×",
    ),
    Bar("CPU a delivery, burst-1k", "≤ 0.3 × limit", cpu_ratio("burst-1k"), 0.3, 0.15, unit=" ×"),
    Bar("mean reply, wide-10k over lone-1", "≤ + 3 ms", reply_growth, 3, 1, unit=" ms"),
    Bar(
        "reply p99 under fan-out without pause",
        "≤ 25 ms",
        hub_figure("reply-under-fanout", "reply p99 ms"),
        25,
        10,
        unit=" ms",
    ),
    Bar(
        "p99 latency, wide-10k",
        "≤ limit's",
        lambda runs: runs.ratio("wide-10k", "p99 ms", "limit"),
        1.0,
        0.8,
        unit=" ×",
    ),
    Bar(
        "resident memory a connection at 10,000",
        "≤ 6 KB",
        hub_figure("idle-10k", "KB/connection"),
        6,
        4,
        unit=" KB",
    ),
    Bar(
        "CPU a delivery over WebSocket, steady-1k",
        "≤ 1.1 × SSE's",
        sockets_cpu,
        1.1,
        1.0,
        unit=" ×",
    ),
    Bar(
        "resident memory a WebSocket at 10,000",
        "≤ 7 KB",
        hub_figure("ws-idle-10k", "KB/connection"),
        7,
        6,
        unit=" KB",
    ),
    Bar(
        "durable ingest, arrays of 100, log at its limit",
        "≥ 30,000/s",
        hub_figure("ingest-100", "messages/s"),
        30000,
        60000,
        at_least=True,
        unit="/s",
    ),
    Bar(
        "durable ingest, 64 single publishers",
        "≥ 10,000/s",
        hub_figure("ingest-1", "messages/s"),
        10000,
        25000,
        at_least=True,
        unit="/s",
    ),
    Bar("ready after start", "≤ 1.5 s", hub_figure("start", "ready s"), 1.5, 0.5, unit=" s"),
    Bar("ready after kill -9", "≤ 3 s", hub_figure("start-killed", "ready s"), 3, 3, unit=" s"),
    Bar("hello p99 in a storm", "≤ 10 s", hub_figure("storm", "hello p99 s"), 10, 10, unit=" s"),
]


def bars(runs):
    lines = ["| figure | bar | measured | |", "|---|---|---|---|"]
    for bar in BARS:
        value = bar.measure(runs)
        if value is None:
            verdict, shown = "not run", "–"
        else:
            aimed = "met, aim too" if bar.holds(value, bar.aim) else "met"
            verdict = aimed if bar.holds(value, bar.limit) else "missed"
            shown = number(value) + bar.unit
        lines.append(f"| {bar.name} | {bar.text} | {shown} | {verdict} |")
    return "\n".join(lines)


FAULTS = (
    "lost",
    "repeated",
    "disorder",
    "gaps",
    "closed",
    "refused",
    "refused_publishes",
    "unanswered",
)


def faults(runs):
    """What makes a result worthless: losses, refusals, streams that were not there."""
    lines = []
    for by_server in runs.by_scenario.values():
        for results in by_server.values():
            for r in results:
                wrong = [f"{key} {r[key]:,}" for key in FAULTS if r.get(key)]
                expected = r.get("subs")
                for key in ("connected", "greeted", "caught_up"):
                    if expected is not None and r.get(key, expected) != expected:
                        wrong.append(f"{key} {r[key]:,} of {expected:,}")
                if r.get("undelivered"):
                    wrong.append(f"undelivered {r['undelivered']:,} at the end")
                if wrong:
                    lines.append(f"- {r['label']}: {', '.join(wrong)}")
    return "\n".join(lines)


def noise(runs):
    """How far others disturbed: the worst of all results."""
    results = [r for by in runs.by_scenario.values() for rs in by.values() for r in rs]
    others, steal = (
        max((r.get(key, 0) for r in results), default=0) for key in ("others_pct", "steal_pct")
    )
    return (
        f"Others used up to {others:.0f} % of the cores during a result,"
        f" the host withheld up to {steal:.0f} %."
    )
