export { type Cursor, positionOf } from "./cursor.ts";
export { type Hub, ProblemError, fetchHistory, isPassing } from "./hub.ts";
export { type Backoff, type Failure, type State, delayAfter } from "./state.ts";
export { type Stream, type StreamEvent, type StreamOptions, openStream } from "./stream.ts";
export type { Entry, Gap, HistoryPage, Level, Notification, Problem } from "./wire.ts";
