package tidings.core.notification;

import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * A subject that people follow: 1 to 12 words of A–Z a–z 0–9 _ - joined by dots, at most 200
 * characters, compared case-sensitively.
 */
public record Topic(String name) implements Comparable<Topic> {

  /**
   * @throws Refusal naming what breaks the grammar
   */
  public Topic {
    String fault = Words.fault(name, false);
    if (fault != null) {
      throw Problem.invalid(
              "topic", "topic \"" + name + "\": " + fault + " (" + Words.EXPECTED + ")")
          .refusal();
    }
  }

  @Override
  public int compareTo(Topic other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
