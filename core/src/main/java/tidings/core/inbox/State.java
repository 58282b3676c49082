package tidings.core.inbox;

/** What an entry is to a user; archived ones may be read or not. */
public enum State {
  UNREAD,
  READ,
  ARCHIVED
}
