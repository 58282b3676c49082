package tidings.server.cli;

import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import tidings.core.access.Grant;
import tidings.core.notification.AddressPattern;
import tidings.core.problem.Refusal;

/** The options that say what a token may do. */
final class GrantOptions {
  @Option(
      names = "--publish",
      arity = "1..*",
      paramLabel = "PATTERN",
      converter = Pattern.class,
      description = "What it may publish to: everyone, user:ID, user:*, topic:PATTERN.")
  private List<AddressPattern> publish = List.of();

  @Option(
      names = "--subscribe",
      arity = "1..*",
      paramLabel = "PATTERN",
      converter = Pattern.class,
      description = "What it may read.")
  private List<AddressPattern> subscribe = List.of();

  @Option(names = "--presence", description = "It may see who listens, and who comes and goes.")
  private boolean presence;

  @Option(names = "--raw", description = "It may read what sources received in the original.")
  private boolean raw;

  @Option(names = "--operate", description = "It may administer the hub.")
  private boolean operate;

  Grant grant() {
    return new Grant(publish, subscribe, presence, raw, operate);
  }

  private static final class Pattern implements ITypeConverter<AddressPattern> {
    @Override
    public AddressPattern convert(String text) {
      try {
        return AddressPattern.of(text);
      } catch (Refusal e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
