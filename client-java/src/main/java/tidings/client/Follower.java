package tidings.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tidings.client.EventReader.Event;

/**
 * Follows one stream on a thread of its own. After a break it comes back with the cursor of the
 * last event that the listener took, after a wait that grows until a line has held for a heartbeat.
 */
final class Follower implements Subscription {
  /** The longest wait that a hub may ask for. */
  private static final long RETRY_MAX_MS = 300_000;

  private final Hub hub;
  private final String path;
  private final StreamListener listener;
  private final ScheduledExecutorService timer;
  private final Backoff backoff;
  private final Consumer<Follower> onEnd;
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private final Thread thread = new ListenerThread(this::run);

  // Written by the thread alone; the others are its own.
  private volatile @Nullable String cursor;
  private volatile Line line = new Line(CompletableFuture.failedFuture(new IOException("none")));

  private @Nullable String token; // of the newest line
  private @Nullable String refusedToken;
  private long silenceMaxMs; // an answer's time, before a line has said how long
  private @Nullable Summary newest; // since the last hello
  private long askedMs; // by the hub, on the newest line

  /** Calls a listener. It waits for no other one, which might be waiting for it. */
  private static final class ListenerThread extends Thread {
    ListenerThread(Runnable task) {
      super(task, "tidings-stream");
      setDaemon(true);
    }
  }

  /** One connection, on its way or open. */
  private static final class Line {
    private final CompletableFuture<HttpResponse<InputStream>> opening;
    private volatile boolean left;
    private volatile boolean held; // for a heartbeat

    Line(CompletableFuture<HttpResponse<InputStream>> opening) {
      this.opening = opening;
    }

    /** Ends it, whatever is waiting for it. */
    void leave() {
      left = true;
      if (!opening.cancel(true)) {
        CompletableFuture<?> unused = opening.thenAccept(response -> close(response.body()));
      }
    }

    private static void close(InputStream body) {
      try {
        body.close();
      } catch (IOException e) {
        // it is over all the same
      }
    }
  }

  /**
   * @param path with what is asked for, and where to begin
   * @param onEnd called once, when it is over
   */
  Follower(
      Hub hub,
      String path,
      StreamListener listener,
      ScheduledExecutorService timer,
      RandomGenerator random,
      Consumer<Follower> onEnd) {
    this.hub = hub;
    this.path = path;
    this.silenceMaxMs = hub.answerMax().toMillis();
    this.listener = listener;
    this.timer = timer;
    this.backoff = new Backoff(random);
    this.onEnd = onEnd;
  }

  void start() {
    thread.start();
  }

  @Override
  public @Nullable String cursor() {
    return cursor;
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  /** Begins to close it. */
  void leave() {
    closing.countDown();
    line.leave();
  }

  @Override
  public void close() {
    leave();
    if (!(Thread.currentThread() instanceof ListenerThread)) {
      ended.exceptionally(failure -> null).join();
    }
  }

  private void run() {
    Throwable failure = null;
    try {
      while (!isClosed()) {
        IOException broken = visit();
        if (broken instanceof ProblemException refused && isFinal(refused)) {
          throw refused;
        }
        if (line.held) {
          line.held = false;
          backoff.reset();
        }
        if (!isClosed()) {
          long waitMs = Math.max(backoff.nextMs(), Math.min(askedMs, RETRY_MAX_MS));
          listener.broken(broken, Duration.ofMillis(waitMs));
          boolean unused = closing.await(waitMs, TimeUnit.MILLISECONDS);
        }
      }
    } catch (Throwable e) { // a refusal, or what the listener threw
      failure = e;
    }
    onEnd.accept(this);
    if (failure == null) {
      ended.complete(null);
    } else {
      ended.completeExceptionally(failure);
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  /**
   * Whether another try can't mend it. A token is tried again once, and after that a newer one.
   * What a proxy says may be of a moment in which it has no hub.
   */
  private boolean isFinal(ProblemException refused) {
    if (!refused.isHubs()) {
      return false;
    }
    int status = refused.status();
    if (status == 401) {
      boolean again = token == null || token.equals(refusedToken);
      refusedToken = token;
      return again;
    }
    return status / 100 == 4 && status != 408 && status != 429;
  }

  /** Follows one line to its end, and answers why it has ended. */
  private IOException visit() throws InterruptedException {
    askedMs = 0;
    try (InputStream stream = open()) {
      EventReader events = new EventReader(stream);
      for (Event event = next(events); event != null; event = next(events)) {
        take(event);
        if (isClosed()) {
          break;
        }
      }
      askedMs = events.retryMs();
      return new IOException("the hub ended the stream");
    } catch (ProblemException e) {
      Duration retryAfter = e.retryAfter();
      askedMs = retryAfter == null ? 0 : retryAfter.toMillis();
      return e;
    } catch (IOException e) {
      return e;
    }
  }

  /** Opens a line where the one before it ended. */
  private InputStream open() throws IOException, InterruptedException {
    token = hub.token();
    HttpRequest.Builder request = hub.request(path, token).header("Accept", "text/event-stream");
    if (cursor != null) {
      request.header("Last-Event-ID", cursor);
    }
    line = new Line(hub.open(request.build()));
    if (isClosed()) {
      line.leave();
    }
    HttpResponse<InputStream> response = answer(line.opening);
    if (response.statusCode() != 200) {
      throw hub.refused(response);
    }
    refusedToken = null;
    return response.body();
  }

  private HttpResponse<InputStream> answer(CompletableFuture<HttpResponse<InputStream>> opening)
      throws IOException, InterruptedException {
    Future<?> watch = watch(hub.answerMax().toMillis());
    try {
      return opening.get();
    } catch (CancellationException | ExecutionException e) {
      throw line.left ? new IOException("the hub does not answer", e) : hub.described(e.getCause());
    } finally {
      watch.cancel(false);
    }
  }

  /** The next event, null at the end; a line that is silent for too long is dead. */
  private @Nullable Event next(EventReader events) throws IOException {
    Future<?> watch = watch(silenceMaxMs);
    Event event = null;
    try {
      event = events.next();
    } catch (IOException e) {
      if (!line.left) {
        throw new IOException("the line broke: " + e.getMessage(), e);
      }
    } finally {
      watch.cancel(false);
    }
    if (event == null && line.left) {
      throw new IOException("the line is silent");
    }
    return event;
  }

  /** Leaves the line after some time. */
  private Future<?> watch(long afterMs) {
    return timer.schedule(line::leave, afterMs, TimeUnit.MILLISECONDS);
  }

  private void take(Event event) {
    String id = event.id() == null ? Objects.requireNonNullElse(cursor, "") : event.id();
    String data = event.data();
    listener.event(event.name(), id, data);
    switch (event.name()) {
      case "message" -> listener.notification(id, hub.read(data, Notification.class));
      case "hello" -> {
        newest = null;
        Hello hello = hub.read(data, Hello.class);
        silenceMaxMs = 2 * hello.heartbeatMs() + 1_000;
        Line greeted = line;
        Future<?> unused =
            timer.schedule(() -> greeted.held = true, hello.heartbeatMs(), TimeUnit.MILLISECONDS);
        listener.hello(hello);
      }
      case "tick" -> listener.tick(hub.read(data, Tick.class).revOrNone());
      case "gap" -> listener.gap(hub.read(data, Gap.class));
      case "withdrawn" -> listener.withdrawn(hub.read(data, Withdrawn.class).id());
      case "inbox" -> {
        Summary summary = hub.read(data, Summary.class);
        if (newest == null || !summary.isOlderThan(newest)) {
          newest = summary;
          listener.inbox(summary);
        }
      }
      case "presence" -> {
        Coming coming = hub.read(data, Coming.class);
        if (coming.user() == null) {
          listener.presenceMissed();
        } else {
          listener.presence(coming.user(), coming.present());
        }
      }
      case "reauth" -> listener.reauth();
      default -> {} // of a later version
    }
    cursor = event.id() == null ? cursor : id;
  }

  private record Tick(@Nullable Long rev) {
    long revOrNone() {
      return rev == null ? -1 : rev;
    }
  }

  private record Withdrawn(String id) {}

  /** Without a user: some were missed. */
  private record Coming(@Nullable String user, boolean present) {}
}
