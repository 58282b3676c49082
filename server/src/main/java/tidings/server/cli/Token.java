package tidings.server.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import tidings.auth.TokenIssuer;
import tidings.auth.TokenIssuer.Claims;
import tidings.core.notification.Address;
import tidings.core.problem.Refusal;
import tidings.server.config.AccessKey;
import tidings.server.config.HubConfig;
import tidings.server.config.InvalidConfiguration;
import tidings.server.config.Quantity;

/**
 * Prints a token that is signed with one of the configured keys; below it are the commands for API
 * tokens.
 */
@Command(
    name = "token",
    description = {
      "Prints a user's token, signed with a key of the configuration.",
      "Its commands are about API tokens: those of machines, which the hub keeps and can revoke."
    },
    mixinStandardHelpOptions = true,
    subcommands = {TokenNew.class, TokenList.class, TokenRevoke.class},
    footer = {
      "",
      "A user may read everyone and user:ID of their own without a grant.",
      "",
      "Examples:",
      "  tidings token --config hub.yaml --user alice --subscribe 'topic:#'",
      "  tidings token --config hub.yaml --user shop --publish 'topic:shop.#' everyone --ttl 30d",
      "  tidings token new ci --config hub.yaml --publish 'topic:built.#'"
    })
final class Token implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions config = new ConfigOptions();

  @Option(names = "--user", paramLabel = "ID", description = "Whose it is.")
  private @Nullable String user;

  @Mixin private GrantOptions grants = new GrantOptions();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      defaultValue = "12h",
      converter = Ttl.class,
      description = "How long it is valid, in s, m, h or d (default: ${DEFAULT-VALUE}).")
  private Duration ttl;

  @Option(
      names = "--key",
      paramLabel = "ID",
      description = "The key that signs it (default: the first of access.keys).")
  private @Nullable String key;

  @Override
  public Integer call() throws InvalidConfiguration, Failure {
    String user = userId();
    AccessKey signing = signing(HubConfig.load(config.launch(null, null, false)));
    Instant now = InstantSource.system().instant();
    Claims claims =
        new Claims(
            UUID.randomUUID().toString(),
            user,
            grants.grant(),
            now,
            now.plus(ttl),
            signing.issuer(),
            signing.audience());
    spec.commandLine().getOut().println(issuer(signing).issue(claims));
    return 0;
  }

  private String userId() {
    if (user == null) {
      throw new ParameterException(spec.commandLine(), "Missing required option: '--user=ID'");
    }
    try {
      Address.user(user);
      return user;
    } catch (Refusal e) {
      throw new ParameterException(spec.commandLine(), "--user: " + e.getMessage(), e);
    }
  }

  private AccessKey signing(HubConfig config) throws Failure {
    List<AccessKey> keys = config.access().keys();
    if (keys.isEmpty()) {
      throw new Failure(
          "no key to sign with: under access, write keys: [{id: main, algorithm: HS256,"
              + " secret-file: key}]");
    }
    return key == null
        ? keys.getFirst()
        : keys.stream()
            .filter(candidate -> candidate.id().equals(key))
            .findFirst()
            .orElseThrow(() -> unknown(keys));
  }

  private Failure unknown(List<AccessKey> keys) {
    return new Failure(
        "no key \"%s\" in access.keys (expected one of %s)"
            .formatted(key, keys.stream().map(AccessKey::id).toList()));
  }

  private static TokenIssuer issuer(AccessKey key) throws Failure {
    try {
      return switch (key) {
        case AccessKey.Hs256 shared ->
            TokenIssuer.hs256(
                shared.id(), shared.secret().value().getBytes(StandardCharsets.UTF_8));
        case AccessKey.Pair pair ->
            TokenIssuer.ofPair(pair.id(), pair.algorithm(), Files.readString(file(pair)));
      };
    } catch (IOException | IllegalArgumentException e) {
      throw new Failure("access.keys: " + key.id() + ": " + e.getMessage(), e);
    }
  }

  private static Path file(AccessKey.Pair pair) throws Failure {
    Path file = pair.privateKey();
    if (file == null) {
      throw new Failure(
          "access.keys: %s: its private key is needed to sign (give it private-key-file)"
              .formatted(pair.id()));
    }
    return file;
  }

  private static final class Ttl implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Duration duration = Quantity.duration(text);
      if (duration == null || duration.toSeconds() < 1) {
        throw new TypeConversionException(
            "\"%s\" (expected a duration like 30m, 12h or 30d)".formatted(text));
      }
      return duration;
    }
  }
}
