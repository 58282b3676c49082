package tidings.core.inbox;

/** What an entry is to a user; archived ones may be read or not. */
public enum State {
  UNREAD,
  READ,
  ARCHIVED;

  /** This state in the protocol's spelling. */
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
