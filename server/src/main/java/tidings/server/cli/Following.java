package tidings.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tidings.server.cli.EventReader.Event;
import tidings.server.cli.EventReader.Item;
import tidings.server.cli.EventReader.Retry;

/**
 * Follows one stream of a hub through breaks of the line: it comes back with the cursor of the last
 * event that its reader took, after a wait that grows until a line has held for a heartbeat.
 */
final class Following implements AutoCloseable {
  private static final long WAIT_MIN_MS = 250;
  private static final long WAIT_MAX_MS = 10_000;

  /** The longest wait that a hub may ask for. */
  private static final long RETRY_MAX_MS = 300_000;

  private static final long SILENCE_FIRST_MS = 30_000;

  private final HubClient client;
  private final String query;
  private final Reader reader;
  private final RandomGenerator random;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

  private @Nullable String cursor;
  private long silenceMaxMs = SILENCE_FIRST_MS;
  private long waitMs = WAIT_MIN_MS;
  private @Nullable Long askedMs; // by the hub, on the present line
  private AtomicBoolean held = new AtomicBoolean(); // whether the present line did for a heartbeat
  private boolean met;

  /** Gets what the stream carries. */
  interface Reader {
    /**
     * @return whether to go on
     */
    boolean event(Event event) throws Failure;

    /** Something about the line itself, for people. */
    void notice(String text);
  }

  /**
   * @param query what is asked for; begins with a question mark if it isn't empty
   */
  Following(HubClient client, String query, Reader reader, RandomGenerator random) {
    this.client = client;
    this.query = query;
    this.reader = reader;
    this.random = random;
  }

  /**
   * Follows until the reader has enough.
   *
   * @throws Failure if the hub refuses, or can't be reached to begin with
   */
  void run() throws Failure, InterruptedException {
    while (true) {
      String broken;
      try (InputStream stream = open()) {
        if (!follow(stream)) {
          return;
        }
        broken = "the hub ended the stream";
      } catch (IOException e) {
        broken = String.valueOf(e.getMessage());
        if (!met) {
          throw new Failure(broken, e);
        }
      }
      pause(broken);
    }
  }

  private void pause(String broken) throws InterruptedException {
    waitMs = held.get() ? WAIT_MIN_MS : waitMs;
    long delayMs = askedMs == null ? jittered(waitMs) : Math.min(askedMs, RETRY_MAX_MS);
    waitMs = Math.min(WAIT_MAX_MS, 2 * waitMs);
    reader.notice("%s; trying again in %.1f s".formatted(broken, delayMs / 1000.0));
    try {
      timer.schedule(() -> {}, delayMs, TimeUnit.MILLISECONDS).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private InputStream open() throws Failure, IOException, InterruptedException {
    askedMs = null;
    held = new AtomicBoolean();
    HttpRequest.Builder request = client.request("/v1/stream" + query);
    if (cursor != null) {
      request.header("Last-Event-ID", cursor);
    }
    HttpResponse<InputStream> response = client.send(request.build());
    int status = response.statusCode();
    if (status == 200) {
      return response.body();
    }
    String problem = client.problem(response);
    if (status < 500 && status != 429) {
      throw new Failure(problem);
    }
    throw new IOException(problem);
  }

  /** Whether the reader wants more after the stream has ended. */
  private boolean follow(InputStream stream) throws Failure, IOException {
    EventReader events = new EventReader(stream);
    met = true;
    while (true) {
      Item item = next(events, stream);
      switch (item) {
        case null -> {
          return true;
        }
        case Retry retry -> askedMs = retry.millis();
        case Event event -> {
          if (!take(event)) {
            return false;
          }
        }
      }
    }
  }

  private boolean take(Event event) throws Failure {
    if (event.name().equals("reauth")) {
      throw new Failure(
          "the token has ended; go on with a new one and --after "
              + (cursor == null ? "latest" : cursor));
    }
    if (event.name().equals("hello")) {
      long heartbeatMs =
          client.json().readTree(event.data()).path("heartbeatMs").asLong(SILENCE_FIRST_MS / 2);
      silenceMaxMs = 2 * heartbeatMs + 1_000;
      AtomicBoolean line = held;
      var _ = timer.schedule(() -> line.set(true), heartbeatMs, TimeUnit.MILLISECONDS);
    }
    boolean more = reader.event(event);
    cursor = event.id() == null ? cursor : event.id();
    return more;
  }

  /** The next item; a line that is silent for too long is dead, and is closed under the read. */
  private @Nullable Item next(EventReader events, InputStream stream) throws IOException {
    AtomicBoolean silent = new AtomicBoolean();
    Future<?> watch =
        timer.schedule(
            () -> {
              silent.set(true);
              close(stream);
            },
            silenceMaxMs,
            TimeUnit.MILLISECONDS);
    try {
      return events.next();
    } catch (IOException e) {
      throw new IOException(
          silent.get() ? "the line is silent" : "the line broke: " + e.getMessage(), e);
    } finally {
      watch.cancel(false);
    }
  }

  private void close(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      reader.notice("closing a silent line: " + e.getMessage());
    }
  }

  private long jittered(long millis) {
    return millis / 2 + random.nextLong(millis / 2 + 1);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
