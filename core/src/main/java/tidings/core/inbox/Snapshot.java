package tidings.core.inbox;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tidings.core.log.Entry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;

/**
 * One moment of a store, for the reading that it was given to. Stretches are given by {@code above}
 * (exclusive) and {@code upTo} (inclusive); lists are newest first, and at most {@code limit} long.
 * What is below the low-water mark is not there, whether its rows were purged already or not.
 */
public interface Snapshot {

  /** The lowest position that is kept; {@code end() + 1} if none is. */
  long lowWater();

  /** The position of the newest entry, 0 if there is none. */
  long end();

  /** Full text knows everything up to here. */
  long indexed();

  /** What is kept of a user; null if they have not begun. */
  @Nullable Person person(String user);

  /** The rows of an address, those with a negative sort too. */
  List<Row> rows(Address address, long above, long upTo, int limit);

  /** The entries of the log, those with a negative sort too; withdrawn and erased ones are not. */
  List<WideRow> wide(long above, long upTo, int limit);

  /** One row for each of the entry's addresses that reaches; none if it is not kept. */
  List<Row> rowsAt(long position, Predicate<Address> reaching);

  /** What a person marked by itself. */
  List<Touched> touched(long person, long above, long upTo, int limit);

  /** What a person marked by itself with this flag, be it that a mark covers it now. */
  List<Touched> touched(long person, Flag flag, long above, long upTo, int limit);

  /** Which exceptions can be looked for. */
  enum Flag {
    /** Those whose {@code read} is false. */
    UNREAD,
    /** Those whose {@code archived} is true. */
    ARCHIVED
  }

  /** The notifications at these positions, in their order; without those that are not kept. */
  List<Entry> entries(List<Long> positions);

  /** Where the notifications with these ids are; without those that are not kept. */
  Map<UUID, Long> positions(Collection<UUID> ids);

  /**
   * The positions at which title or body have all the words, among the entries that may be read;
   * some of them may be withdrawn already, or be of other topics.
   *
   * @param granted what may be read; of what is for users, those that it names count
   * @param isOver asked now and then, also before anything is found; cheap
   * @return null if it was over before all were found
   */
  @Nullable List<Long> matches(
      Words words,
      List<AddressPattern> granted,
      long above,
      long upTo,
      int limit,
      BooleanSupplier isOver);

  /** The topics of kept entries from one name to below another, in the order of bytes. */
  List<String> topics(String from, String below, int limit);
}
