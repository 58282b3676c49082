/** The moment at which pictures are taken; a Friday. */
export const FIXTURE_NOW = Date.parse("2026-03-13T14:32:00Z");

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Draft = Record<string, unknown>;

const nasqueron = (
  service: string,
  group: string,
  type: string,
  title: string,
  more: Draft = {},
): Draft => ({
  source: service,
  type,
  title,
  topics: [`nasqueron.${group}.${service.toLowerCase()}.${type}`],
  data: { project: "Nasqueron", group },
  link: "https://example.org/",
  ...more,
});

const shop = (type: string, title: string, more: Draft = {}): Draft => ({
  source: "Shop",
  type,
  title,
  topics: [`shop.orders.${type}`],
  ...more,
});

const alert = (title: string, level: string, body: string): Draft => ({
  source: "Alertmanager",
  type: "alert",
  level,
  title,
  body,
  topics: ["infra.alerts.firing"],
});

/** Forty things that happened over three days, newest first, as [age, what]. */
const HAPPENED: readonly (readonly [number, Draft])[] = [
  [20_000, nasqueron("GitHub", "tidings", "push", "alice pushed 3 commits to tidings (branch main)", { body: "Read the cursor on the dispatcher’s own thread; and two more" })],
  [4 * MINUTE, nasqueron("Jenkins", "ci", "completed.success", "tidings #482 has been built in 3 min 12 s", { level: "success" })],
  [9 * MINUTE, shop("placed", "Order 10492 placed: 3 items, €64.20", { link: "https://example.org/orders/10492" })],
  [16 * MINUTE, alert("Disk on db-2 is 91 % full", "warning", "/var/lib/postgresql has 18 GB left; at this rate it is full on Sunday.")],
  [31 * MINUTE, nasqueron("GitHub", "tidings", "pull_request", "bruno opened pull request #118: Keep the tail within its bound when one notification is larger than a page of it")],
  [44 * MINUTE, nasqueron("Phabricator", "ops", "task", "T1987: Renew the certificate of infra.example.org (Open, Normal)", { body: "carla changed the priority from Low to Normal." })],
  [58 * MINUTE, nasqueron("Jenkins", "ci", "completed.failure", "tidings-docs #77 has failed", { level: "error", body: "Step “link check”: 2 links lead nowhere." })],
  [74 * MINUTE, shop("paid", "Order 10491 paid by card", { level: "success", link: "https://example.org/orders/10491" })],
  [80 * MINUTE, { source: "Backup", type: "backup.done", title: "Nightly backup of mail-1 verified: 212 GB in 41 min", level: "success", everyone: true, topics: [] }],
  [2 * HOUR, { source: "Ops", type: "maintenance", title: "Maintenance on Saturday 22:00–23:00 UTC: the shop is read-only", body: "Orders placed in that hour are kept and booked afterwards.", everyone: true, topics: [] }],
  [2.4 * HOUR, nasqueron("GitHub", "tidings", "issues", "dora closed issue #97: A filtered stream misses the hand-over")],
  [2.6 * HOUR, nasqueron("DockerHub", "docker", "push", "nasqueron/notifications:latest has been pushed")],
  [3.1 * HOUR, { source: "CI", type: "review", title: "bruno asks you to review #118", direct: true, link: "/reviews/118", topics: ["shop.reviews.asked"] }],
  [3.5 * HOUR, alert("API error rate is back below 0.1 %", "success", "5xx were at 0.08 % over the last 15 min.")],
  [3.6 * HOUR, alert("API error rate is above 2 %", "error", "5xx at 2.4 % over 5 min, most of them on POST /orders.")],
  [4.2 * HOUR, shop("placed", "Order 10490 placed: 1 item, €12.00")],
  [5 * HOUR, nasqueron("GitHub", "website", "release", "Release v4.2.0 of website: Faster search, and a dark theme", { body: "Search answers in 40 ms at the 99th percentile." })],
  [5.3 * HOUR, nasqueron("GitHub", "website", "create", "erin created the tag v4.2.0 on website")],
  [6 * HOUR, { source: "Grafana", type: "alert", level: "warning", title: "Queue “ingest” grows: 12,400 ready", topics: ["infra.queues.depth"], link: "https://example.org/d/queues" }],
  [20 * HOUR, nasqueron("Phabricator", "ops", "revision", "D3021: Move the delivery API behind nginx (Accepted)")],
  [20.5 * HOUR, nasqueron("GitHub", "salt", "push", "carla pushed 1 commit to salt (branch production)", { body: "Raise the worker limit of the broker to 64" })],
  [22 * HOUR, shop("refunded", "Order 10467 refunded: €31.90", { level: "warning", body: "Reason given: arrived too late." })],
  [23 * HOUR, nasqueron("Jenkins", "ci", "completed.unstable", "website #1203 is unstable: 2 of 1,418 tests fail", { level: "warning" })],
  [25 * HOUR, nasqueron("GitHub", "tidings", "push", "alice pushed 1 commit to tidings (branch tail-bound)")],
  [26 * HOUR, { source: "Sentry", type: "issue", level: "error", title: "TypeError: cart.items is undefined in checkout.js", body: "Seen 14 times by 9 people since 12:10.", topics: ["shop.errors.web"], link: "https://example.org/sentry/3312" }],
  [27 * HOUR, shop("placed", "Order 10489 placed: 7 items, €210.75")],
  [28 * HOUR, nasqueron("GitHub", "tidings", "issue_comment", "dora commented on issue #97: A filtered stream misses the hand-over")],
  [29 * HOUR, { source: "Mail", type: "bounce", title: "A message to orders@example.net came back", level: "warning", topics: ["mail.bounces"] }],
  [30 * HOUR, nasqueron("DockerHub", "docker", "build.failure", "Image build failure for nasqueron/arcanist", { level: "error" })],
  [31 * HOUR, { source: "Heating", type: "sensor", title: "Server room: 27.4 °C, 2.4 above the usual", level: "warning", topics: ["building.sensors.server-room"] }],
  [44 * HOUR, nasqueron("GitHub", "website", "push", "erin pushed 12 commits to website (branch main)")],
  [45 * HOUR, nasqueron("Jenkins", "ci", "completed.success", "website #1202 has been built in 6 min 40 s", { level: "success" })],
  [46 * HOUR, shop("placed", "Order 10488 placed: 2 items, €49.80")],
  [47 * HOUR, nasqueron("Phabricator", "ops", "task", "T1990: Document the least rights of a broker user (Open, Normal)")],
  [49 * HOUR, { source: "Ops", type: "deploy", title: "Shop 2026.11 is deployed on all four nodes", level: "success", everyone: true, topics: [] }],
  [50 * HOUR, nasqueron("GitHub", "tidings", "fork", "frank forked tidings")],
  [51 * HOUR, alert("Certificate of api.example.org ends in 14 days", "warning", "Renewal is tried every night and has failed twice: DNS challenge refused.")],
  [52 * HOUR, nasqueron("GitHub", "salt", "pull_request_review", "carla approved pull request #44: Rotate the hub’s key every quarter")],
  [53 * HOUR, shop("placed", "Order 10487 placed: 1 item, €8.50")],
  [54 * HOUR, { source: "Backup", type: "backup.done", title: "Nightly backup of db-2 verified: 96 GB in 22 min", level: "success", everyone: true, topics: [] }],
];

/** The fixture as drafts in the order in which they happened. */
export const FIXTURE: readonly Draft[] = HAPPENED.map(([age, draft]) => ({
  ...draft,
  time: new Date(FIXTURE_NOW - age).toISOString(),
})).reverse();
