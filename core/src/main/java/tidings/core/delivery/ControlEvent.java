package tidings.core.delivery;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Summary;
import tidings.core.log.Cursor;
import tidings.core.notification.AddressPattern;

/**
 * What a stream says beside notifications. Every one has a cursor, so that it moves the reader's.
 */
public sealed interface ControlEvent {

  Cursor cursor();

  /**
   * The first frame of every stream.
   *
   * @param cursor where the reader stands; if a gap follows, the cursor that it came with, so that
   *     the gap is announced again should the line break between the two
   * @param to what the stream will carry, after narrowing by the grant
   */
  record Hello(Cursor cursor, int heartbeatMs, List<AddressPattern> to, @Nullable String user)
      implements ControlEvent {}

  /**
   * The line is alive, and all up to the cursor was looked at.
   *
   * @param rev the user's revision, if there is a user and it is known
   */
  record Tick(Cursor cursor, OptionalLong rev) implements ControlEvent {}

  /**
   * How the user's inbox stands.
   *
   * @param cursor where the reader stands, which says nothing of what was counted
   */
  record Inbox(Cursor cursor, Summary summary) implements ControlEvent {}

  /**
   * Something can't be given any more; the stream goes on from the cursor.
   *
   * @param from the reader's cursor
   */
  record Gap(Cursor cursor, Reason reason, Cursor from) implements ControlEvent {
    /** Why it is gone. */
    public enum Reason {
      /** It is older than what the hub keeps. */
      RETENTION,
      /** The cursor belongs to another history. */
      EPOCH
    }
  }

  /** A user has come, or gone. */
  record Presence(Cursor cursor, String user, boolean present) implements ControlEvent {}

  /** Users came or went and the reader was not told: it asks who is there. */
  record PresenceMissed(Cursor cursor) implements ControlEvent {}

  /** The credentials end now; the stream closes after this. */
  record Reauth(Cursor cursor) implements ControlEvent {}
}
