package tidings.core.intake;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tidings.core.access.Caller;
import tidings.core.access.Grant;
import tidings.core.access.Publisher;
import tidings.core.log.Append;
import tidings.core.log.Entry;
import tidings.core.log.Log;
import tidings.core.log.NewEntry;
import tidings.core.notification.Address;
import tidings.core.notification.Draft;
import tidings.core.notification.NotificationJson;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * Takes drafts from every source, validates and authorises them, encodes them once, and hands them
 * to the log. Thread-safe; never blocks.
 */
public final class Intake {
  /** How many drafts one request may hold. */
  public static final int DRAFTS_MAX = 1_000;

  /** How long the log gives what is only for those who listen, in milliseconds. */
  private static final long ONLY_ACTIVE_MS = 60_000;

  private final Log log;
  private final InstantSource clock;
  private final Ids ids;

  public Intake(Log log, InstantSource clock, Ids ids) {
    this.log = log;
    this.clock = clock;
    this.ids = ids;
  }

  /**
   * Publishes one draft for a caller.
   *
   * @param outcome told exactly once, on the store writer's thread or on this one
   * @throws Refusal if the draft is invalid or not granted; nothing was stored then
   */
  public void publish(Caller caller, Draft draft, Append.Outcome outcome) {
    DraftRules.check(draft);
    authorize(caller.grant(), draft);
    log.append(new Append(List.of(entry(caller.publisher(), draft, null)), outcome));
  }

  /**
   * Publishes an array of drafts for a caller, all or none.
   *
   * @param outcome told exactly once, on the store writer's thread or on this one
   * @throws Refusal if a draft is invalid or not granted, naming its index; nothing was stored then
   */
  public void publish(Caller caller, List<Draft> drafts, Append.Outcome outcome) {
    if (drafts.isEmpty() || drafts.size() > DRAFTS_MAX) {
      throw Problem.of(
              Problem.Kind.INVALID_REQUEST,
              "%d notifications (expected 1 to %d in one request)"
                  .formatted(drafts.size(), DRAFTS_MAX))
          .refusal();
    }
    each(drafts, DraftRules::check);
    each(drafts, draft -> authorize(caller.grant(), draft));
    List<NewEntry> entries = new ArrayList<>(drafts.size());
    for (Draft draft : drafts) {
      entries.add(entry(caller.publisher(), draft, null));
    }
    log.append(new Append(entries, outcome));
  }

  /** Checks every draft of an array; a refusal's field gets the draft's index. */
  private static void each(List<Draft> drafts, Consumer<Draft> check) {
    for (int i = 0; i < drafts.size(); i++) {
      try {
        check.accept(drafts.get(i));
      } catch (Refusal e) {
        Problem problem = e.problem();
        String place = "[" + i + "].";
        throw new Problem(problem.kind(), place + problem.detail(), place + problem.field())
            .refusal();
      }
    }
  }

  /**
   * Publishes a draft of one of the hub's own sources, which may publish to every address.
   *
   * @param delivery what tells a redelivery after a crash, if the message has no id of its own
   * @throws Refusal if the draft is invalid
   */
  public void publish(
      Publisher source, Draft draft, NewEntry.@Nullable Delivery delivery, Append.Outcome outcome) {
    DraftRules.check(draft);
    log.append(new Append(List.of(entry(source, draft, delivery)), outcome));
  }

  private static void authorize(Grant grant, Draft draft) {
    for (Address address : draft.to()) {
      if (!grant.mayPublish(address)) {
        throw new Problem(
                Problem.Kind.FORBIDDEN, "to: not granted to publish to \"" + address + "\"", "to")
            .refusal();
      }
    }
  }

  private NewEntry entry(Publisher publisher, Draft draft, NewEntry.@Nullable Delivery delivery) {
    Instant now = clock.instant();
    UUID id = ids.next(now.toEpochMilli());
    return new NewEntry(
        id,
        publisher,
        draft.to(),
        draft.type(),
        draft.source(),
        draft.level(),
        now.toEpochMilli(),
        (draft.time() == null ? now : draft.time()).toEpochMilli(),
        expiresMs(draft, now),
        NotificationJson.encode(draft, id, now),
        draft.raw(),
        draft.ref(),
        draft.ref() == null ? null : DraftHash.of(draft),
        draft.key(),
        delivery,
        draft.onlyActive());
  }

  private static long expiresMs(Draft draft, Instant now) {
    long asked = draft.expires() == null ? Entry.NEVER : draft.expires().toEpochMilli();
    return draft.onlyActive() ? Math.min(asked, now.toEpochMilli() + ONLY_ACTIVE_MS) : asked;
  }
}
