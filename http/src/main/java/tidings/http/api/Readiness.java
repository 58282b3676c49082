package tidings.http.api;

import java.util.List;

/**
 * Whether the hub can do its work (protocol/README.md).
 *
 * @param reasons what is wrong; empty if it is ready
 */
public record Readiness(Status status, List<Reason> reasons) {

  public static final Readiness READY = new Readiness(Status.READY, List.of());

  public Readiness {
    reasons = List.copyOf(reasons);
  }

  /** What the hub can do. */
  public enum Status {
    /** All. */
    READY,
    /** It serves, but a source does not. */
    DEGRADED,
    /** It can't store, or is stopping. */
    UNAVAILABLE
  }

  /**
   * Why.
   *
   * @param part what is concerned, for example {@code source center}
   * @param detail what is wrong with it, for an operator
   */
  public record Reason(String part, String detail) {}
}
