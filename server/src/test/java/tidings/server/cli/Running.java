package tidings.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** The program as a process of its own. */
public final class Running implements AutoCloseable {
  private static final long LIMIT_S = 60;
  private static final String READY = "ready on ";

  private final Process process;
  private final Path out;
  private final Path err;

  /** How a process ended. */
  public record Ended(int code, String out, String err) {}

  private Running(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts the program in a folder, which gets its output.
   *
   * @param input its standard input, null for an empty one
   */
  public static Running start(
      Path folder, Map<String, String> environment, @Nullable Path input, String... arguments)
      throws IOException {
    File file = input == null ? new File("/dev/null") : input.toFile();
    return start(folder, environment, ProcessBuilder.Redirect.from(file), arguments);
  }

  /** Starts the program in a folder; the test writes its {@link #input}. */
  public static Running fed(Path folder, String... arguments) throws IOException {
    return start(folder, Map.of(), ProcessBuilder.Redirect.PIPE, arguments);
  }

  private static Running start(
      Path folder,
      Map<String, String> environment,
      ProcessBuilder.Redirect input,
      String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "tidings.server.Main"));
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("TIDINGS_"));
    builder.environment().putAll(environment);
    builder.redirectInput(input);
    Process process = builder.start();
    return new Running(process, out, err);
  }

  /** Starts a hub, and waits until it serves. */
  public static Running serve(Path folder, String... arguments) throws IOException {
    String[] all = Stream.concat(Stream.of("serve"), Stream.of(arguments)).toArray(String[]::new);
    Running hub = start(folder, Map.of(), (Path) null, all);
    try {
      await().atMost(Duration.ofSeconds(LIMIT_S)).until(() -> hub.out().endsWith("\n"));
      return hub;
    } catch (ConditionTimeoutException e) {
      hub.close();
      throw new AssertionError(hub.err(), e);
    }
  }

  /** Where a hub serves. */
  public String url() throws IOException {
    assertThat(out()).startsWith(READY);
    return out().strip().substring(READY.length());
  }

  /**
   * Runs a command to its end within this process, which is quicker: it has this one's working
   * folder, and neither standard input nor an environment of its own.
   */
  public static Ended here(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Program.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Ended(code, out.toString(), err.toString());
  }

  /** Runs the program to its end. */
  public static Ended run(Path folder, String... arguments)
      throws IOException, InterruptedException {
    return run(folder, null, arguments);
  }

  /** Runs the program to its end, with a file as its standard input. */
  public static Ended run(Path folder, @Nullable Path input, String... arguments)
      throws IOException, InterruptedException {
    try (Running running = start(folder, Map.of(), input, arguments)) {
      return running.end();
    }
  }

  /** Waits for its end. */
  public Ended end() throws IOException, InterruptedException {
    assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS)).as("ended within its limit").isTrue();
    return new Ended(process.exitValue(), out(), err());
  }

  /** Its standard input, if it is fed. */
  public Writer input() {
    return process.outputWriter(StandardCharsets.UTF_8);
  }

  /** What it has written to standard output so far. */
  public String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  /** What it has written to standard error so far. */
  public String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** SIGKILL, and waits for its end. */
  public void kill() throws IOException, InterruptedException {
    process.destroyForcibly();
    end();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
