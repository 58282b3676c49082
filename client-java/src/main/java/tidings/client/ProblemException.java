package tidings.client;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A refusal: the hub's, or that of something before it, which says nothing of the hub. */
public final class ProblemException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;
  private final transient @Nullable Duration retryAfter;

  ProblemException(String hub, Problem problem, @Nullable Duration retryAfter) {
    super(
        "%s answered %d: %s%s"
            .formatted(
                hub,
                problem.status(),
                problem.title(),
                problem.detail() == null ? "" : ": " + problem.detail()));
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  public Problem problem() {
    return problem;
  }

  /** How long the hub wants to be left alone, null if it said nothing. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** Whether it is the hub that refuses (protocol/problems.md). */
  boolean isHubs() {
    return problem.type() != null && problem.type().startsWith("urn:tidings:problem:");
  }

  int status() {
    return problem.status();
  }
}
