package tidings.server.cli;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that say which hub is spoken to, and as whom. */
final class HubOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--hub",
      paramLabel = "URL",
      defaultValue = "${env:TIDINGS_HUB:-http://127.0.0.1:8080}",
      description = "The hub (default: $TIDINGS_HUB, else http://127.0.0.1:8080).")
  private String hub;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:TIDINGS_TOKEN:-" + Option.NULL_VALUE + "}",
      description =
          "Your token (default: $TIDINGS_TOKEN, which other users of this machine can't see).")
  private @Nullable String token;

  HubClient client() {
    try {
      URI uri = URI.create(hub);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return new HubClient(hub.replaceAll("/+$", ""), token);
      }
    } catch (IllegalArgumentException e) {
      throw notUrl(e);
    }
    throw notUrl(null);
  }

  private ParameterException notUrl(@Nullable Throwable cause) {
    String message = "--hub: \"" + hub + "\" (expected a URL like http://127.0.0.1:8080)";
    return new ParameterException(spec.commandLine(), message, cause);
  }
}
