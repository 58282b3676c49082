const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "medium" });

/** How long ago, in as few characters as tell it: "now", "4 min", "3 h", then `momentLabel`. */
export function agoLabel(timeMs: number, nowMs: number): string {
  const ageMs = nowMs - timeMs;
  if (Number.isNaN(ageMs)) return "";
  if (ageMs < MINUTE_MS) return "now";
  if (ageMs < HOUR_MS) return `${Math.floor(ageMs / MINUTE_MS)} min`;
  if (ageMs < DAY_MS) return `${Math.floor(ageMs / HOUR_MS)} h`;
  return momentLabel(timeMs, nowMs);
}

/** A moment as a reader would say it now: "14:02", "Tue 14:02", after a week "3 Mar 14:02". */
export function momentLabel(timeMs: number, nowMs: number): string {
  const clock = CLOCK.format(timeMs);
  const ageMs = nowMs - timeMs;
  if (ageMs < DAY_MS && WEEKDAY.format(timeMs) === WEEKDAY.format(nowMs)) return clock;
  if (ageMs < WEEK_MS) return `${WEEKDAY.format(timeMs)} ${clock}`;
  return `${DATE.format(timeMs)} ${clock}`;
}

/** The whole moment, for a tooltip. */
export function fullLabel(timeMs: number): string {
  return Number.isNaN(timeMs) ? "" : FULL.format(timeMs);
}
