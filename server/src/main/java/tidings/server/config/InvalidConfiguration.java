package tidings.server.config;

import java.util.List;

/** A configuration that was refused, with everything that is wrong with it. */
public final class InvalidConfiguration extends Exception {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // an immutable list of strings
  private final List<String> faults;

  InvalidConfiguration(List<String> faults) {
    super(String.join("\n", faults));
    this.faults = List.copyOf(faults);
  }

  /** One line a fault, in the order of the file; at least one. */
  public List<String> faults() {
    return faults;
  }
}
