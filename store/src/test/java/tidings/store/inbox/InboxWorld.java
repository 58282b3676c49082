package tidings.store.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.filter.Filter;
import tidings.core.filter.Filter.SourcePattern;
import tidings.core.inbox.Inboxes;
import tidings.core.inbox.Mark;
import tidings.core.inbox.Marked;
import tidings.core.inbox.Mute;
import tidings.core.inbox.Person;
import tidings.core.inbox.Preferences;
import tidings.core.inbox.Query;
import tidings.core.inbox.State;
import tidings.core.inbox.Summary;
import tidings.core.inbox.Words;
import tidings.core.log.Append;
import tidings.core.log.Cursor;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.AddressPattern;
import tidings.core.notification.Level;
import tidings.core.notification.TopicPattern;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;
import tidings.store.ManualTime;
import tidings.store.Outcome;

/**
 * A store with its inboxes, what happens to it at random, and the model that it is held against.
 */
final class InboxWorld implements AutoCloseable {
  private static final List<String> USERS = List.of("alice", "bob", "carol");
  private static final List<Publisher> PUBLISHERS =
      List.of(Publisher.subject("shop"), Publisher.subject("build"));
  private static final List<String> TOPICS = List.of("a", "a.b", "a.b.c", "a.c", "d", "d.b");
  private static final List<String> PATTERNS =
      List.of("a", "a.#", "*.b", "#", "#.c", "d.*", "a.*.c", "d", "a.b");
  private static final List<String> TYPES = List.of("order.placed", "order.paid", "push");
  private static final List<String> SOURCES = List.of("Jenkins 1", "Jenkins 2", "shop");
  private static final List<String> WORDS =
      List.of("order", "Order-42", "Prüfung", "failed", "x", "pruf");

  /** So many topics that the log itself is read. */
  private static final List<String> CROWD =
      IntStream.range(0, 20_001).mapToObj(i -> "crowd.t" + i).toList();

  private static final List<Grant> GRANTS =
      List.of(grant("topic:#"), grant("topic:a.#", "topic:d"));

  private static Grant grant(String... patterns) {
    return new Grant(
        List.of(),
        List.of(patterns).stream().map(AddressPattern::of).toList(),
        false,
        false,
        false);
  }

  private final InboxContract.Place place;
  private final ManualTime time;
  private final Random random;
  private final boolean isLong;
  private final boolean isCrowded;
  private final InboxModel model = new InboxModel();
  private InboxContract.Opened opened;
  private Inboxes inboxes;
  private final List<Device> devices = new ArrayList<>();
  private int compared;

  /**
   * @param seed every fourth makes a long world, every third one of very many topics
   */
  InboxWorld(InboxContract.Place place, ManualTime time, long seed) {
    this.place = place;
    this.time = time;
    this.random = new Random(seed);
    this.isLong = Math.floorMod(seed, 4) == 0;
    this.isCrowded = Math.floorMod(seed, 3) == 0;
    for (String user : USERS) {
      for (Grant grant : GRANTS) {
        devices.add(device(user, grant));
        devices.add(device(user, grant));
      }
    }
    this.opened = place.open(Long.MAX_VALUE);
    this.inboxes = start();
  }

  private static Device device(String user, Grant grant) {
    return new Device(Caller.of(user, Publisher.subject(user), grant, null, null));
  }

  private Inboxes start() {
    Inboxes started = new Inboxes(opened.inboxes(), opened.log(), time);
    if (isCrowded) {
      CROWD.forEach(topic -> opened.inboxes().topics().raise(topic, 1));
    }
    opened
        .log()
        .start(
            new Log.Listener() {
              @Override
              public void committed(List<Entry> entries) {}

              @Override
              public void gone(long position) {}

              @Override
              public void purgedBelow(long lowWater) {}
            });
    return started;
  }

  boolean isLong() {
    return isLong;
  }

  int compared() {
    return compared;
  }

  /** Something happens; then someone looks. */
  void step() {
    switch (random.nextInt(25)) {
      case 0, 1, 2, 3, 4, 5, 6 -> publish(1 + random.nextInt(3));
      case 7 -> publish(isLong ? 700 : 20);
      case 8, 9 -> withdraw();
      case 10, 11 -> markAll();
      case 12 -> markShown();
      case 13, 14, 15, 16 -> touch();
      case 17, 18, 19 -> save();
      case 20 -> time.pass(Duration.ofSeconds(1 + random.nextInt(8)));
      case 21 -> {
        if (random.nextInt(4) == 0) {
          purge();
        }
      }
      case 22 -> {
        if (random.nextInt(3) == 0) {
          restart(Long.MAX_VALUE);
        }
      }
      case 23 -> {
        if (random.nextInt(4) == 0) {
          erase();
        }
      }
      default -> {}
    }
    switch (random.nextInt(6)) {
      case 0, 1 -> compareList();
      case 2, 3 -> readOn(one(devices));
      case 4 -> compareSummary();
      default -> {}
    }
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private <T> @Nullable T maybe(List<T> all) {
    return random.nextInt(4) == 0 ? null : one(all);
  }

  private InboxModel.User user() {
    return user(one(USERS));
  }

  private InboxModel.User user(String name) {
    InboxModel.User user = model.user(name);
    assertThat(inboxes.enter(user.name).join().rev()).as("rev").isEqualTo(user.rev);
    return user;
  }

  private Caller caller(InboxModel.User user) {
    return device(user).caller;
  }

  private Device device(InboxModel.User user) {
    return one(devices.stream().filter(one -> user.name.equals(one.caller.user())).toList());
  }

  private void publish(int count) {
    List<NewEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(entry());
    }
    Outcome outcome = new Outcome();
    opened.log().append(new Append(entries, outcome));
    List<Append.Receipt> receipts = outcome.receipts();
    for (int i = 0; i < count; i++) {
      model.publish(receipts.get(i).position(), entries.get(i));
    }
  }

  private NewEntry entry() {
    UUID id = new UUID(random.nextLong(), random.nextLong());
    Set<Address> to = new LinkedHashSet<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      to.add(
          switch (random.nextInt(8)) {
            case 0 -> Address.EVERYONE;
            case 1, 2 -> Address.user(one(USERS));
            default -> Address.topic(one(TOPICS));
          });
    }
    String title = one(WORDS) + " " + one(WORDS);
    String json =
        "{\"id\":\"%s\",\"title\":\"%s\",\"body\":\"%s\"}".formatted(id, title, one(WORDS));
    boolean onlyActive = random.nextInt(12) == 0;
    boolean expires = onlyActive || random.nextInt(6) == 0;
    return new NewEntry(
        id,
        one(PUBLISHERS),
        List.copyOf(to),
        maybe(TYPES),
        maybe(SOURCES),
        one(List.of(Level.values())),
        time.millis(),
        time.millis() - random.nextInt(1_000),
        expires ? time.millis() + 1_000L * random.nextInt(20) : Entry.NEVER,
        json.getBytes(StandardCharsets.UTF_8),
        null,
        null,
        null,
        random.nextInt(4) == 0 ? "k" + random.nextInt(3) : null,
        null,
        onlyActive);
  }

  private void withdraw() {
    InboxModel.Published published = recent();
    if (published != null && !published.gone) {
      Outcome outcome = new Outcome();
      opened.log().withdraw(published.entry.id(), published.entry.publisher(), outcome);
      published.gone = true;
      model.end = outcome.receipts().getFirst().position();
    }
  }

  private InboxModel.@Nullable Published recent() {
    int size = model.all.size();
    return size == 0 ? null : model.all.get(size - 1 - random.nextInt(Math.min(size, 40)));
  }

  private Cursor cursor(long position) {
    return opened.log().epochs().cursor(position);
  }

  private long recentPosition() {
    return Math.max(0, model.end - random.nextInt(1 + (int) Math.min(model.end, 40)));
  }

  private void markAll() {
    InboxModel.User user = user();
    Mark.Kind kind = one(List.of(Mark.Kind.values()));
    long upTo = recentPosition();
    long before = user.rev;
    model.markAll(user, kind, upTo);
    long rev = inboxes.markAll(caller(user), kind, cursor(upTo), null, () -> {});
    if (rev == before && model.lowWater > 1) {
      user.rev = rev; // what would end lay below what is kept
    }
    assertThat(rev).as("rev after %s up to %d", kind, upTo).isEqualTo(user.rev);
  }

  private void markShown() {
    InboxModel.User user = user();
    Caller caller = caller(user);
    Query query = query(null);
    long upTo = recentPosition();
    List<InboxModel.Published> shown =
        model.published(model.list(user, caller.grant().subscribe(), time.instant(), query), upTo);
    boolean archive = random.nextBoolean();
    long before = user.rev;
    for (int to = shown.size(); to > 0; to -= Inboxes.ENTRIES_MAX) { // the newest first
      List<InboxModel.Published> step = shown.subList(Math.max(0, to - Inboxes.ENTRIES_MAX), to);
      model.touch(user, step, archive ? null : true, archive ? true : null);
    }
    Mark.Kind kind = archive ? Mark.Kind.ARCHIVED : Mark.Kind.READ;
    long rev = inboxes.markAll(caller, kind, cursor(upTo), query, () -> {});
    if (rev > user.rev && user.rev > before) {
      user.rev = rev; // steps may be smaller, where much has to be looked up
    }
    assertThat(rev).as("rev after %s of %s", kind, query).isEqualTo(user.rev);
  }

  private void touch() {
    InboxModel.User user = user();
    Caller caller = caller(user);
    List<UUID> ids = new ArrayList<>();
    List<UUID> missing = new ArrayList<>();
    List<InboxModel.Published> found = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      InboxModel.Published published = recent();
      UUID id =
          published == null || random.nextInt(20) == 0
              ? new UUID(1, random.nextLong())
              : published.entry.id();
      ids.add(id);
      InboxModel.Published mine = model.find(user, caller.grant().subscribe(), id);
      if (mine == null) {
        missing.add(id);
      } else {
        found.add(mine);
      }
    }
    Boolean read = random.nextInt(3) == 0 ? null : (Boolean) random.nextBoolean();
    Boolean archived = random.nextInt(3) > 0 ? null : (Boolean) random.nextBoolean();
    model.touch(user, found, read, archived);
    assertThat(inboxes.touch(caller, ids, read, archived))
        .as("read %s, archived %s", read, archived)
        .isEqualTo(new Marked(user.rev, missing));
  }

  private void save() {
    InboxModel.User user = user();
    Set<String> patterns = new HashSet<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      patterns.add(one(PATTERNS));
    }
    List<Preferences.Follow> follows =
        patterns.stream().map(p -> new Preferences.Follow(TopicPattern.of(p), 0)).toList();
    List<Mute> mutes = new ArrayList<>();
    for (int i = random.nextInt(3) - 1; i >= 0; i--) {
      mutes.add(mute());
    }
    Preferences wanted = new Preferences(random.nextInt(8) == 0 ? null : follows, mutes, null);
    OptionalLong expected =
        random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(user.preferencesRev);
    Refusal refusal =
        catchThrowableOfType(
            Refusal.class,
            () -> inboxes.save(caller(user), wanted, OptionalLong.of(user.preferencesRev + 1)));
    assertThat(refusal.problem().kind()).isEqualTo(Problem.Kind.REV_CONFLICT);
    model.save(user, wanted, time.instant());
    Person saved = inboxes.save(caller(user), wanted, expected);
    assertThat(saved.preferences().at(time.instant()))
        .isEqualTo(user.preferences.at(time.instant()));
    assertThat(saved.rev()).isEqualTo(user.rev);
    assertThat(saved.preferencesRev()).isEqualTo(user.preferencesRev);
  }

  private Mute mute() {
    Instant until =
        random.nextBoolean() ? null : time.instant().plusSeconds(1 + random.nextInt(20));
    return switch (random.nextInt(3)) {
      case 0 -> new Mute.OfTopic(TopicPattern.of(one(PATTERNS)), until);
      case 1 -> new Mute.OfType(TopicPattern.of(one(List.of("order.*", "push", "#"))), until);
      default -> new Mute.OfSource(SourcePattern.of(one(List.of("Jenkins*", "shop"))), until);
    };
  }

  private void erase() {
    String user = one(USERS);
    opened.inboxes().erase(user).join();
    model.erase(user);
    devices.stream().filter(one -> user.equals(one.caller.user())).forEach(Device::forget);
  }

  private void purge() {
    long keep = 1L + random.nextInt(isLong ? 1_500 : 60);
    restart(keep);
    long lowWater = Math.max(model.lowWater, model.end - keep + 1);
    Awaitility.with()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> opened.log().lowWater() >= lowWater);
    restart(Long.MAX_VALUE);
    model.purge(opened.log().lowWater());
  }

  private void restart(long keep) {
    opened.close();
    opened = place.open(keep);
    inboxes = start();
  }

  private Query query(@Nullable Words words) {
    Set<State> states =
        switch (random.nextInt(5)) {
          case 0 -> Set.of(State.UNREAD);
          case 1 -> Set.of(State.READ);
          case 2 -> Set.of(State.ARCHIVED);
          case 3 -> EnumSet.allOf(State.class);
          default -> Query.NOT_ARCHIVED;
        };
    Filter filter =
        new Filter(
            List.of(),
            choice(List.of("order.*", "push", "#").stream().map(TopicPattern::of).toList()),
            choice(List.of("Jenkins*", "shop").stream().map(SourcePattern::of).toList()),
            random.nextBoolean() ? Level.INFO : Level.SUCCESS);
    return new Query(states, random.nextBoolean() ? Filter.NONE : filter, topics(), words, null, 1);
  }

  /** Often topics by their names, which are found in a way of their own. */
  private Filter.Choice<TopicPattern> topics() {
    return switch (random.nextInt(4)) {
      case 0 -> choice(PATTERNS.stream().map(TopicPattern::of).toList());
      case 1 ->
          new Filter.Choice<>(
              random
                  .ints(1 + random.nextInt(2), 0, TOPICS.size())
                  .mapToObj(i -> TopicPattern.of(TOPICS.get(i)))
                  .toList(),
              random.nextInt(3) > 0 ? List.of() : List.of(TopicPattern.of(one(PATTERNS))));
      default -> Filter.Choice.any();
    };
  }

  private <P> Filter.Choice<P> choice(List<P> all) {
    return switch (random.nextInt(4)) {
      case 0 -> new Filter.Choice<>(List.of(one(all)), List.of());
      case 1 -> new Filter.Choice<>(List.of(), List.of(one(all)));
      default -> Filter.Choice.any();
    };
  }

  private @Nullable Words words() {
    return random.nextInt(6) > 0
        ? null
        : Words.of(one(List.of("ORDER", "order-42", "pruf*", "x failed", "Prüfung")));
  }

  private List<InboxModel.Expected> expected(Device device, Query query) {
    return model.list(
        user(Objects.requireNonNull(device.caller.user())),
        device.caller.grant().subscribe(),
        time.instant(),
        query);
  }

  /** Reads a list from one end to the other. */
  private void compareList() {
    Caller caller = caller(user());
    Device device = new Device(caller);
    Query query = query(words());
    List<InboxModel.Expected> expected = expected(device, query);
    device.begin(query, expected);
    while (device.list() != null) {
      read(device, query, expected);
    }
    compared += 1;
  }

  /** A device reads one more page of its list, or of a new one. */
  private void readOn(Device device) {
    Query list = device.list();
    Query query = list == null ? query(words()) : list;
    List<InboxModel.Expected> expected = expected(device, query);
    if (list == null) {
      device.begin(query, expected);
    }
    read(device, query, expected);
    compared += 1;
  }

  private void read(Device device, Query query, List<InboxModel.Expected> expected) {
    int limit = random.nextInt(2) == 0 ? Inboxes.ENTRIES_MAX : 1 + random.nextInt(20);
    long rev = model.user(Objects.requireNonNull(device.caller.user())).rev;
    device.read(inboxes, query, limit, rev, expected);
  }

  private void compareSummary() {
    InboxModel.User user = user();
    Device device = device(user);
    Caller caller = device.caller;
    Query unread = new Query(Set.of(State.UNREAD), Filter.NONE, Filter.Choice.any(), null, null, 1);
    List<InboxModel.Expected> expected =
        model.list(user, caller.grant().subscribe(), time.instant(), unread);
    int unseen = (int) model.unseen(user, expected);
    Summary summary = inboxes.summary(caller);
    device.take(summary);
    assertThat(summary)
        .as("%s, %s, of %s", user.name, user.preferences, caller.grant().subscribe())
        .isEqualTo(
            new Summary(
                Math.min(expected.size(), 999),
                Math.min(unseen, 999),
                expected.size() > 999,
                user.rev,
                cursor(model.end)));
    compared += 1;
  }

  @Override
  public void close() {
    opened.close();
  }
}
