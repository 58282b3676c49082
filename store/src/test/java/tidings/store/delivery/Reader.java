package tidings.store.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tidings.core.delivery.ControlEvent;
import tidings.core.delivery.Encoding;
import tidings.core.delivery.Frame;
import tidings.core.delivery.Outlet;
import tidings.core.delivery.Subscriber;
import tidings.core.inbox.Summary;
import tidings.core.log.Entry;
import tidings.core.notification.AddressPattern;

/** A client that writes down what it gets, and keeps its cursor as an EventSource does. */
class Reader implements Outlet {

  /** What a user has saved, in the same form. */
  record Saved(@Nullable List<String> follows, List<String> muted) {
    static final Saved NOTHING = new Saved(null, List.of());
  }

  /** What the reader asked for and may have, in a form that a naive matcher reads. */
  record Wish(@Nullable String user, List<String> asked, List<String> granted, int level) {

    /** Whether it is to get an entry, decided without any of the hub's own matching. */
    boolean admits(World.Published published, Saved saved) {
      Saved counting = asked.isEmpty() && user != null ? saved : Saved.NOTHING;
      return published.level() >= level
          && published.to().stream()
              .anyMatch(a ->
                  any(effective(counting), a) && any(allGranted(), a) && !any(counting.muted, a));
    }

    /** Whether what is addressed to its user is part of what it reads. */
    boolean readsItself() {
      return user != null && any(effective(Saved.NOTHING), "user:" + user);
    }

    private List<String> effective(Saved saved) {
      if (!asked.isEmpty()) {
        return asked;
      }
      List<String> follows = saved.follows;
      return follows == null
          ? defaults()
          : Stream.concat(
                  defaults().stream().filter(p -> !p.startsWith("topic:")), follows.stream())
              .toList();
    }

    private List<String> allGranted() {
      List<String> all = new ArrayList<>(granted);
      if (user != null) {
        all.add("everyone");
        all.add("user:" + user);
      }
      return all;
    }

    private List<String> defaults() {
      return allGranted().stream()
          .filter(p -> !p.startsWith("user:") || p.equals("user:" + user))
          .toList();
    }

    private static boolean any(List<String> patterns, String address) {
      return patterns.stream().anyMatch(pattern -> matches(pattern, address));
    }

    static boolean matches(String pattern, String address) {
      if (pattern.equals("user:*")) {
        return address.startsWith("user:");
      }
      if (pattern.startsWith("topic:") && address.startsWith("topic:")) {
        return words(words(pattern), words(address));
      }
      return pattern.equals(address);
    }

    private static List<String> words(String address) {
      return Arrays.asList(address.substring("topic:".length()).split("\\."));
    }

    private static boolean words(List<String> pattern, List<String> topic) {
      if (pattern.isEmpty()) {
        return topic.isEmpty();
      }
      List<String> rest = pattern.subList(1, pattern.size());
      if (pattern.getFirst().equals("#")) {
        return words(rest, topic)
            || !topic.isEmpty() && words(pattern, topic.subList(1, topic.size()));
      }
      return !topic.isEmpty()
          && (pattern.getFirst().equals("*") || pattern.getFirst().equals(topic.getFirst()))
          && words(rest, topic.subList(1, topic.size()));
    }
  }

  /** A stretch of positions that was announced as gone: from, exclusive, to, inclusive. */
  record Missing(long from, long to) {}

  private static final class Recorded implements Frame {
    final List<Entry> entries;
    final long direct;
    boolean released;

    Recorded(List<Entry> entries, long direct) {
      this.entries = List.copyOf(entries);
      this.direct = direct;
    }

    @Override
    public void release() {
      if (released) {
        throw new AssertionError("a frame is released twice");
      }
      released = true;
    }
  }

  private static final Encoding RECORDING =
      (epoch, entries, direct) -> new Recorded(entries, direct);

  /** Positions of the entries that it got and that were checked. */
  final Set<Long> got = new HashSet<>();

  /** The position of the entry that was checked last. */
  long last;

  private final List<Entry> received = new ArrayList<>();
  final List<Missing> gaps = new ArrayList<>();
  final List<Long> ticks = new ArrayList<>();

  /** How its inbox stood, as it was told. */
  final List<Summary> summaries = new ArrayList<>();

  /** What the last tick gave as the revision. */
  OptionalLong rev = OptionalLong.empty();

  /** Who came and went, as it was told. */
  final List<String> present = new ArrayList<>();

  private long at; // the position of the last id that it was given

  /** What it wishes, by the position from which on it counts, exclusive. */
  final NavigableMap<Long, Wish> wishes = new TreeMap<>();

  /** What {@code hello} said that it gets. */
  List<String> to = List.of();

  private boolean greeted;

  /** What its user had saved, from a position on, exclusive; of several any may count. */
  final NavigableMap<Long, Set<Saved>> saved = new TreeMap<>();

  final String name;
  Wish wish;
  boolean seesPresence;
  boolean listens = true;
  @Nullable Subscriber subscriber;
  @Nullable String lastEventId;
  @Nullable Instant expires;
  @Nullable Ending ended;
  int credit = Integer.MAX_VALUE;

  Reader(String name, Wish wish) {
    this.name = name;
    this.wish = wish;
  }

  /** Someone who reads all topics. */
  static Reader ofAll(String name) {
    return new Reader(name, new Wish(null, List.of(), List.of("topic:#"), 0));
  }

  /** The position of the last id that it was given. */
  long lastPosition() {
    return at;
  }

  /** Whether it may get an entry, by one of what may count there. */
  boolean mayGet(World.Published published) {
    Wish counting = wishes.lowerEntry(published.position()).getValue();
    return saved(published).stream().anyMatch(one -> counting.admits(published, one));
  }

  /** Whether it must, by all of them. */
  boolean mustGet(World.Published published) {
    Wish counting = wishes.lowerEntry(published.position()).getValue();
    return saved(published).stream().allMatch(one -> counting.admits(published, one));
  }

  private Set<Saved> saved(World.Published published) {
    Map.Entry<Long, Set<Saved>> entry = saved.lowerEntry(published.position());
    return entry == null ? Set.of(Saved.NOTHING) : entry.getValue();
  }

  /** What its user has saved counts from here on, wherever it was read from before. */
  void reads(Saved now, long from) {
    saved.tailMap(from, true).clear();
    saved.put(from, Set.of(now));
  }

  /** While it reads, its user saves something, which counts after the end. */
  void changes(Saved now, long end) {
    Set<Saved> any = new HashSet<>(Set.of(now));
    Map.Entry<Long, Set<Saved>> before = saved.floorEntry(at);
    any.addAll(before == null ? Set.of(Saved.NOTHING) : before.getValue());
    saved.tailMap(at, false).values().forEach(any::addAll);
    saved.tailMap(at, true).clear();
    saved.put(at, any);
    saved.put(Math.max(at, end), Set.of(now));
  }

  /** Its cursor was moved, forwards or back. */
  void movedTo(long position) {
    at = position;
    lastEventId = "." + at;
  }

  /** The positions of what it got since the last call. */
  List<Long> positions() {
    return unchecked().stream().map(Entry::position).toList();
  }

  /** What it got since the last call. */
  List<Entry> unchecked() {
    List<Entry> entries = List.copyOf(received);
    received.clear();
    return entries;
  }

  @Override
  public Encoding encoding() {
    return RECORDING;
  }

  @Override
  public boolean listens() {
    return listens;
  }

  @Override
  public boolean isWritable() {
    return credit > 0;
  }

  @Override
  public void write(Frame frame) {
    Recorded recorded = (Recorded) frame;
    if (credit <= 0 || ended != null || recorded.released) {
      throw new AssertionError(
          "%s: a frame with credit %d, ended %s, released %s"
              .formatted(name, credit, ended, recorded.released));
    }
    credit--;
    for (int i = 0; i < recorded.entries.size(); i++) {
      Entry entry = recorded.entries.get(i);
      boolean direct = (recorded.direct >> i & 1) != 0;
      boolean addressed =
          wish.readsItself()
              && entry.to().stream().anyMatch(a -> a.toString().equals("user:" + wish.user));
      if (direct != addressed) {
        throw new AssertionError(
            "%s: direct is %s at %d %s for %s"
                .formatted(name, direct, entry.position(), entry.to(), wish));
      }
      received.add(entry);
      at = entry.position();
      lastEventId = "." + at; // the epoch is put before it when it is used
    }
  }

  @Override
  public void write(ControlEvent event) {
    switch (event) {
      case ControlEvent.Hello hello -> {
        greeted = true;
        to = hello.to().stream().map(AddressPattern::toString).toList();
        if (wishes.isEmpty()) {
          wishes.put(hello.cursor().position(), wish);
        }
      }
      case ControlEvent.Gap gap ->
          gaps.add(new Missing(gap.from().position(), gap.cursor().position()));
      case ControlEvent.Tick tick -> {
        checkForwards(tick);
        ticks.add(tick.cursor().position());
        rev = tick.rev();
      }
      case ControlEvent.Inbox inbox -> {
        checkForwards(inbox);
        if (!greeted || !isWritable()) {
          throw new AssertionError("%s: %s with credit %d".formatted(name, inbox, credit));
        }
        if (!summaries.isEmpty() && summaries.getLast().rev() > inbox.summary().rev()) {
          throw new AssertionError("%s: %s after %s".formatted(name, inbox, summaries));
        }
        summaries.add(inbox.summary());
      }
      case ControlEvent.Presence presence -> {
        checkForwards(presence);
        present.add((presence.present() ? "+" : "-") + presence.user());
      }
      case ControlEvent.PresenceMissed missed -> {
        checkForwards(missed);
        present.add("missed");
      }
      case ControlEvent.Reauth reauth -> checkForwards(reauth);
    }
    at = event.cursor().position();
    lastEventId = event.cursor().toString();
  }

  private void checkForwards(ControlEvent event) {
    if (event.cursor().position() < at) {
      throw new AssertionError("%s: %s steps back from %d".formatted(name, event, at));
    }
  }

  @Override
  public void flush() {}

  @Override
  public void end(Ending why, int retryMs) {
    ended = why;
    subscriber = null;
  }
}
