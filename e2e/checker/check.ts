import type { Arrival, Evidence, Gap, Published, ReaderLog } from './evidence.ts';

/** What a hub at rest may hold beyond what it held before: pools that have grown, a warmer heap. */
const descriptorsMore = 16;
const threadsMore = 16;
const residentBytesMore = 256 * 1024 * 1024;

/** Judges a fault by the six rules of the promises; answers the violations, none if all was kept. */
export function check(evidence: Evidence): string[] {
  return [
    ...rule1(evidence),
    ...rule2(evidence),
    ...rule3(evidence),
    ...rule4(evidence),
    ...rule5(evidence),
    ...rule6(evidence),
  ];
}

/** Every ok is in the log and reached every entitled reader, or a gap covers it. */
function* rule1({ published, log, readers }: Evidence): Generator<string> {
  const logged = new Map(log.map((entry) => [entry.key, entry]));
  const owed = published.filter((p) => p.outcome === 'ok' && p.exempt === undefined);
  const seen = readers.map((reader) => new Set(arrivals(reader).map((a) => a.key)));
  const gaps = readers.map((reader) =>
    reader.streams.flat().filter((frame): frame is Gap => frame.kind === 'gap'),
  );
  for (const p of owed) {
    const position = p.cursor?.position ?? 0;
    const entry = logged.get(p.key);
    if (entry === undefined) {
      yield `rule 1: ${p.key} was acknowledged at ${position} but is not in the log`;
    } else if (entry.hash !== p.hash || entry.cursor.position !== position) {
      yield `rule 1: ${p.key} was acknowledged at ${position} with ${p.hash} but is in the log at ${entry.cursor.position} with ${entry.hash}`;
    }
    for (const [i, reader] of readers.entries()) {
      const due = position > reader.since && reader.entitled(p);
      if (due && !seen[i]?.has(p.key) && !gaps[i]?.some((gap) => covers(gap, position))) {
        yield `rule 1: ${p.key} at ${position} did not reach ${reader.name}, and no gap covers it`;
      }
    }
  }
}

/** A definite failure is absent, and nothing is there twice. */
function* rule2({ published, log, readers }: Evidence): Generator<string> {
  const failed = new Set(published.filter((p) => p.outcome === 'failed').map((p) => p.key));
  const count = new Map<string, number>();
  for (const entry of log) {
    count.set(entry.key, (count.get(entry.key) ?? 0) + 1);
    if (failed.has(entry.key)) yield `rule 2: ${entry.key} was refused but is in the log`;
  }
  for (const [key, times] of count) {
    if (times > 1) yield `rule 2: ${key} is in the log ${times} times`;
  }
  for (const reader of readers) {
    for (const a of arrivals(reader)) {
      if (failed.has(a.key)) yield `rule 2: ${a.key} was refused but reached ${reader.name}`;
    }
  }
}

/** Positions rise strictly in every stream; a repeated id has the same content. */
function* rule3({ log, readers }: Evidence): Generator<string> {
  const contents = new Map<string, string>();
  const streams = readers.flatMap((r) => r.streams.map((frames) => ({ name: r.name, frames })));
  for (const { name, frames } of [{ name: 'the log', frames: log }, ...streams]) {
    let last = 0;
    for (const frame of frames) {
      if (frame.kind === 'gap') last = frame.to.position;
      if (frame.kind !== 'notification') continue;
      const position = frame.cursor.position;
      if (position <= last) yield `rule 3: ${name} has ${position} after ${last}`;
      last = position;
      const content = contents.get(frame.id);
      if (content !== undefined && content !== frame.hash) {
        yield `rule 3: ${frame.id} reached ${name} with other content than before`;
      }
      contents.set(frame.id, frame.hash);
    }
  }
}

/** Nothing reached anyone who is not entitled to it. */
function* rule4({ published, readers }: Evidence): Generator<string> {
  const known = new Map(published.map((p) => [p.key, p]));
  for (const reader of readers) {
    for (const a of arrivals(reader)) {
      const p = known.get(a.key);
      if (p === undefined) yield `rule 4: ${a.key} reached ${reader.name} but nobody published it`;
      else if (!reader.entitled(p)) yield `rule 4: ${a.key} reached ${reader.name}, who may not see it`;
      else if (a.hash !== p.hash) yield `rule 4: ${a.key} reached ${reader.name} with altered content`;
    }
  }
}

/** Acknowledged read state is never lost. */
function* rule5({ marksAcknowledged, marksFound }: Evidence): Generator<string> {
  const found = new Set(marksFound.map((m) => JSON.stringify([m.user, m.id, m.state])));
  for (const m of marksAcknowledged) {
    if (!found.has(JSON.stringify([m.user, m.id, m.state]))) {
      yield `rule 5: ${m.user} marked ${m.id} ${m.state}, which is lost`;
    }
  }
}

/** The store passes its integrity check, and the process holds no more than before. */
function* rule6({ integrity, before, after }: Evidence): Generator<string> {
  if (integrity !== 'ok') yield `rule 6: integrity check: ${integrity}`;
  const limits = {
    descriptors: descriptorsMore,
    threads: threadsMore,
    residentBytes: residentBytesMore,
  } as const;
  for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
    if (after[name] > before[name] + limits[name]) {
      yield `rule 6: ${name} went from ${before[name]} to ${after[name]}`;
    }
  }
}

function arrivals(reader: ReaderLog): Arrival[] {
  return reader.streams.flat().filter((frame): frame is Arrival => frame.kind === 'notification');
}

/** A retention gap names what it covers; after one of epochs the stream goes on from `to`. */
function covers(gap: Gap, position: number): boolean {
  return position <= gap.to.position && (gap.reason === 'epoch' || position > gap.from.position);
}

/** Entitled to what is addressed to one of these addresses, word for word. */
export function addressedTo(...addresses: string[]): (published: Published) => boolean {
  return (published) => published.to.some((address) => addresses.includes(address));
}
