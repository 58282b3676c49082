package tidings.core.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries in which full text finds words, and between them places up to which was looked. */
final class Matches implements Candidates {
  /** How many positions are asked for at once: that bounds what one look costs. */
  private static final int STRETCH = 100_000;

  private static final int FOUND_MAX = 256;

  private final View view;
  private final Words words;
  private final Budget budget;
  private long upTo;
  private List<Long> found = List.of();
  private int taken;

  Matches(View view, Words words, long upTo, Budget budget) {
    this.view = view;
    this.words = words;
    this.upTo = upTo;
    this.budget = budget;
  }

  @Override
  public @Nullable Candidate next() {
    if (taken == found.size()) {
      long low = view.snapshot.lowWater() - 1;
      if (upTo <= low) {
        return null;
      }
      long above = Math.max(low, upTo - STRETCH);
      found = view.snapshot.matches(words, view.user, above, upTo, FOUND_MAX);
      taken = 0;
      upTo = found.size() < FOUND_MAX ? above : found.getLast() - 1;
      if (found.isEmpty()) {
        return new Candidate(above + 1, List.of());
      }
    }
    budget.take(2);
    return view.at(found.get(taken++));
  }
}
