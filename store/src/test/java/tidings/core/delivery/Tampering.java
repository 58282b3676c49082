package tidings.core.delivery;

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
}
