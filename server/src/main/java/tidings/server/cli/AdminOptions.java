package tidings.server.cli;

import java.nio.file.Files;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tidings.server.config.InvalidConfiguration;
import tidings.server.config.StoreConfig;

/**
 * The options that say which hub is administered: the one that holds a database on this machine, by
 * the socket beside it; or another, by HTTP.
 */
final class AdminOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private StoreOptions stored = new StoreOptions();

  @Option(
      names = "--hub",
      paramLabel = "URL",
      description = "A hub elsewhere, by HTTP; needs --token.")
  private @Nullable String hub;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:TIDINGS_TOKEN:-" + Option.NULL_VALUE + "}",
      description =
          "With --hub, a token that may operate it (default: $TIDINGS_TOKEN, which other users of"
              + " this machine can't see).")
  private @Nullable String token;

  /** The hub that is meant, which has to answer soon; its database is made if there is none. */
  Desk deskOrNew() throws InvalidConfiguration, Failure {
    return desk(HubClient.ANSWER_MAX, true);
  }

  /** The hub that is meant, which has to answer soon. */
  Desk desk() throws InvalidConfiguration, Failure {
    return desk(HubClient.ANSWER_MAX);
  }

  /**
   * The hub that is meant.
   *
   * @param answerMax how long an answer may take
   * @throws Failure if it can't be reached, and has no database
   */
  Desk desk(Duration answerMax) throws InvalidConfiguration, Failure {
    return desk(answerMax, false);
  }

  private Desk desk(Duration answerMax, boolean makesDatabase)
      throws InvalidConfiguration, Failure {
    if (hub != null) {
      return new RemoteDesk(HubOptions.client(spec, hub, token, answerMax));
    }
    StoreConfig store = stored.load();
    LocalHub running = LocalHub.at(store.socket(), answerMax);
    if (running != null) {
      return new RemoteDesk(running);
    }
    if (!makesDatabase && !Files.exists(store.sqlite())) {
      throw new Failure(
          "no hub listens on %s, and there is no database %s"
              .formatted(store.socket(), store.sqlite()));
    }
    return StoredDesk.open(store);
  }
}
