package tidings.store.sqlite;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tidings.core.inbox.Sorts;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.Level;

/** How an entry is spelled in a row of {@code log}. */
final class Rows {
  /** What {@link #entry} reads, in its order. */
  static final String COLUMNS = "position, kind, id, addresses, type, source, level, expires, json";

  static final int KIND_NOTIFICATION = 0;
  static final int KIND_WITHDRAWN = 1;

  /** A place in the log whose content is gone: withdrawn or erased. */
  static final int KIND_GONE = 2;

  /** For those who listen now. */
  static final int KIND_ONLY_ACTIVE = 3;

  /** A level's number is its place in this list; older files rely on it. */
  private static final List<Level> LEVELS =
      List.of(Level.INFO, Level.SUCCESS, Level.WARNING, Level.ERROR);

  private Rows() {}

  /** The entry in the current row; null if its content is gone. */
  static @Nullable Entry entry(ResultSet row) throws SQLException {
    int kind = row.getInt(2);
    if (kind == KIND_GONE) {
      return null;
    }
    long expires = row.getLong(8);
    return new Entry(
        row.getLong(1),
        kind(kind),
        Blobs.id(row.getBytes(3)),
        addresses(row.getString(4)),
        row.getString(5),
        row.getString(6),
        level(row.getInt(7)),
        expires == 0 ? Entry.NEVER : expires,
        row.getBytes(9));
  }

  private static Entry.Kind kind(int kind) {
    return switch (kind) {
      case KIND_NOTIFICATION -> Entry.Kind.NOTIFICATION;
      case KIND_WITHDRAWN -> Entry.Kind.WITHDRAWN;
      case KIND_ONLY_ACTIVE -> Entry.Kind.ONLY_ACTIVE;
      default -> throw new IllegalArgumentException("kind " + kind);
    };
  }

  /** What inboxes filter an entry by. */
  static Sorts.Sort sort(@Nullable String type, @Nullable String source, Level level) {
    return new Sorts.Sort(type == null ? "" : type, source == null ? "" : source, level);
  }

  static Level level(int number) {
    return LEVELS.get(number);
  }

  static int number(Level level) {
    return LEVELS.indexOf(level);
  }

  /** Addresses as one text; none of them holds a space. */
  static String text(List<Address> addresses) {
    return addresses.size() == 1
        ? addresses.getFirst().toString()
        : addresses.stream().map(Address::toString).collect(Collectors.joining(" "));
  }

  static List<Address> addresses(String text) {
    return split(text).stream().map(Address::of).toList();
  }

  static List<String> split(String addresses) {
    return addresses.isEmpty() ? List.of() : List.of(addresses.split(" "));
  }
}
