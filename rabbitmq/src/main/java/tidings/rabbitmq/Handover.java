package tidings.rabbitmq;

import java.util.List;
import java.util.function.Consumer;
import tidings.core.intake.Intake;
import tidings.core.intake.Parking;
import tidings.core.log.Append;
import tidings.core.log.NewEntry;
import tidings.core.notification.Draft;
import tidings.core.problem.Problem;
import tidings.core.problem.Refusal;

/**
 * Gives messages to the store and says what became of each, as an event: what can be read is
 * appended, all else is parked. Never blocks; for one thread, but events come on any.
 */
final class Handover {
  private final RabbitSettings settings;
  private final Intake intake;
  private final Parking parking;
  private final Remembered remembered;
  private final Consumer<Event> events;

  /**
   * @param remembered the deliveries that were appended before this connection
   * @param events must not block
   */
  Handover(
      RabbitSettings settings,
      Intake intake,
      Parking parking,
      Remembered remembered,
      Consumer<Event> events) {
    this.settings = settings;
    this.intake = intake;
    this.parking = parking;
    this.remembered = remembered;
    this.events = events;
  }

  /** Exactly one event follows that is about this delivery. */
  void append(Delivery delivery) {
    try {
      Draft draft = settings.format().draft(delivery.routingKey(), delivery.body());
      String ref = draft.ref() == null ? delivery.ref() : draft.ref();
      if (ref == null) {
        appendWithoutId(draft, delivery);
      } else {
        intake.publish(settings.publisher(), draft.withRef(ref), null, new Outcome(delivery));
      }
    } catch (Refusal e) {
      park(delivery, e.problem().detail());
    } catch (RuntimeException
        | StackOverflowError e) { // a defect of the hub: it must not hold up the neighbours
      park(delivery, e.toString());
    }
  }

  private void appendWithoutId(Draft draft, Delivery delivery) {
    byte[] hash = delivery.hash();
    if (delivery.redelivered() && remembered.use(hash)) {
      events.accept(new Event.Appended(delivery, true));
    } else {
      intake.publish(
          settings.publisher(),
          draft,
          new NewEntry.Delivery(settings.name(), hash, settings.prefetch()),
          new Outcome(delivery));
    }
  }

  /** Exactly one event follows that is about this delivery. */
  void park(Delivery delivery, String reason) {
    var _ =
        parking
            .park(settings.name(), reason, delivery.routingKey(), delivery.body())
            .whenComplete((done, fault) ->
                events.accept(
                    fault == null
                        ? new Event.Parked(delivery, reason)
                        : new Event.Deferred(delivery, SourceDown.explain(fault))));
  }

  private final class Outcome implements Append.Outcome {
    private final Delivery delivery;

    Outcome(Delivery delivery) {
      this.delivery = delivery;
    }

    @Override
    public void stored(List<Append.Receipt> receipts) {
      events.accept(new Event.Appended(delivery, receipts.getFirst().repeated()));
    }

    @Override
    public void refused(Problem problem) {
      events.accept(
          switch (problem.kind()) {
            case OVERLOADED, STORAGE_FULL, UNAVAILABLE ->
                new Event.Deferred(delivery, problem.detail());
            case OUTCOME_UNKNOWN -> new Event.Doubtful(delivery, problem.detail());
            default -> new Event.Rejected(delivery, problem.detail());
          });
    }
  }
}
