package tidings.server.cli;

import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import tidings.client.TidingsClient;

/** The options that say which hub is spoken to, and as whom; a command's own commands have them. */
final class HubOptions {
  private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7e]+");

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--hub",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      defaultValue = "${env:TIDINGS_HUB:-http://127.0.0.1:8080}",
      description = "The hub (default: $TIDINGS_HUB, else http://127.0.0.1:8080).")
  private String hub;

  @Option(
      names = "--token",
      scope = ScopeType.INHERIT,
      paramLabel = "TOKEN",
      defaultValue = "${env:TIDINGS_TOKEN:-" + Option.NULL_VALUE + "}",
      description =
          "Your token (default: $TIDINGS_TOKEN, which other users of this machine can't see).")
  private @Nullable String token;

  HubClient client() {
    return client(spec, hub, token, HubClient.ANSWER_MAX);
  }

  /** The same hub, for streams. */
  TidingsClient streams() {
    String given = credential(spec, token);
    return TidingsClient.builder(URI.create(url(spec, hub))).token(() -> given).build();
  }

  /** Whether somebody comes with a token. */
  boolean hasToken() {
    return token != null && !token.isBlank();
  }

  /**
   * Speaks to a hub.
   *
   * @param spec the command whose options these are
   * @param answerMax how long the head of an answer may take
   * @throws ParameterException if the URL or the token is none
   */
  static HubClient client(
      CommandSpec spec, String hub, @Nullable String token, Duration answerMax) {
    return new HubClient(url(spec, hub), credential(spec, token), answerMax);
  }

  private static String url(CommandSpec spec, String hub) {
    try {
      URI uri = URI.create(hub);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return hub.replaceAll("/+$", "");
      }
    } catch (IllegalArgumentException e) {
      throw notUrl(spec, hub, e);
    }
    throw notUrl(spec, hub, null);
  }

  /**
   * The token without what surrounds it, such as the line end of a file; what is wrong isn't
   * repeated.
   */
  private static @Nullable String credential(CommandSpec spec, @Nullable String token) {
    String stripped = token == null ? "" : token.strip();
    if (stripped.isEmpty()) {
      return null;
    }
    if (!VISIBLE.matcher(stripped).matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "--token: a space, control or foreign character in it (expected what tidings token"
              + " prints)");
    }
    return stripped;
  }

  private static ParameterException notUrl(
      CommandSpec spec, String hub, @Nullable Throwable cause) {
    String message = "--hub: \"" + hub + "\" (expected a URL like http://127.0.0.1:8080)";
    return new ParameterException(spec.commandLine(), message, cause);
  }
}
