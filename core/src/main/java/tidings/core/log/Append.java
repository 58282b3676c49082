package tidings.core.log;

import java.util.List;
import java.util.UUID;
import tidings.core.problem.Problem;

/**
 * One request to the log: entries that are stored all or not at all, and who wants to know.
 *
 * @param entries 1 or more, in order
 * @param outcome told exactly once
 */
public record Append(List<NewEntry> entries, Outcome outcome) {

  public Append {
    entries = List.copyOf(entries);
  }

  /** What becomes of an append. Called on the store writer's thread: must not block, nor throw. */
  public interface Outcome {

    /** All entries are on stable storage; one receipt for each, in order. */
    void stored(List<Receipt> receipts);

    /** Nothing was stored, unless the problem is of kind {@code OUTCOME_UNKNOWN}. */
    void refused(Problem problem);
  }

  /**
   * Where an entry is.
   *
   * @param repeated whether its {@code ref} had been stored before, and this is that one's receipt
   */
  public record Receipt(UUID id, long position, boolean repeated) {}
}
