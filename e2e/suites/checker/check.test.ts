import { describe, expect, it } from 'vitest';
import { addressedTo, check } from '../../checker/check.ts';
import { contentHash, parseCursor, type Arrival, type Evidence, type Frame, type Published } from '../../checker/evidence.ts';

const hash = contentHash({ title: 'x' });
const at = (position: number) => ({ epoch: 'aaaaaaaa', position });
const published = (key: string, position: number, more: Partial<Published> = {}): Published => ({
  key,
  hash,
  to: ['topic:shop'],
  outcome: 'ok',
  cursor: at(position),
  ...more,
});
const arrival = (key: string, position: number, more: Partial<Arrival> = {}): Arrival => ({
  kind: 'notification',
  cursor: at(position),
  id: `id-${key}`,
  key,
  hash,
  ...more,
});
const reader = (streams: Frame[][], since = 0) => ({
  name: 'ann',
  since,
  entitled: addressedTo('topic:shop', 'everyone'),
  streams,
});
const resources = { descriptors: 40, threads: 20, residentBytes: 1e8 };

/** Three notifications kept and delivered, the third after a reconnect. */
const kept: Evidence = {
  published: [published('a', 1), published('b', 2), published('c', 3)],
  log: [arrival('a', 1), arrival('b', 2), arrival('c', 3)],
  readers: [reader([[{ kind: 'control', event: 'hello' }, arrival('a', 1), arrival('b', 2)], [arrival('c', 3)]])],
  marksAcknowledged: [{ user: 'ann', id: 'id-a', state: 'read' }],
  marksFound: [{ user: 'ann', id: 'id-a', state: 'read' }],
  integrity: 'ok',
  before: resources,
  after: resources,
};

describe('what is kept', () => {
  it('passes', () => expect(check(kept)).toEqual([]));

  it('allows a repetition on another connection', () => {
    const readers = [reader([[arrival('a', 1), arrival('b', 2)], [arrival('b', 2), arrival('c', 3)]])];
    expect(check({ ...kept, readers })).toEqual([]);
  });

  it('allows what a gap covers', () => {
    const gap: Frame = { kind: 'gap', reason: 'retention', from: at(0), to: at(2) };
    expect(check({ ...kept, readers: [reader([[gap, arrival('c', 3)]])] })).toEqual([]);
  });

  it('allows a jump after a gap of epochs', () => {
    const gap: Frame = { kind: 'gap', reason: 'epoch', from: { epoch: 'zzzzzzzz', position: 9 }, to: at(2) };
    expect(check({ ...kept, readers: [reader([[arrival('a', 1), gap, arrival('c', 3)]])] })).toEqual([]);
  });

  it('owes nothing from before the reader came', () => {
    expect(check({ ...kept, readers: [reader([[arrival('c', 3)]], 2)] })).toEqual([]);
  });

  it('exempts readers from what has expired', () => {
    const late = published('b', 2, { exempt: 'expired' });
    const readers = [reader([[arrival('a', 1), arrival('c', 3)]])];
    expect(check({ ...kept, published: [published('a', 1), late, published('c', 3)], readers })).toEqual([]);
  });

  it('allows an unknown to be there once or not at all', () => {
    const unknowns: Published[] = ['c', 'd'].map((key) => ({ key, hash, to: ['topic:shop'], outcome: 'unknown' }));
    expect(check({ ...kept, published: [published('a', 1), published('b', 2), ...unknowns] })).toEqual([]);
  });
});

describe('each rule fails on what breaks it', () => {
  const violating: [string, RegExp, Partial<Evidence>][] = [
    ['an acknowledged entry that the log lost', /^rule 1: c .* not in the log/, { log: kept.log.slice(0, 2) }],
    [
      'an acknowledged entry at another position',
      /^rule 1: c was acknowledged at 3 .* at 4/,
      { log: [arrival('a', 1), arrival('b', 2), arrival('c', 4)] },
    ],
    [
      'a hand-over that skips one',
      /^rule 1: b at 2 did not reach ann/,
      { readers: [reader([[arrival('a', 1)], [arrival('c', 3)]])] },
    ],
    [
      'a gap that covers less than is missing',
      /^rule 1: b at 2 did not reach ann/,
      { readers: [reader([[{ kind: 'gap', reason: 'retention', from: at(0), to: at(1) }, arrival('c', 3)]])] },
    ],
    [
      'a refused one that was stored',
      /^rule 2: c was refused but is in the log/,
      { published: [published('a', 1), published('b', 2), published('c', 3, { outcome: 'failed' })] },
    ],
    [
      'a refused one that was delivered only',
      /^rule 2: c was refused but reached ann/,
      {
        published: [published('a', 1), published('b', 2), published('c', 3, { outcome: 'failed' })],
        log: kept.log.slice(0, 2),
      },
    ],
    ['a retry stored twice', /^rule 2: c is in the log 2 times/, { log: [...kept.log, arrival('c', 4, { id: 'other' })] }],
    [
      'a repetition within a stream',
      /^rule 3: ann has 2 after 2/,
      { readers: [reader([[arrival('a', 1), arrival('b', 2), arrival('b', 2), arrival('c', 3)]])] },
    ],
    [
      'a stream out of order',
      /^rule 3: ann has 2 after 3/,
      { readers: [reader([[arrival('a', 1), arrival('c', 3), arrival('b', 2)]])] },
    ],
    [
      'an id with two contents',
      /^rule 3: id-a reached ann with other content/,
      { readers: [reader([[arrival('a', 1, { hash: 'other' }), arrival('b', 2), arrival('c', 3)]])] },
    ],
    [
      'an epoch that is reused: an acknowledged position holds another entry',
      /^rule 1: c was acknowledged at 3/,
      { log: [arrival('a', 1), arrival('b', 2), arrival('x', 3)] },
    ],
    [
      'a skipped entitlement check',
      /^rule 4: b reached ann, who may not see it/,
      { published: [published('a', 1), published('b', 2, { to: ['user:bob'] }), published('c', 3)] },
    ],
    [
      'something that nobody published',
      /^rule 4: x reached ann but nobody published it/,
      { readers: [reader([[arrival('a', 1), arrival('b', 2), arrival('c', 3), arrival('x', 4)]])] },
    ],
    ['a mark that was lost', /^rule 5: ann marked id-a read/, { marksFound: [] }],
    ['a mark that went back', /^rule 5: ann marked id-a read/, { marksFound: [{ user: 'ann', id: 'id-a', state: 'unread' }] }],
    ['a damaged store', /^rule 6: integrity check: row 3 missing/, { integrity: 'row 3 missing from index' }],
    ['leaked descriptors', /^rule 6: descriptors went from 40 to 400/, { after: { ...resources, descriptors: 400 } }],
    ['leaked threads', /^rule 6: threads went from 20 to 200/, { after: { ...resources, threads: 200 } }],
    ['leaked memory', /^rule 6: residentBytes went/, { after: { ...resources, residentBytes: 1e9 } }],
  ];
  it.each(violating)('%s', (_, finding, change) => {
    expect(check({ ...kept, ...change })).toContainEqual(expect.stringMatching(finding));
  });
});

describe('a cursor', () => {
  it('is an epoch and a position', () => expect(parseCursor('k3x9a0bz.17')).toEqual({ epoch: 'k3x9a0bz', position: 17 }));

  it.each(['17', '.17', 'k3x9a0bz.', 'k3x9a0bz.x'])('is not %s', (text) => {
    expect(() => parseCursor(text)).toThrow('expected epoch.position');
  });
});
