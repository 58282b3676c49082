package tidings.core.inbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The entries in which full text finds words, and between them places up to which was looked. */
final class Matches implements Candidates {
  private final View view;
  private final Words words;
  private final Budget budget;
  private long upTo;
  private List<Long> found = List.of();
  private int taken;
  private boolean looked;

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
      long above = Math.max(low, upTo - Words.STRETCH_MAX);
      List<Long> next =
          view.snapshot.matches(words, view.granted, above, upTo, Words.FOUND_MAX, budget::isLate);
      if (next == null) {
        return end();
      }
      looked = true;
      found = next;
      taken = 0;
      upTo = found.size() < Words.FOUND_MAX ? above : found.getLast() - 1;
      if (found.isEmpty()) {
        return new Candidate(above + 1, List.of());
      }
    }
    budget.take(Budget.LOOKED_UP);
    return view.at(found.get(taken++));
  }

  /** The place up to which was looked when the time was over. */
  private Candidate end() {
    if (!looked) {
      throw words.slow(); // the next page would get no further
    }
    return new Candidate(upTo + 1, List.of());
  }
}
