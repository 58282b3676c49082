package tidings.core.delivery;

import java.util.OptionalLong;
import tidings.core.log.Cursor;

/** Does to a subscriber what a fault in the dispatcher would do. */
public final class Tampering {
  private Tampering() {}

  /**
   * Makes a subscriber live that has not read up to the position.
   *
   * @return whether it was behind
   */
  public static boolean skipHandOver(Subscriber subscriber) {
    boolean behind =
        subscriber.state == Subscriber.State.BEHIND
            && subscriber.cursor < subscriber.dispatcher.position();
    if (behind) {
      subscriber.state = Subscriber.State.LIVE;
    }
    return behind;
  }

  /**
   * Forgets that a live subscriber was written to, back to a position.
   *
   * @return whether it was live, and farther
   */
  public static boolean forget(Subscriber subscriber, long position) {
    boolean live = subscriber.state == Subscriber.State.LIVE && position < subscriber.cursor;
    if (live) {
      subscriber.cursor = position;
      subscriber.state = Subscriber.State.BEHIND;
      subscriber.drained();
    }
    return live;
  }

  /**
   * Tells a live subscriber that it has got all up to the position, while a pass goes on.
   *
   * @return whether it was live, and one did
   */
  public static boolean tickAhead(Subscriber subscriber) {
    Cursor reached = subscriber.dispatcher.reached(subscriber);
    long position = subscriber.dispatcher.position();
    boolean ahead = subscriber.state == Subscriber.State.LIVE && reached.position() < position;
    if (ahead) {
      subscriber.outlet.write(
          new ControlEvent.Tick(new Cursor(reached.epoch(), position), OptionalLong.empty()));
    }
    return ahead;
  }
}
