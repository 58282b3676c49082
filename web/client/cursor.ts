/** A place in the hub's log, as the hub writes it: `epoch.position`. */
export type Cursor = string;

/** The position within a cursor, or undefined if the text is no cursor. */
export function positionOf(cursor: Cursor): bigint | undefined {
  const position = CURSOR.exec(cursor)?.[1];
  return position === undefined ? undefined : BigInt(position);
}

/**
 * Whether `cursor` lies at or before `other`. Only cursors of one epoch can be compared by a
 * client; of two epochs, only the hub can tell, so the answer is false.
 */
export function isCoveredBy(cursor: Cursor, other: Cursor): boolean {
  const position = positionOf(cursor);
  const otherPosition = positionOf(other);
  if (position === undefined || otherPosition === undefined) return false;
  return cursor.slice(0, EPOCH_CHARS) === other.slice(0, EPOCH_CHARS) && position <= otherPosition;
}

const EPOCH_CHARS = 8;
const CURSOR = /^[a-z0-9]{8}\.(0|[1-9]\d{0,17})$/;
