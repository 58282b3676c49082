package tidings.core.inbox;

import org.jspecify.annotations.Nullable;

/** Candidates in turn, the newest first, each position once. Used by one thread. */
interface Candidates {

  /** The next one; null when there is none. */
  @Nullable Candidate next();

  /** Two as one. Where both have a position, the first one's rows count. */
  static Candidates merge(Candidates first, Candidates second) {
    return new Candidates() {
      private @Nullable Candidate ofFirst = first.next();
      private @Nullable Candidate ofSecond = second.next();

      @Override
      public @Nullable Candidate next() {
        Candidate one = ofFirst;
        Candidate other = ofSecond;
        if (one != null && (other == null || one.position() >= other.position())) {
          ofFirst = first.next();
          if (other != null && one.position() == other.position()) {
            ofSecond = second.next();
          }
          return one;
        }
        ofSecond = other == null ? null : second.next();
        return other;
      }
    };
  }
}
