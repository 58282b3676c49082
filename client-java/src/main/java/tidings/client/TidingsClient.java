package tidings.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor.DiscardPolicy;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A client of one hub: publishes, follows streams, and looks after the inbox, the preferences and
 * the presence of users. Safe for use by several threads; make one for each hub and user.
 *
 * <p>Every call waits for the end of the hub's answer, 30 s at most. It throws {@link
 * ProblemException} if the hub refuses, another {@link IOException} if it can't be reached or does
 * not answer, and {@link InterruptedException} if the thread is interrupted meanwhile.
 */
public final class TidingsClient implements AutoCloseable {
  private static final String NOTIFICATIONS = "/v1/notifications";
  private static final int DRAFTS_MAX = 1_000;

  private final Hub hub;
  private final Duration retryFor;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final ScheduledThreadPoolExecutor timer;
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closing = new CountDownLatch(1);

  private TidingsClient(Builder builder) {
    this.hub = new Hub(builder.url, builder.tokens, builder.http, builder.answerMax);
    this.retryFor = builder.retryFor;
    this.timer = new ScheduledThreadPoolExecutor(1, TidingsClient::daemon, new DiscardPolicy());
    timer.setRemoveOnCancelPolicy(true);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "tidings-timer");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Begins to make a client.
   *
   * @param url of the hub, such as {@code https://hub.example.org}; it may have a path
   */
  public static Builder builder(URI url) {
    return new Builder(url);
  }

  /** Makes a client. */
  public static final class Builder {
    private final URI url;
    private TokenSource tokens = () -> null;
    private Duration retryFor = Duration.ofSeconds(30);
    private Duration answerMax = Duration.ofSeconds(30);
    private HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private Builder(URI url) {
      if (url.getHost() == null || !Set.of("http", "https").contains(url.getScheme())) {
        throw new IllegalArgumentException(
            "\"" + url + "\" (expected a URL like https://hub.example.org)");
      }
      this.url = url;
    }

    /** The token to come with; without one, only what is public can be read. */
    public Builder token(TokenSource tokens) {
      this.tokens = tokens;
      return this;
    }

    /** How long in all a publish that did not succeed waits between its tries; 30 s by default. */
    public Builder retryFor(Duration limit) {
      this.retryFor = limit;
      return this;
    }

    /**
     * The HTTP client to use, with a proxy or certificates of its own; one stream takes a
     * connection.
     */
    public Builder http(HttpClient http) {
      this.http = http;
      return this;
    }

    /** How long an answer may take. */
    Builder answerMax(Duration limit) {
      this.answerMax = limit;
      return this;
    }

    /** The client. */
    public TidingsClient build() {
      return new TidingsClient(this);
    }
  }

  /**
   * Publishes a notification; once this returns, it is on stable storage. What certainly was not
   * stored is tried again for a while ({@link Builder#retryFor}). If that is in doubt, as when the
   * line broke before the answer or a proxy answered instead of the hub, it is tried again only if
   * the draft has a {@link Draft#ref}, which makes that harmless; else the exception leaves open
   * whether it was stored.
   */
  public Receipt publish(Draft draft) throws IOException, InterruptedException {
    return publish(draft.fields(), draft.hasRef(), Receipt.class);
  }

  /**
   * Publishes up to 1,000 notifications, all or none; retries as {@link #publish(Draft)} does, if
   * each has a ref.
   *
   * @return their receipts, in the same order
   */
  public List<Receipt> publish(List<Draft> drafts) throws IOException, InterruptedException {
    if (drafts.isEmpty() || drafts.size() > DRAFTS_MAX) {
      throw new IllegalArgumentException(
          drafts.size() + " drafts (expected 1 to " + DRAFTS_MAX + ")");
    }
    boolean harmless = drafts.stream().allMatch(Draft::hasRef);
    Object body = drafts.stream().map(Draft::fields).toList();
    return Arrays.asList(publish(body, harmless, Receipt[].class));
  }

  private <T> T publish(Object body, boolean harmless, Class<T> answer)
      throws IOException, InterruptedException {
    Backoff backoff = new Backoff(random);
    long leftMs = retryFor.toMillis();
    while (true) {
      try {
        return hub.call("POST", NOTIFICATIONS, body, answer);
      } catch (IOException e) {
        Duration asked = e instanceof ProblemException refused ? refused.retryAfter() : null;
        long waitMs = Math.max(backoff.nextMs(), asked == null ? 0 : asked.toMillis());
        leftMs -= waitMs;
        if (!canRetry(e, harmless) || leftMs < 0 || closing.await(waitMs, TimeUnit.MILLISECONDS)) {
          throw e;
        }
      }
    }
  }

  /**
   * A hub's 429 and 503 are definite: nothing was stored (protocol/publishing.md). Those of a proxy
   * may come after the hub has stored it.
   */
  private static boolean canRetry(IOException e, boolean harmless) {
    if (e instanceof ProblemException refused && refused.isHubs()) {
      int status = refused.status();
      return status == 429 || status == 503 || (harmless && status >= 500);
    }
    return harmless || e instanceof ConnectException;
  }

  /** Withdraws a notification that this client's user has published. */
  public void withdraw(String id) throws IOException, InterruptedException {
    hub.call("DELETE", NOTIFICATIONS + "/" + Query.encoded(id), null);
  }

  /** Follows a stream from now on; returns at once, also while the hub can't be reached. */
  public Subscription subscribe(StreamFilter filter, StreamListener listener) {
    return follow(filter.query(), listener);
  }

  /**
   * Follows a stream from some place on.
   *
   * @param after a cursor that was kept ({@link Subscription#cursor}); {@code earliest} for all
   *     that the hub still has; {@code latest}
   */
  public Subscription subscribe(StreamFilter filter, String after, StreamListener listener) {
    return follow(filter.query().and("after", after), listener);
  }

  private Subscription follow(Query query, StreamListener listener) {
    Follower follower =
        new Follower(hub, query.of("/v1/stream"), listener, timer, random, followers::remove);
    followers.add(follower);
    if (closing.getCount() == 0) {
      follower.leave();
    }
    follower.start();
    return follower;
  }

  /** The inbox of the user whose token it is. */
  public Inbox inbox() {
    return new Inbox(hub);
  }

  /** What the user follows and mutes. */
  public Preferences preferences() throws IOException, InterruptedException {
    return hub.call("GET", "/v1/preferences", null, Preferences.class);
  }

  /**
   * Replaces what the user follows and mutes.
   *
   * @return as they are now
   */
  public Preferences save(Preferences preferences) throws IOException, InterruptedException {
    return hub.call("PUT", "/v1/preferences", preferences, Preferences.class);
  }

  /** Which of some users listen now: of none, none; for tokens with the grant {@code presence}. */
  public PresencePage present(List<String> users) throws IOException, InterruptedException {
    if (users.isEmpty()) {
      return new PresencePage(List.of(), false);
    }
    Query query = Query.NONE.andEach("user", users.toArray(String[]::new));
    return hub.call("GET", query.of("/v1/presence"), null, PresencePage.class);
  }

  /**
   * Who listens now; for tokens with the grant {@code presence}.
   *
   * @param to an address that they listen to, null for any
   * @param after the last user of the page before, null for the first page
   */
  public PresencePage present(@Nullable String to, @Nullable String after)
      throws IOException, InterruptedException {
    Query query = Query.NONE.and("to", to).and("after", after);
    return hub.call("GET", query.of("/v1/presence"), null, PresencePage.class);
  }

  /** Ends all subscriptions, as {@link Subscription#close} does, those to come, and retries. */
  @Override
  public void close() {
    closing.countDown();
    followers.forEach(Follower::leave);
    followers.forEach(Follower::close);
    timer.shutdownNow();
  }
}
