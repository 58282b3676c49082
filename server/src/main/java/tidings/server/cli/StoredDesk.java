package tidings.server.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import tidings.auth.KeptApiTokens;
import tidings.core.access.Grant;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.notification.NotificationJson;
import tidings.core.problem.Refusal;
import tidings.http.api.GrantJson;
import tidings.server.config.LoggingConfig;
import tidings.server.config.StoreConfig;
import tidings.server.logging.Logging;
import tidings.store.StoreUnusable;
import tidings.store.sqlite.SqliteLog;
import tidings.store.sqlite.Surroundings;

/** The database of a hub that does not run; no hub can start meanwhile. */
record StoredDesk(SqliteLog store, KeptApiTokens tokens) implements Desk {
  private static final InstantSource CLOCK = InstantSource.system();

  /**
   * Opens the database.
   *
   * @throws Failure if a hub holds it after all, it can't be opened, or the hub, which is another
   *     user, could not open it afterwards
   */
  static StoredDesk open(StoreConfig config) throws Failure {
    Logging.start(new LoggingConfig(LoggingConfig.Format.TEXT, LoggingConfig.Level.WARN));
    SecureRandom random = new SecureRandom();
    try {
      checkOwner(config.sqlite());
      Files.createDirectories(config.sqlite().toAbsolutePath().getParent());
      SqliteLog store =
          SqliteLog.open(
              config.settings(),
              new Surroundings(CLOCK, () -> CLOCK.millis() * 1_000_000, random, e -> {}));
      store.start(new Unheard());
      return new StoredDesk(store, new KeptApiTokens(store, List.of(), CLOCK, random));
    } catch (StoreUnusable | IOException e) {
      throw new Failure(
          "no hub listens on %s, and %s".formatted(config.socket(), e.getMessage()), e);
    }
  }

  private static void checkOwner(Path database) throws IOException, Failure {
    Path there = database.toAbsolutePath();
    while (!Files.exists(there)) {
      there = Objects.requireNonNull(there.getParent());
    }
    String owner = Files.getOwner(there).getName();
    if ("root".equals(System.getProperty("user.name")) && !owner.equals("root")) {
      throw new Failure(
          "%s belongs to %s, who could not open what root makes there; run this as that user"
              .formatted(there, owner));
    }
  }

  /** Nothing is appended here. */
  private static final class Unheard implements Log.Listener {
    @Override
    public void committed(List<Entry> entries) {}

    @Override
    public void gone(long position) {}

    @Override
    public void purgedBelow(long lowWater) {}
  }

  @Override
  public String make(String name, Grant grant) throws Failure {
    return done(() -> tokens.make(name, grant));
  }

  @Override
  public List<String> list() {
    return tokens.list().stream()
        .map(token ->
            RemoteDesk.described(
                token.name(), NotificationJson.time(token.made()), GrantJson.of(token.grant())))
        .toList();
  }

  @Override
  public void revoke(String name) throws Failure {
    var _ = done(() -> tokens.revoke(name));
  }

  @Override
  public void erase(String user) throws Failure {
    done(() -> store.inboxes().erase(user));
  }

  private static <T> T done(Supplier<CompletableFuture<T>> task) throws Failure {
    try {
      return task.get().join();
    } catch (Refusal e) {
      throw new Failure(e.getMessage(), e);
    } catch (CompletionException e) {
      throw new Failure(e.getCause() == null ? e.getMessage() : e.getCause().getMessage(), e);
    }
  }

  @Override
  public void close() {
    store.close();
    Logging.stop();
  }
}
