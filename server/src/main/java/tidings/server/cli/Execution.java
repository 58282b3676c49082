package tidings.server.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.server.cli.Hearer.UseFailure;
import tools.jackson.databind.JsonNode;

/**
 * A program that is run for each notification, one at a time, and ended when this one is told to
 * end. What the notification says reaches it as standard input and as environment variables, never
 * as a part of its command line.
 */
final class Execution implements Hearer.Use {
  /** Linux gives a program no variable of more than 128 KiB; many topics could be more. */
  private static final int VALUE_CHARACTERS_MAX = 32_768;

  /** The fields that are told, each as {@code TIDINGS_} and its name; {@code data} is not. */
  private static final List<String> FIELDS =
      List.of(
          "id",
          "time",
          "type",
          "source",
          "level",
          "title",
          "body",
          "link",
          "icon",
          "topics",
          "everyone",
          "key",
          "expires",
          "direct",
          "onlyActive");

  /** How long a program may take to end after it was told to. */
  private static final Duration END_MAX = Duration.ofSeconds(5);

  private final List<String> command;

  // Guarded by this.
  private @Nullable Process running;
  private boolean over;

  /**
   * @param command the program and its arguments
   */
  Execution(List<String> command) {
    this.command = command;
    Runtime.getRuntime().addShutdownHook(new Thread(this::end));
  }

  /**
   * Runs the program to its end.
   *
   * @param line what it gets on standard input
   * @throws Failure if there is no such program
   * @throws UseFailure if it ends with another code than 0
   */
  @Override
  public void take(String cursor, JsonNode notification, String line) throws Failure, UseFailure {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.INHERIT)
            .redirectError(Redirect.INHERIT);
    describe(builder.environment(), cursor, notification);
    try {
      Process process = start(builder);
      Thread.ofVirtual().start(() -> feed(process.getOutputStream(), line));
      int code = process.waitFor();
      ended();
      if (code != 0) {
        String id = notification.path("id").asString("");
        throw new UseFailure("the program ended with %d for %s".formatted(code, id));
      }
    } catch (IOException e) {
      throw new Failure("can't run " + command.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      end();
      Thread.currentThread().interrupt();
      throw new Failure("interrupted", e);
    }
  }

  private synchronized Process start(ProcessBuilder builder) throws Failure, IOException {
    if (over) {
      throw new Failure("told to end");
    }
    Process process = builder.start();
    running = process;
    return process;
  }

  /** Forgets what ran: its number may be given to another process. */
  private synchronized void ended() {
    running = null;
  }

  /** Ends what runs, and what it has started; no other one begins. */
  private void end() {
    Process process;
    synchronized (this) {
      over = true;
      process = running;
    }
    if (process == null) {
      return;
    }
    List<ProcessHandle> all =
        Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
    all.forEach(ProcessHandle::destroy);
    CompletableFuture<?>[] ends =
        all.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(ends)
        .completeOnTimeout(null, END_MAX.toMillis(), TimeUnit.MILLISECONDS)
        .join();
    all.forEach(ProcessHandle::destroyForcibly);
  }

  private static void describe(
      Map<String, String> environment, String cursor, JsonNode notification) {
    environment.put("TIDINGS_CURSOR", cursor);
    for (String field : FIELDS) {
      String name = "TIDINGS_" + field.toUpperCase(Locale.ROOT);
      JsonNode value = notification.path(field);
      if (value.isMissingNode()) {
        environment.remove(name); // one that this program was given itself
      } else {
        environment.put(name, text(value));
      }
    }
  }

  private static String text(JsonNode value) {
    String text =
        value.isArray()
            ? String.join(" ", value.valueStream().map(item -> item.asString("")).toList())
            : value.asString("");
    String cut = text.substring(0, Math.min(text.length(), VALUE_CHARACTERS_MAX));
    return cut.replace("\0", ""); // which a variable can't hold
  }

  private static void feed(OutputStream input, String line) {
    try (input) {
      input.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // it need not read what it gets
    }
  }
}
